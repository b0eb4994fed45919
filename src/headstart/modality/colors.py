"""Every way a picture can hold its colors, made red, green and blue of 8 bits.

Scaled, never clipped: 16 bits become 8 by division by 257 (where a set uses fewer of them, by what
is white there); floats are 0 to 1. Values outside have
no white that everybody agrees on, and are refused rather than guessed at. What is transparent
shows the background. Color profiles are not applied, as in torchvision, timm and Keras.
"""

import numpy as np
import PIL.Image

from headstart.errors import DataError

Picture = PIL.Image.Image
_AT_ONCE = 1_000_000
"""Values that are turned into others at a time."""
_PREMULTIPLIED = {"RGBa": "RGBA", "La": "LA"}


def to_rgb(
    picture: Picture, background: tuple[int, int, int], name: str, bits: int = 16
) -> Picture:
    """Any mode as RGB; transparent parts show `background`. Of 16 bits so many are used."""
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = _to_8_bits(picture, name, bits)
    if picture.mode == "RGB" and not picture.has_transparency_data:
        return picture
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    key = picture.info.get("transparency")
    if isinstance(key, tuple):  # one color is transparent; Pillow keeps the upper 8 of 16 bits
        picture = picture.copy()
        picture.info["transparency"] = tuple(v >> 8 if max(key) > 255 else v for v in key)
    rgba = picture.convert(_PREMULTIPLIED.get(picture.mode, picture.mode)).convert("RGBA")
    canvas = PIL.Image.new("RGB", picture.size, background)
    canvas.paste(rgba, mask=rgba)
    return canvas


def from_array(array: np.ndarray, name: str, bits: int = 16) -> Picture:
    """Rows, columns and 0, 1, 3 or 4 channels of uint8, uint16, bool, or floats from 0 to 1."""
    flat = array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array
    shaped = flat.ndim == 2 or (flat.ndim == 3 and flat.shape[-1] in (3, 4))
    if not shaped or 0 in flat.shape or array.dtype.kind not in "ufb" or array.dtype.itemsize > 8:
        raise DataError(
            "D128",
            f"an array of shape {array.shape} and type {array.dtype} is not a picture",
            "give (height, width) or (height, width, 1, 3 or 4) as uint8, or floats from 0 to 1; "
            "--channels N for N bands",
            where=name,
        )
    eight = eight_bits(flat, name, bits)
    return PIL.Image.fromarray(np.ascontiguousarray(eight))


def eight_bits(values: np.ndarray, name: str, bits: int = 16) -> np.ndarray:
    """uint8 as it is, bool as 0 and 255, floats times 255; of other integers the value that is
    white, 65,535 where all 16 bits are used, becomes 255. Rounded. Raises `DataError`.
    """  # noqa: D205 - one sentence
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return values
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    low, high = float(values.min()), float(values.max())
    top = 1.0 if kind == "f" else float(2**bits - 1)
    if not (low >= 0.0 and high <= top):  # also true for NaN
        raise DataError(
            "D132",
            f"pixel values from {low:g} to {high:g}, expected 0 to {top:g}",
            "scale them so that white is the highest value, or save as 8 bits",
            where=name,
        )
    made = np.empty(values.shape, np.uint8)
    rows = max(1, _AT_ONCE // max(1, values[:1].size))
    for start in range(0, len(values), rows):  # eight times as many bytes at once are too many
        scaled = values[start : start + rows].astype(np.float64)
        scaled *= 255.0 / top
        scaled += 0.5
        made[start : start + rows] = np.floor(scaled, out=scaled)
    return made


def _to_8_bits(picture: Picture, name: str, bits: int) -> Picture:
    values = np.asarray(picture)
    gray = PIL.Image.fromarray(eight_bits(values, name, bits))
    key = picture.info.get("transparency")
    if isinstance(key, int):  # one 16-bit gray is transparent
        gray.putalpha(PIL.Image.fromarray((values != key).astype(np.uint8) * np.uint8(255)))
    return gray
