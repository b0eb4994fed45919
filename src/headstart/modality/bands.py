"""Pictures of any number of bands: satellites, microscopes, depth beside color.

They come as NumPy arrays or torch tensors, as `.npy` files, or as pictures that have so many bands
(4: RGBA or CMYK, 2: gray and alpha). A band is scaled as `colors.eight_bits` scales grays.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import torch

from headstart.counting import counted
from headstart.data import Source, name_of
from headstart.errors import DataError
from headstart.modality.colors import Picture, eight_bits
from headstart.modality.decoding import facts_of
from headstart.modality.opening import NUMPY, array_in, bytes_of, file_in, guarded, upright
from headstart.modality.refusals import check_pixels


@dataclass(frozen=True)
class Bands:
    """One gray picture of 8 bits a band, all of a size."""

    pictures: tuple[Picture, ...]
    digest: str
    """SHA-256 of the file's bytes; of the bands, where they were in memory."""
    facts: tuple[tuple[str, str | float], ...]

    @property
    def picture(self) -> Picture:
        """What they show together, in gray."""
        whole = np.mean([np.asarray(band, dtype=np.float32) for band in self.pictures], axis=0)
        return PIL.Image.fromarray(np.round(whole).astype(np.uint8))

    @property
    def shown(self) -> Picture:
        """What tells whether others are the same."""
        return self.picture

    @property
    def pixels(self) -> bytes:
        """Every one, a band at a time."""
        return b"".join(band.tobytes() for band in self.pictures)


def bands_of(source: Source, count: int) -> Bands:
    """Read a source of `count` bands. Raises `DataError`."""
    name = name_of(source)
    content = bytes_of(source, name) if isinstance(source, Path) else source.content
    with guarded(name):
        if isinstance(content, bytes | bytearray | memoryview):
            array, form = _in_file(bytes(content), name)
            digest = hashlib.sha256(content).hexdigest()
        else:
            array, form, digest = _in_memory(content, count), "memory", ""
        bands = _split(array, count, name)
        size = (bands[0].width, bands[0].height)
        check_pixels(size, name)
        facts = facts_of(size, f"{count} bands of {array.dtype}", form, 1)
        made = Bands(bands, digest, facts)
        own = digest or hashlib.sha256(f"{count} {size} ".encode() + made.pixels).hexdigest()
        return Bands(bands, own, facts)


def _in_file(content: bytes, name: str) -> tuple[np.ndarray, str]:
    if content.startswith(NUMPY):
        return array_in(content), "NumPy"
    file, kind = file_in(content, name)
    with file:
        file.load()
        return np.asarray(upright(file)), kind


def _in_memory(thing: object, count: int) -> np.ndarray:
    if isinstance(thing, torch.Tensor):
        array: np.ndarray = thing.detach().cpu().numpy()
        first = array.ndim == 3 and array.shape[0] == count
        return array.transpose(1, 2, 0) if first else array
    return np.asarray(thing)


def _split(array: np.ndarray, count: int, name: str) -> tuple[Picture, ...]:
    if array.ndim == 3 and array.shape[0] == count != array.shape[-1]:
        array = array.transpose(1, 2, 0)
    shaped = array.ndim == 3 and array.shape[-1] == count and 0 not in array.shape
    if not shaped or array.dtype.kind not in "ufb" or array.dtype.itemsize > 8:
        found = array.shape[-1] if array.ndim == 3 else 1
        raise DataError(
            "D134",
            f"an array of shape {array.shape} and type {array.dtype} "
            f"does not have {counted(count, 'band')}",
            f"give (height, width, {count}) as uint8, uint16 or floats from 0 to 1; "
            f"--channels {found} if all have as many as this",
            where=name,
        )
    eight = eight_bits(array, name)
    return tuple(
        PIL.Image.fromarray(np.ascontiguousarray(eight[..., band])) for band in range(count)
    )
