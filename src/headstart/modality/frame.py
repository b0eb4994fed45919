"""Where a picture lies in the square that a network sees, and the way back to its own pixels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from jaxtyping import Float

from headstart.data import Source, name_of
from headstart.modality.decoding import Size, decode
from headstart.modality.opening import NUMPY, bytes_of, file_in, guarded, orientation

_LYING = 5
"""Orientations of EXIF from which on width and height change places."""


@dataclass(frozen=True)
class Frame:
    """A picture of `size` pixels, scaled to `scaled` ones, its corner at `left` and `top`."""

    size: Size
    scaled: Size
    left: int
    top: int

    def inside(self, corners: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n 4"]:
        """Boxes in pixels of the upright picture -> in pixels of the square."""
        ratio = np.array(self.scaled, float) / np.array(self.size, float)
        placed: Float[np.ndarray, "n 4"] = corners * np.tile(ratio, 2) + self._corner
        return placed

    def outside(self, corners: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n 4"]:
        """Boxes in pixels of the square -> in pixels of the upright picture, cut at its edges."""
        ratio = np.array(self.size, float) / np.array(self.scaled, float)
        placed = (corners - self._corner) * np.tile(ratio, 2)
        cut: Float[np.ndarray, "n 4"] = placed.clip(0, np.tile(np.array(self.size, float), 2))
        return cut

    @property
    def _corner(self) -> np.ndarray:
        return np.array([self.left, self.top, self.left, self.top], float)


def size_of(source: Source) -> Size:
    """Width and height of an upright picture, from its header where it is a file.

    Raises `DataError`.
    """
    name = name_of(source)
    content = bytes_of(source, name) if isinstance(source, Path) else source.content
    with guarded(name):
        if isinstance(content, PIL.Image.Image):
            return _upright(content)
        raw = bytes(content) if isinstance(content, bytes | bytearray | memoryview) else b""
        if raw and not raw.startswith(NUMPY):
            with file_in(raw, name)[0] as file:
                return _upright(file)
    return decode(source, (255, 255, 255), lambda size: size).picture.size


def _upright(picture: PIL.Image.Image) -> Size:
    return picture.size[::-1] if orientation(picture) >= _LYING else picture.size
