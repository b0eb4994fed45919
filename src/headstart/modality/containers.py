"""Which picture format some bytes are in, and whether the file goes on to its end.

Decoders are lenient: Pillow shows a GIF without its last frames, a PNG with a wrong checksum, and
a JPEG that stops right after its last row. These walks over the file's own structure find that
out at about the price of finding one byte string in the file.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_STARTS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
_OTHERS = {
    b"%!PS": "EPS",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"%PDF": "PDF",
    b"8BPS": "Photoshop",
    b"\0\0\1\0": "icon",
    b"\0\0\2\0": "icon",
    b"icns": "icon",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"DDS ": "DDS",
    b"qoif": "QOI",
    b"gimp xcf": "GIMP",
    b"v/1\x01": "OpenEXR",
    b"<svg": "SVG",
}
_BRANDS = {b"heic": "HEIF", b"heix": "HEIF", b"mif1": "HEIF", b"avif": "AVIF", b"avis": "AVIF"}


def format_of(content: bytes) -> str:
    """The name of the format whose signature the bytes begin with; "" for none that is read."""
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((name for start, name in _STARTS.items() if content.startswith(start)), "")


def foreign_format(content: bytes) -> str:
    """The name of a picture format that is known and not read; "" for none."""
    if content.startswith(b"<?xml") and b"<svg" in content[:1000]:
        return "SVG"
    return next((name for start, name in _OTHERS.items() if content.startswith(start)), "")


def begun(content: bytes) -> bool:
    """Whether the bytes are the beginning of a signature and nothing more."""
    webp = len(content) < 12 and b"RIFF".startswith(content[:4])
    return webp or any(start.startswith(content) for start in _STARTS)


def flaw(content: bytes, kind: str) -> str:
    """What is wrong with the file's structure: "truncated", "damaged", or "" for nothing."""
    walk = {"PNG": _png_flaw, "GIF": _gif_flaw, "JPEG": _jpeg_flaw, "TIFF": _tiff_flaw}
    walk |= {"AVIF": _boxes_flaw, "HEIF": _boxes_flaw}
    try:
        return walk.get(kind, _size_flaw)(content)
    except (IndexError, struct.error):
        return "truncated"
    except ValueError:
        return "damaged"


def frames_of(content: bytes, kind: str, told: int) -> int:
    """How many pictures are in a whole file; `told` is what the decoder found in the header."""
    return {"GIF": gif_frames, "TIFF": tiff_pages}.get(kind, lambda _: told)(content)


def gif_frames(content: bytes) -> int:
    """How many pictures a GIF shows; raises IndexError where the file stops too early.

    Bytes between blocks that begin no block are passed over, as decoders do.
    """
    at, frames = 13 + _colors(content[10]), 0
    while content[at] != 0x3B:
        if content[at] == 0x2C:  # a picture: its place, size and colors, then its data
            frames += 1
            at = _blocks_end(content, at + 11 + _colors(content[at + 9]))
        elif content[at] == 0x21:  # an extension
            at = _blocks_end(content, at + 2)
        else:
            at += 1
    return frames


def _colors(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while content[at]:
        at += content[at] + 1
    return at + 1


def _gif_flaw(content: bytes) -> str:
    return "" if gif_frames(content) else "damaged"


def _boxes_flaw(content: bytes) -> str:
    """Boxes, each with its length before it, up to the end of the file (ISO 14496-12)."""
    at = 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4])
        size = int.from_bytes(content[at + 8 : at + 16]) if size == 1 else size
        if size == 0:  # up to the end of the file
            return ""
        if size < 8:
            return "damaged"
        at += size
    return "" if at == len(content) else "truncated"


def _png_flaw(content: bytes) -> str:
    at, view = 8, memoryview(content)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8]
        if end > len(content):
            return "truncated"
        critical = not name[0] & 0x20  # Pillow passes over other chunks with wrong checksums
        if critical and zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            return "damaged"
        if name == b"IEND":
            return ""
        at = end
    return "truncated"


def _jpeg_flaw(content: bytes) -> str:
    """Segments up to the first scan, then the end marker, which scan data cannot contain.

    Before the scan an end marker may belong to a thumbnail.
    """
    at = 2
    while content[at + 1] != 0xDA:
        if content[at] != 0xFF:
            return ""  # not a segment: the decoder finds its own way, or says why not
        bare = content[at + 1] in (0xFF, 0x01) or 0xD0 <= content[at + 1] <= 0xD8
        fill = 1 if content[at + 1] == 0xFF else 2
        at += fill if bare else 2 + int.from_bytes(content[at + 2 : at + 4])
    return "" if content.find(b"\xff\xd9", at) >= 0 else "truncated"


def _size_flaw(content: bytes) -> str:
    if content[:4] == b"RIFF":
        size = 8 + int.from_bytes(content[4:8], "little")
        return "truncated" if len(content) < size else ""
    begin = int.from_bytes(content[10:14], "little")  # of a bitmap's pixels
    return "truncated" if len(content) <= max(26, begin) else ""


def _tiff_flaw(content: bytes) -> str:
    return "" if tiff_pages(content) else "damaged"


@dataclass(frozen=True)
class _Tiff:
    """How a TIFF writes numbers: its byte order, and whether sizes have 4 or 8 bytes."""

    content: bytes
    order: str
    big: bool

    def number(self, at: int, form: str) -> int:
        return int(struct.unpack_from(self.order + form, self.content, at)[0])

    def size(self, at: int) -> int:
        return self.number(at, "Q" if self.big else "I")

    def place(self, entry: int) -> tuple[int, int]:
        """Where a directory entry's values begin and how many there are; all lie in the file."""
        kind, count = self.number(entry + 2, "H"), self.size(entry + 4)
        width = 8 if self.big else 4
        length = count * _TIFF_WIDTHS.get(kind, 0)
        inside = entry + 4 + width
        at = inside if length <= width else self.size(inside)
        if at + length > len(self.content):
            raise IndexError(at)
        return at, count

    def values(self, entry: int) -> Sequence[int]:
        """What a directory entry holds, as far as it is unsigned."""
        at, count = self.place(entry)
        form = {3: "H", 4: "I", 16: "Q"}.get(self.number(entry + 2, "H"), "")
        return struct.unpack_from(f"{self.order}{count}{form}", self.content, at) if form else ()


_TIFF_WIDTHS = {1: 1, 3: 2, 4: 4, 5: 8, 6: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8, 18: 8}
_STRIPS, _TILES = (273, 279), (324, 325)  # where they begin, how long they are
_LAST_LAYOUT_TAG = 400  # above are metadata, which a picture can do without


def tiff_pages(content: bytes) -> int:
    """How many pages a TIFF has.

    Raises IndexError where one, or its pixels, is not all there, and ValueError where pages name
    more numbers than fit into the file, each page the same ones, to keep its reader busy.
    """
    order = "<" if content[:1] == b"I" else ">"
    tiff = _Tiff(content, order, big=b"+" in content[2:4])
    at, seen, numbers = tiff.size(8 if tiff.big else 4), set[int](), 0
    while at and at not in seen:  # a hostile one may go in circles
        seen.add(at)
        at, count = _next_page(tiff, at)
        numbers += count
        if numbers > len(content):
            raise ValueError(numbers)
    return len(seen)


def _next_page(tiff: _Tiff, at: int) -> tuple[int, int]:
    """Where the next page's directory begins, and how many numbers this one's took to check."""
    head, width = (8, 20) if tiff.big else (2, 12)
    end = at + head + width * tiff.number(at, "Q" if tiff.big else "H")
    if end > len(tiff.content):
        raise IndexError(end)
    places = range(at + head, end, width)
    entries = {tiff.number(entry, "H"): entry for entry in places}
    for tag, entry in entries.items():
        if tag < _LAST_LAYOUT_TAG:
            tiff.place(entry)
    found = {tag: tiff.values(entries[tag]) for tag in _STRIPS + _TILES if tag in entries}
    for starts, lengths in (_STRIPS, _TILES):
        parts = zip(found.get(starts, ()), found.get(lengths, ()), strict=False)
        if any(start + length > len(tiff.content) for start, length in parts):
            raise IndexError(at)
    return tiff.size(end), len(places) + sum(map(len, found.values()))
