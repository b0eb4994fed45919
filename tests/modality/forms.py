"""Whole pictures in every form that files hold them in, and what they look like."""

import os
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import PIL.Image
from drawing import (
    BLUE,
    GREEN,
    NOISE,
    PLAIN,
    RED,
    SIDE,
    WHITE,
    Odd,
    chunk,
    png,
    quadrants,
    saved,
    solid,
)
from PIL.TiffImagePlugin import ImageFileDirectory_v2


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
