"""Pictures drawn by hand, so that their pixels are known: four quadrants on 32 x 32 pixels."""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import PIL.Image

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
