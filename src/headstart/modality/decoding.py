"""From untrusted bytes, or a thing in memory, to an upright RGB picture.

Whatever is wrong becomes a `DataError` with one code a cause; a decoder that stumbles is never
the end of a run, and half a picture is never taken for a whole one.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
import PIL.ImageFile
import PIL.ImageOps
import torch

from headstart.data import Source, name_of
from headstart.modality.colors import Picture, from_array, to_rgb
from headstart.modality.containers import frames_of
from headstart.modality.depths import highest_in
from headstart.modality.opening import (
    NUMPY,
    TURNS,
    array_in,
    content_of,
    file_in,
    guarded,
    orientation,
    upright,
)
from headstart.modality.refusals import (
    MOST_PIXELS,
    check_pixels,
    refuse_thing,
)

LOOK_PX = 128
"""A JPEG is looked at for copies decoded at the least scale with so many pixels a side, whatever
size a network reads it at: so that a division does not depend on the network."""
_SCALES = (8, 4, 2)
_STRIP = 4_000_000
"""Pixels of 16 bits that are scaled at a time."""

Size = tuple[int, int]
Facts = tuple[tuple[str, str | float], ...]


@dataclass(frozen=True)
class Decoded:
    """An upright RGB picture, and what was found out on the way."""

    picture: Picture
    digest: str
    """SHA-256 of the file's bytes; of the pixels it shows, where it was in memory."""
    facts: Facts
    small: Picture | None = None
    """The same at the scale of `LOOK_PX`, where that is another one."""

    @property
    def shown(self) -> Picture:
        """What tells whether another picture is the same: equal whatever was `wanted`."""
        return self.small or self.picture

    @property
    def pixels(self) -> bytes:
        """Every one of these, a row at a time."""
        return self.shown.tobytes()


def decode(
    source: Source,
    background: tuple[int, int, int],
    wanted: Callable[[Size], Size],
    bits: int = 16,
) -> Decoded:
    """Read a source once and decode it.

    `wanted` tells from a picture's width and height what it will be resized to: a JPEG that is
    at least twice as large is decoded at a half, a quarter or an eighth of its size. Values of 16
    bits use so many `bits`: the highest of these is white.
    """
    name = name_of(source)
    content, page = content_of(source, name)
    with guarded(name):
        if isinstance(content, bytes):
            return _from_bytes(content, page, background, wanted, name, bits)
        return _from_memory(content, background, name, bits)


def _from_bytes(
    content: bytes,
    page: int | None,
    background: tuple[int, int, int],
    wanted: Callable[[Size], Size],
    name: str,
    bits: int,
) -> Decoded:
    digest = hashlib.sha256(content)
    if content.startswith(NUMPY):
        found = _from_memory(array_in(content), background, name, bits)
        return replace(found, digest=digest.hexdigest())
    file, kind = file_in(content, name)
    with file:
        frames = 1
        if page is None:
            many = 1 if kind == "TIFF" else getattr(file, "n_frames", 1)
            frames = frames_of(content, kind, many)
        else:
            file.seek(page)
            check_pixels(file.size, name)
            digest = hashlib.sha256(digest.digest() + f"page {page}".encode())
        # Pillow reads the upper bytes of such colors
        halved = not file.mode.startswith("I") and any(";16" in str(part[3]) for part in file.tile)
        facts = facts_of(file.size, file.mode, file.format or kind, frames)
        facts += (("turned", float(turn)),) if (turn := orientation(file)) in TURNS else ()
        small = _small(content, wanted, background, name) if kind == "JPEG" else None
        picture = _loaded(file, kind, wanted, name)
        facts += _tops(picture, halved=halved)
        picture = to_rgb(picture, background, name, bits)
    return Decoded(picture, digest.hexdigest(), facts, small)


def _tops(picture: object, *, halved: bool = False) -> Facts:
    """The highest value of 16 bits; of colors of which the upper bytes alone are read, the highest
    that it can be.
    """  # noqa: D205 - one sentence
    if halved and isinstance(picture, PIL.Image.Image):
        byte = float(np.asarray(picture.convert("RGB")).max(initial=0))
        return (("color top", 256 * byte + 255),)
    top = highest_in(picture)
    return () if top is None else (("top", top),)


_large = threading.Lock()


def _loaded(
    file: PIL.ImageFile.ImageFile, kind: str, wanted: Callable[[Size], Size], name: str
) -> Picture:
    """The picture decoded, and upright: a JPEG at a fraction of its size; large ones one by one.

    More than `MOST_PIXELS` are scaled down right away, by a whole number.
    """
    if kind == "JPEG":
        file.draft(None, wanted(file.size))
    if file.width * file.height <= MOST_PIXELS:
        file.load()
        return upright(file)
    with _large:
        file.load()
        way = TURNS.get(orientation(file))
        factor = max(2, _scale(file.size, wanted(file.size)))
        small: Picture = file
        if file.mode.startswith("I;16"):
            small = file if file.has_transparency_data else _reduced_16(file, factor)
        elif file.mode in ("I", "F"):
            small = file.reduce(factor)
        else:
            mode = "RGBA" if file.has_transparency_data else "RGB"
            whole = file if file.mode == mode else file.convert(mode)  # which copies all of it
            small = whole.reduce(factor)
        return small if way is None else small.transpose(way)


def _reduced_16(picture: Picture, factor: int) -> Picture:
    """Whole numbers of 16 bits, scaled strip by strip as 32 bits: Pillow scales no others."""
    rows = factor * max(1, _STRIP // (factor * picture.width))
    small = list[np.ndarray]()
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        small.append(np.asarray(strip.convert("I").reduce(factor)).astype(np.uint16))
    return PIL.Image.fromarray(np.concatenate(small))


def _small(
    content: bytes, wanted: Callable[[Size], Size], background: tuple[int, int, int], name: str
) -> Picture | None:
    """A JPEG at the scale that looks are taken at; None where that is the one of `wanted`."""
    with file_in(content, name)[0] as file:
        if _scale(file.size, wanted(file.size)) == _scale(file.size, (LOOK_PX, LOOK_PX)):
            return None
        file.draft(None, (LOOK_PX, LOOK_PX))
        file.load()
        return to_rgb(upright(file), background, name)


def _scale(size: Size, wanted: Size) -> int:
    """By how much Pillow's `draft` divides the sides of a JPEG."""
    most = min(side // max(1, least) for side, least in zip(size, wanted, strict=True))
    return next((scale for scale in _SCALES if scale <= most), 1)


def _from_memory(thing: object, background: tuple[int, int, int], name: str, bits: int) -> Decoded:
    if isinstance(thing, torch.Tensor):
        thing = _channels_last(thing.detach().cpu()).numpy()
    if isinstance(thing, np.ndarray):
        picture, mode, top = from_array(thing, name, bits), str(thing.dtype), _tops(thing)
    elif isinstance(thing, PIL.Image.Image):
        thing.load()
        picture, mode, top = upright(thing), thing.mode, _tops(thing)
    else:
        refuse_thing(thing, name)
    check_pixels(picture.size, name)
    shown = to_rgb(picture, background, name, bits)
    # Of what is shown: so palettes, transparency and orientation count
    digest = hashlib.sha256(f"RGB {shown.width} {shown.height} ".encode() + shown.tobytes())
    return Decoded(shown, digest.hexdigest(), facts_of(picture.size, mode, "memory", 1) + top)


def facts_of(size: Size, mode: str, form: str, frames: int) -> Facts:
    """What the audit counts."""
    numbers = (("width", float(size[0])), ("height", float(size[1])))
    return (*numbers, ("mode", mode), ("format", form), ("frames", float(frames)))


def _channels_last(tensor: torch.Tensor) -> torch.Tensor:
    """Torch's order is (channels, height, width); the other one is taken where only it fits."""
    first = tensor.ndim == 3 and tensor.shape[0] in (1, 3, 4)
    return tensor.permute(1, 2, 0) if first else tensor
