"""More than 200 broken or odd picture files, each with what reading it must give.

Expected is a set of error codes, or the pixels, which are known because the pictures are drawn:
four quadrants of one color each, on 32 x 32 pixels. None stands for damage that the format gives
no means to see: any pixels, or the code for damage.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import PIL.Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

SIDE = 32
RED, GREEN, BLUE, WHITE = (220, 30, 40), (20, 160, 60), (30, 50, 210), (255, 255, 255)
Expected = set[str] | np.ndarray | None


@dataclass(frozen=True, eq=False)
class Odd:
    """A file, and what reading it must give."""

    name: str
    content: bytes
    expected: Expected
    tolerance: int = 0
    """Gray levels that any value may be off."""


def corpus() -> list[Odd]:
    """All of them."""
    parts = (
        truncated,
        stubs,
        strangers,
        damaged,
        modes,
        deep,
        turned,
        moving,
        bombs,
        shapes,
        tails,
    )
    return [odd for part in (*parts, metadata, names) for odd in part()]


def quadrants(a=RED, b=GREEN, c=BLUE, d=WHITE, width=SIDE, height=SIDE) -> np.ndarray:
    """Four colors: (height, width, 3)."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = a, b
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = c, d
    return pixels


def solid(*color: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), color if len(color) == 3 else color * 3, np.uint8)


def saved(picture: PIL.Image.Image | np.ndarray, form: str, **options) -> bytes:
    picture = PIL.Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    kept = io.BytesIO()
    if form in ("JPEG", "MPO"):  # else the colors run over the edges
        options = {"subsampling": 0, **options}
    picture.save(kept, form, **options)
    return kept.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: np.ndarray, color: int, *, depth=8, before=b"", between=b"", size=None) -> bytes:
    """A PNG by hand: 16 bits, any chunks, any size that it claims to have."""
    height, width = pixels.shape[:2]
    claimed = size or (width, height)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *claimed, depth, color, 0, 0, 0))
    big = pixels.astype(">u2" if depth == 16 else np.uint8)
    rows = b"".join(b"\0" + big[row].tobytes() for row in range(height))
    body = header + before + chunk(b"IDAT", zlib.compress(rows)) + between + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PLAIN = quadrants()
NOISE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
FORMS = {
    "jpg": saved(NOISE, "JPEG"),
    "progressive.jpg": saved(NOISE, "JPEG", progressive=True),
    "png": saved(NOISE, "PNG"),
    "gif": saved(NOISE, "GIF"),
    "bmp": saved(NOISE, "BMP"),
    "tiff": saved(NOISE, "TIFF"),
    "lzw.tiff": saved(NOISE, "TIFF", compression="tiff_lzw"),
    "deflate.tiff": saved(NOISE, "TIFF", compression="tiff_deflate"),
    "webp": saved(NOISE, "WEBP"),
    "lossless.webp": saved(NOISE, "WEBP", lossless=True),
}


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
        "avif": b"\0\0\0\x18ftypavif" + bytes(12),
        "jxl": b"\xff\x0a" + bytes(12),
        "dds": saved(PLAIN, "DDS"),
        "npy": b"\x93NUMPY\1\0" + bytes(12),
        "exr": b"v/1\x01" + bytes(12),
    }.items():
        yield Odd(f"{name}.png", content, {"D125"})
    for form in ("PNG", "GIF", "BMP", "TIFF"):
        yield Odd(f"is-{form}.jpg", saved(PLAIN, form), PLAIN)
        yield Odd(f"is-{form}", saved(PLAIN, form), PLAIN)
        yield Odd(f"is-{form}.txt", saved(PLAIN, form), PLAIN)
    yield Odd("is-jpeg.png", saved(PLAIN, "JPEG", quality=95), PLAIN, 4)
    yield Odd("is-webp.png", saved(PLAIN, "WEBP", lossless=True), PLAIN)


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


def modes() -> Iterator[Odd]:
    """Every way that files hold colors in 8 bits or fewer."""
    picture = PIL.Image.fromarray(PLAIN)
    ink = PIL.Image.new("CMYK", (SIDE, SIDE), (255, 0, 51, 0))
    cmyk = saved(ink, "JPEG", quality=95)  # Pillow marks it as Adobe's and inverts it, as Adobe
    yield Odd("cmyk.jpg", cmyk, solid(0, 255, 204), 3)
    yield Odd("black.cmyk.jpg", saved(PIL.Image.new("CMYK", (SIDE, SIDE)), "JPEG"), solid(255), 1)
    yield Odd("cmyk.tiff", saved(ink, "TIFF"), solid(0, 255, 204), 1)
    marker = cmyk.index(b"Adobe") + 11
    ycck = cmyk[:marker] + b"\2" + cmyk[marker + 1 :]  # the same numbers, told to be Y, Cb, Cr, K
    yield Odd("ycck.jpg", ycck, solid(*_ycck(0, 255, 204, 255)), 4)
    gray = np.repeat(np.arange(SIDE, dtype=np.uint8) * 8, SIDE).reshape(SIDE, SIDE)
    three = np.stack([gray] * 3, 2)
    for form in ("PNG", "TIFF", "BMP", "GIF"):
        yield Odd(f"gray.{form}", saved(gray, form), three)
        bits = PIL.Image.fromarray(gray > 100)
        yield Odd(f"one-bit.{form}", saved(bits, form), (three > 100) * np.uint8(255))
    yield Odd("gray.jpg", saved(gray, "JPEG", quality=95), three, 6)
    yield Odd("gray.webp", saved(gray, "WEBP", lossless=True), three)
    for form in ("PNG", "TIFF", "BMP", "GIF"):
        yield Odd(f"palette.{form}", saved(picture.convert("P", palette=1, colors=8), form), PLAIN)
    yield Odd("rle.bmp", _rle_bmp(), solid(10, 20, 30))
    yield Odd("ycbcr.tiff", saved(picture.convert("YCbCr"), "TIFF"), PLAIN, 3)
    white = PIL.Image.new("LAB", (SIDE, SIDE), (255, 128, 128))
    yield Odd("lab.tiff", saved(white, "TIFF"), solid(255), 2)
    yield from _transparent()


def _ycck(*stored: int) -> tuple[int, ...]:
    """By JPEG's formulas: the stored color is the inverted ink, the last channel the black."""
    y, cb, cr, k = stored
    rgb = (y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128))
    light = [min(255.0, max(0.0, v)) for v in (*rgb, y + 1.772 * (cb - 128))]
    ink = [255 - v for v in light]  # libjpeg gives inks; Adobe's are inverted once more
    return tuple(round(v * k / 255) for v in ink)


def _rle_bmp() -> bytes:
    rows = b"".join(bytes([SIDE, 1, 0, 0]) for _ in range(SIDE)) + b"\0\1"
    colors = bytes(4) + bytes([30, 20, 10, 0])
    info = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 1, len(rows), 0, 0, 2, 0)
    begin = 14 + len(info) + len(colors)
    return struct.pack("<2sIHHI", b"BM", begin + len(rows), 0, 0, begin) + info + colors + rows


def _transparent() -> Iterator[Odd]:
    """Transparent left, half transparent right: over white, 60 becomes 157 or 158."""
    alpha = np.repeat([[0] * 16 + [128] * 16], SIDE, 0).astype(np.uint8)[..., None]
    seen = solid(255)
    seen[:, 16:] = round(60 * 128 / 255 + 255 * 127 / 255)
    rgba = np.concatenate([solid(60), alpha], 2)
    for form, options in {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True, "exact": True}}.items():
        yield Odd(f"rgba.{form}", saved(rgba, form, **options), seen, 1)
    la = PIL.Image.fromarray(rgba).convert("LA")
    yield Odd("la.png", saved(la, "PNG"), seen, 1)
    yield Odd("la.tiff", saved(la, "TIFF"), seen, 1)
    palette = PIL.Image.new("P", (SIDE, SIDE), 1)
    palette.putpalette([9, 9, 9, 60, 60, 60])
    palette.paste(0, (0, 0, 16, SIDE))
    holed = solid(60)
    holed[:, :16] = 255
    yield Odd("palette-key.png", saved(palette, "PNG", transparency=0), holed)
    yield Odd("palette-alpha.png", saved(palette, "PNG", transparency=b"\0\x80"), seen, 1)
    yield Odd("key.gif", saved(palette, "GIF", transparency=0), holed)
    key = np.array(holed)
    key[:, :16] = (1, 2, 3)
    rgb_key = chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))
    yield Odd("rgb-key.png", png(key, 2, before=rgb_key), holed)
    yield Odd("gray-key.png", png(key[..., 0], 0, before=chunk(b"tRNS", b"\0\1")), holed)
    yield Odd("all-clear.png", saved(PIL.Image.new("RGBA", (SIDE, SIDE)), "PNG"), solid(255))


def deep() -> Iterator[Odd]:
    """More than 8 bits: scaled so that the highest value is white, or refused; never clipped."""
    ramp = np.linspace(0, 65535, SIDE * SIDE).reshape(SIDE, SIDE).astype(np.uint16)
    eight = np.floor(ramp / 257 + 0.5).astype(np.uint8)
    three = np.stack([eight] * 3, 2)
    yield Odd("gray16.png", png(ramp, 0, depth=16), three)
    yield Odd("gray16-pillow.png", saved(ramp, "PNG"), three)
    yield Odd("gray16.tiff", saved(ramp, "TIFF"), three)
    yield Odd("gray16-lzw.tiff", saved(ramp, "TIFF", compression="tiff_lzw"), three)
    yield Odd("gray16-dim.tiff", saved((ramp // 256).astype(np.uint16), "TIFF"), three // 200, 1)
    key = chunk(b"tRNS", struct.pack(">H", int(ramp[0, 0])))
    holed = three.copy()
    holed[0, 0] = 255
    yield Odd("gray16-key.png", png(ramp, 0, depth=16, before=key), holed)
    rgb = np.stack([ramp, ramp[::-1], 65535 - ramp.T], 2)
    small = np.floor(rgb / 257 + 0.5).astype(np.uint8)
    yield Odd("rgb16.png", png(rgb, 2, depth=16), small, 1)
    full = np.full((SIDE, SIDE, 1), 65535, np.uint16)
    yield Odd("rgba16.png", png(np.concatenate([rgb, full], 2), 6, depth=16), small, 1)
    yield Odd("la16.png", png(np.stack([ramp, full[..., 0]], 2), 4, depth=16), three, 1)
    floats = (ramp / 65535).astype(np.float32)
    yield Odd("float.tiff", saved(floats, "TIFF"), three, 1)
    yield Odd("float255.tiff", saved(floats * 255, "TIFF"), {"D132"})
    yield Odd("negative.tiff", saved(floats - 0.5, "TIFF"), {"D132"})
    yield Odd("nan.tiff", saved(np.full_like(floats, np.nan), "TIFF"), {"D132"})
    yield Odd("infinite.tiff", saved(np.full_like(floats, np.inf), "TIFF"), {"D132"})
    yield Odd("int32.tiff", saved(ramp.astype(np.int32), "TIFF"), three)
    yield Odd("int32-high.tiff", saved(ramp.astype(np.int32) * 9, "TIFF"), {"D132"})
    yield Odd("int32-low.tiff", saved(ramp.astype(np.int32) - 5, "TIFF"), {"D132"})


def turned() -> Iterator[Odd]:
    """All orientations: what is stored is the upright picture turned the other way."""
    a, b, c, d = RED, GREEN, BLUE, WHITE
    stored = {
        1: (a, b, c, d),
        2: (b, a, d, c),
        3: (d, c, b, a),
        4: (c, d, a, b),
        5: (a, c, b, d),
        6: (b, d, a, c),
        7: (d, b, c, a),
        8: (c, a, d, b),
    }
    for turn, corners in stored.items():
        pixels, exif = quadrants(*corners), PIL.Image.Exif()
        exif[0x0112] = turn
        yield Odd(f"turn{turn}.jpg", saved(pixels, "JPEG", quality=95, exif=exif), PLAIN, 4)
        yield Odd(f"turn{turn}.png", saved(pixels, "PNG", exif=exif), PLAIN)
        yield Odd(f"turn{turn}.webp", saved(pixels, "WEBP", lossless=True, exif=exif), PLAIN)
        tags = ImageFileDirectory_v2()
        tags[274] = turn
        yield Odd(f"turn{turn}.tiff", saved(pixels, "TIFF", tiffinfo=tags), PLAIN)
    for turn in (0, 9, 65535):
        exif = PIL.Image.Exif()
        exif[0x0112] = turn
        yield Odd(f"turn{turn}.png", saved(PLAIN, "PNG", exif=exif), PLAIN)


def moving() -> Iterator[Odd]:
    """Animations show their first frame, documents their first page."""
    rest = [PIL.Image.fromarray(solid(0)), PIL.Image.fromarray(NOISE)]
    for form, options in {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}.items():
        content = saved(PLAIN, form, save_all=True, append_images=rest, **options)
        yield Odd(f"moving.{form}", content, PLAIN)
        short = content[: 3 * len(content) // 4]  # within the later frames
        yield Odd(f"moving-cut.{form}", short, {"D122"})
    black = PIL.Image.fromarray(solid(0))
    yield Odd(
        "default.png",
        saved(PLAIN, "PNG", save_all=True, default_image=True, append_images=[black, *rest]),
        PLAIN,
    )
    circle = bytearray(saved(PLAIN, "TIFF"))
    first = struct.unpack_from("<I", circle, 4)[0]
    after = first + 2 + 12 * struct.unpack_from("<H", circle, first)[0]
    struct.pack_into("<I", circle, after, first)
    yield Odd("circle.tiff", bytes(circle), PLAIN)
    yield Odd("shared.tiff", _shared_tiff(), {"D131"})
    yield Odd("two.mpo.jpg", saved(PLAIN, "MPO", save_all=True, append_images=rest), PLAIN, 30)


def _shared_tiff() -> bytes:
    """Pages by the thousand that all name the same long list of strips."""
    count = 20_000
    pages = b"".join(
        struct.pack("<HHHIII", 1, 273, 3, 8 * count, 8, 8 + 16 * count + 18 * (page + 1))
        for page in range(count)
    )
    return struct.pack("<2sHI", b"II", 42, 8 + 16 * count) + bytes(16 * count) + pages + bytes(9)


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


def shapes() -> Iterator[Odd]:
    """A color fills what is seen, whatever the shape it came in."""
    for width, height in ((1, 1), (2, 3), (1, 5000), (5000, 1), (1, 60_000), (3, 4000), (700, 31)):
        block = np.full((height, width, 3), (10, 200, 90), np.uint8)
        yield Odd(f"{width}x{height}.png", saved(block, "PNG"), solid(10, 200, 90))
        yield Odd(f"{width}x{height}.jpg", saved(block, "JPEG"), solid(10, 200, 90), 3)
    strip = np.zeros((20, 20_001, 3), np.uint8)
    strip[:, 10_000 - 15 : 10_000 + 16] = 255
    yield Odd("middle.png", saved(strip, "PNG"), solid(255))
    yield Odd("middle.bmp", saved(strip.transpose(1, 0, 2).copy(), "BMP"), solid(255))


def tails() -> Iterator[Odd]:
    """What follows a whole picture is no part of it."""
    for name, form, options, most in (
        ("jpg", "JPEG", {"quality": 95}, 4),
        ("png", "PNG", {}, 0),
        ("gif", "GIF", {}, 0),
        ("bmp", "BMP", {}, 0),
        ("tiff", "TIFF", {}, 0),
        ("webp", "WEBP", {"lossless": True}, 0),
    ):
        content = saved(PLAIN, form, **options)
        yield Odd(f"tail.{name}", content + b"<?php echo 1; ?>" * 9, PLAIN, most)
        yield Odd(f"padded.{name}", content + bytes(4096), PLAIN, most)
    progressive = saved(PLAIN, "JPEG", quality=95, progressive=True)
    yield Odd("progressive.jpg", progressive, PLAIN, 4)
    yield Odd("arithmetic-free.jpg", saved(PLAIN, "JPEG", quality=95, optimize=True), PLAIN, 4)
    yield Odd("restarts.jpg", saved(PLAIN, "JPEG", quality=95, restart_marker_rows=1), PLAIN, 4)
    yield Odd("interlaced.png", _interlaced(), solid(7, 8, 9))


def _interlaced() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 1))
    sizes = ((4, 4), (4, 4), (8, 4), (8, 8), (16, 8), (16, 16), (32, 16))  # Adam7, width, height
    rows = b"".join((b"\0" + b"\7\x08\x09" * width) * height for width, height in sizes)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def metadata() -> Iterator[Odd]:
    """Broken metadata beside a whole picture are no reason to lose it."""
    weird = {
        "not-tiff": b"Exif\0\0garbage",
        "cut": b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01",
        "empty": b"Exif\0\0",
        "far": b"Exif\0\0II*\0\xff\xff\xff\x7f",
        "long": b"Exif\0\0MM\0*" + b"\xff" * 3000,
    }
    for name, exif in weird.items():
        yield Odd(f"exif-{name}.jpg", saved(PLAIN, "JPEG", quality=95, exif=exif), PLAIN, 4)
        yield Odd(f"exif-{name}.png", png(PLAIN, 2, before=chunk(b"eXIf", exif[6:])), PLAIN)
        webp = saved(PLAIN, "WEBP", lossless=True, exif=exif)
        yield Odd(f"exif-{name}.webp", webp, PLAIN)
    letters = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHI4sI", 0x0112, 2, 4, b"six", 0)
    yield Odd("exif-text.png", png(PLAIN, 2, before=chunk(b"eXIf", letters)), PLAIN)
    for name, profile in {"noise": NOISE.tobytes(), "none": b"x", "huge": bytes(200_000)}.items():
        for form, options in {
            "JPEG": {"quality": 95},
            "PNG": {},
            "WEBP": {"lossless": True},
        }.items():
            content = saved(PLAIN, form, icc_profile=profile, **options)
            yield Odd(f"icc-{name}.{form}", content, PLAIN, 4 if form == "JPEG" else 0)
    yield Odd("icc-zlib.png", png(PLAIN, 2, before=chunk(b"iCCP", b"a\0\0not zlib")), PLAIN)
    yield Odd("unknown.png", png(PLAIN, 2, before=chunk(b"quUx", b"?" * 99)), PLAIN)
    yield Odd("comment.jpg", saved(PLAIN, "JPEG", quality=95, comment=b"\xff\xd9" * 99), PLAIN, 4)


def names() -> Iterator[Odd]:
    """Names that are legal on Linux, and nowhere else."""
    content = saved(PLAIN, "PNG")
    for name in (
        "with space.png",
        " leading and trailing .png ",
        "🌻🌷.png",
        "two\nlines.png",
        "tab\tand\rreturn.png",
        "\x1b[31mred.png",
        "[bold red]markup.png",
        "<script>alert(1).png",
        "‮gnp.exe",
        "e\u0301 and \u00e9.png",
        "-rf",
        "~",
        "$(id).png",
        "%s%n{0}.png",
        "quo'te\".png",
        "CON",
        "a" * 251 + ".png",
        "ü" * 125 + ".png",
        os.fsdecode(b"caf\xe9.png"),
        os.fsdecode(b"\xff\xfe\x80"),
        "=1+1.png",
        "back\\slash.png",
    ):
        yield Odd(name, content, PLAIN)
        yield Odd(f"{name[:100]}.empty", b"", {"D124"})
