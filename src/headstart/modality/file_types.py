"""Whether a recording's file is all there: decoders read what is left of it and say nothing.

Sizes in headers are held against the file: RIFF and FORM chunks, FLAC's number of samples, Ogg's
mark of the last page, and the frames of an MP3.
"""

import os
from io import BufferedIOBase

LEAST_MISSING = 0.005
"""Share of what a header promises that may be missing: writers that were stopped in the middle of
a block are common, and nothing is heard of it."""
_TAIL = 65_536
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Samples a second by the bits of an MPEG version."""
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def missing(file: BufferedIOBase) -> str:
    """What is missing of it, in words; empty where it is whole, or where nothing tells."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF" or head[:4] == b"RF64":
        return _chunks(file, size, "little", b"data")
    if head[:4] == b"FORM":
        return _chunks(file, size, "big", b"SSND")
    if head[:4] == b"OggS":
        return _ogg(file, size)
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return _mp3(file, size, head)
    return ""


def _chunks(file: BufferedIOBase, size: int, order: str, wanted: bytes) -> str:
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, told = file.read(4), int.from_bytes(file.read(4), order)  # type: ignore[arg-type]
        if name == wanted:
            there = size - at - 8
            known = told not in (0, 0xFFFFFFFF)  # of a stream whose length nobody knew
            return _short(there, told) if known else ""
        at += 8 + told + told % 2
    return "it ends before its samples begin"


def _ogg(file: BufferedIOBase, size: int) -> str:
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return "its last page is cut"
    lengths = tail[at + 27 : at + 27 + tail[at + 26]]
    if len(tail) - at < 27 + len(lengths) + sum(lengths):
        return "its last page is cut"
    return "" if tail[at + 5] & 4 else "no page says that it is the last"


def _mp3(file: BufferedIOBase, size: int, head: bytes) -> str:
    """Walk over frames: a file that was cut ends in the middle of one."""
    at = 0
    if head[:3] == b"ID3":
        digits = zip(head[6:10], (21, 14, 7, 0), strict=True)
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in digits)
    file.seek(at)
    first = file.read(4)
    length = _frame(first)
    if not length:
        return ""
    file.seek(at)
    if told := _promised(file.read(length)):
        return _short(size - at, told)
    while at + 4 <= size:
        file.seek(at)
        length = _frame(file.read(4))
        if not length:  # a tag at the end
            return ""
        at += length
    return "its last frame is cut" if at > size else ""


def _frame(head: bytes) -> int:
    """Bytes of the frame that begins so; 0 where none does (layer III)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, kbits, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or kbits in (0, 15) or rate == 3:
        return 0
    per_s = _RATES[version][rate]
    bits = (_KBITS_1 if version == 3 else _KBITS_2)[kbits] * 1000
    return (144 if version == 3 else 72) * bits // per_s + (head[2] >> 1 & 1)


def _promised(frame: bytes) -> int:
    """Bytes that the first frame says the file has (Xing); 0 where it does not say it."""
    for mark in (b"Xing", b"Info"):
        at = frame.find(mark, 4, 60)
        if at >= 0 and frame[at + 7] & 2:
            begin = at + 8 + 4 * (frame[at + 7] & 1)
            return int.from_bytes(frame[begin : begin + 4], "big")
    return 0


def _short(there: int, told: int) -> str:
    lost = 1 - there / told
    return f"{lost:.1%} of what its header promises is not there" if lost > LEAST_MISSING else ""
