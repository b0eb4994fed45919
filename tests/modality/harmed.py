"""Files that are no pictures, or no longer: cut short, misnamed, damaged, or bombs."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from drawing import FORMS, NOISE, PLAIN, SIDE, Odd, chunk, png, saved


def truncated() -> Iterator[Odd]:
    """Every format, stopped in its header, its pixels and one byte before its end."""
    for name, content in FORMS.items():
        size = len(content)
        points = {20, size // 10, size // 4, size // 2, 3 * size // 4, 9 * size // 10, size - 1}
        yield from (Odd(f"cut{at}.{name}", content[:at], {"D122"}) for at in sorted(points))
    no_end = FORMS["jpg"].removesuffix(b"\xff\xd9")
    yield Odd("no-end-marker.jpg", no_end, {"D122"})
    yield Odd("no-end-chunk.png", FORMS["png"][:-12], {"D122"})
    yield Odd("no-trailer.gif", FORMS["gif"].removesuffix(b";"), {"D122"})
    # The decoder is content with this one, though no scan is complete
    yield Odd("zeros-after.jpg", no_end[: len(no_end) // 2] + bytes(5000), {"D122"})


def stubs() -> Iterator[Odd]:
    yield Odd("empty.jpg", b"", {"D124"})
    for name, content in FORMS.items():
        if name.count(".") == 0:
            yield from (Odd(f"start{n}.{name}", content[:n], {"D122"}) for n in (1, 2, 3))
    yield Odd("one-byte.jpg", b"x", {"D121"})
    yield Odd("newline.png", b"\n", {"D121"})
    yield Odd("zeros.jpg", bytes(4096), {"D121"})
    yield Odd("noise.jpg", NOISE.tobytes()[7:], {"D121"})


def strangers() -> Iterator[Odd]:
    """Other files that are called pictures, and pictures that are called something else."""
    for name, content in {
        "page": b"<!DOCTYPE html><html><body>404 <svg></svg></body></html>",
        "text": "Übung macht den Meister".encode(),
        "escape": b"\x1b[31mred\x1b[0m",
        "zip": b"PK\x03\x04\x14\0\0\0\x08\0",
        "gzip": b"\x1f\x8b\x08\0\0\0\0\0",
        "exe": b"MZ\x90\0\x03\0\0\0",
        "elf": b"\x7fELF\x02\x01\x01\0",
        "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(16),
        "mp4": b"\0\0\0\x20ftypisom" + bytes(16),
        "json": b'{"error": "rate limit"}',
        "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        "ppm": saved(PLAIN, "PPM"),
        "pickle": b"\x80\x04\x95\x10\0\0\0\0\0\0\0",
    }.items():
        yield Odd(f"{name}.jpg", content, {"D121"})
    for name, content in {
        "pdf": b"%PDF-1.7\n",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "xml-svg": b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>",
        "psd": b"8BPS\0\1" + bytes(20),
        "ico": saved(PLAIN, "ICO"),
        "jp2": saved(PLAIN, "JPEG2000"),
        "heic": b"\0\0\0\x18ftypheic" + bytes(12),
        "jxl": b"\xff\x0a" + bytes(12),
        "dds": saved(PLAIN, "DDS"),
        "exr": b"v/1\x01" + bytes(12),
    }.items():
        yield Odd(f"{name}.png", content, {"D125"})
    for form in ("PNG", "GIF", "BMP", "TIFF"):
        yield Odd(f"is-{form}.jpg", saved(PLAIN, form), PLAIN)
        yield Odd(f"is-{form}", saved(PLAIN, form), PLAIN)
        yield Odd(f"is-{form}.txt", saved(PLAIN, form), PLAIN)
    yield Odd("array.npy", _array(PLAIN), PLAIN)
    yield Odd("is-array.png", _array(PLAIN), PLAIN)
    yield Odd("cut.npy", _array(PLAIN)[:90], {"D131"})
    yield Odd("no-header.npy", b"\x93NUMPY\1\0" + bytes(12), {"D131"})
    yield Odd("is-jpeg.png", saved(PLAIN, "JPEG", quality=95), PLAIN, 4)
    yield Odd("is-webp.png", saved(PLAIN, "WEBP", lossless=True), PLAIN)


def _array(pixels: np.ndarray) -> bytes:
    kept = io.BytesIO()
    np.save(kept, pixels)
    return kept.getvalue()


def damaged() -> Iterator[Odd]:
    """Bytes flipped; only PNG has checksums, so elsewhere only broken structure is noticed."""
    for at in (30, 45, 60, 500, 1500, 3000):  # sizes, checksums, pixels
        yield Odd(f"flip{at}.png", _flipped(FORMS["png"], at), {"D122", "D131"})
    for name, content in FORMS.items():
        for at in (13, 15, 25, 40, 64, 160, 700, len(content) - 9):
            yield Odd(f"flip{at}.any.{name}", _flipped(content, at), None)
    jpg = FORMS["jpg"]
    frame = jpg.index(b"\xff\xc0")
    yield Odd("no-height.jpg", jpg[: frame + 5] + b"\0\0" + jpg[frame + 7 :], {"D131"})
    yield Odd("no-tables.jpg", jpg.replace(b"\xff\xdb", b"\xff\xec"), {"D131"})
    yield Odd("bad-depth.png", png(PLAIN, 2, depth=3), {"D131"})
    yield Odd("no-pixels.png", png(np.zeros((0, 0, 3), np.uint8), 2), {"D131"})
    yield Odd("no-width.gif", b"GIF89a" + bytes(7) + b";", {"D131"})
    yield Odd("no-frames.gif", b"GIF89a\x20\0\x20\0\0\0\0;", {"D131"})
    yield Odd("no-pages.tiff", b"II*\0\0\0\0\0", {"D131"})
    yield Odd("no-tags.tiff", b"II*\0\x08\0\0\0\0\0\0\0\0\0", {"D131"})
    yield Odd("garbage.webp", b"RIFF\x20\0\0\0WEBPVP8 " + bytes(24), {"D131"})
    yield Odd("garbage.bmp", b"BM" + b"\x7f" * 200, {"D122", "D131"})
    # Checksums and end are right, only rows are missing: Pillow leaves them black and says nothing
    yield Odd("few-rows.png", png(PLAIN, 2, size=(SIDE, 2 * SIDE)), None)


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def bombs() -> Iterator[Odd]:
    """Small files that would fill the memory."""
    dot = np.zeros((1, 1, 3), np.uint8)
    for size in ((10_000, 10_000), (30_000, 30_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)):
        yield Odd(f"claims-{size[0]}x{size[1]}.png", png(dot, 2, size=size), {"D123"})
    gif = bytearray(FORMS["gif"])
    gif[6:10] = b"\xff\xff\xff\xff"
    yield Odd("claims.gif", bytes(gif), {"D123"})
    bmp = bytearray(FORMS["bmp"])
    struct.pack_into("<ii", bmp, 18, 60_000, 60_000)
    yield Odd("claims.bmp", bytes(bmp), {"D123"})
    jpg = FORMS["jpg"]
    frame = jpg.index(b"\xff\xc0")
    jpg = jpg[: frame + 5] + b"\xff\xff\xff\xff" + jpg[frame + 9 :]
    yield Odd("claims.jpg", jpg, {"D123"})
    tiff = saved(np.zeros((8, 8, 3), np.uint8), "TIFF")
    first = struct.unpack_from("<I", tiff, 4)[0]
    wide = bytearray(tiff)
    for entry in (first + 2, first + 14):  # width and height come first
        struct.pack_into("<HII", wide, entry + 2, 4, 1, 100_000)
    yield Odd("claims.tiff", bytes(wide), {"D123"})
    zeros = zlib.compress(bytes(80_000_000), 1)
    for kind, start in {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}.items():
        bomb = chunk(kind, start + zeros)
        yield Odd(f"{kind.decode()}-bomb.png", png(PLAIN, 2, before=bomb), {"D131"})
    rows = chunk(b"IDAT", zeros)  # of pixels that are too many
    yield Odd("more-rows.png", png(PLAIN, 2, between=rows), PLAIN)
