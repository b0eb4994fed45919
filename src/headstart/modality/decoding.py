"""From untrusted bytes, or a thing in memory, to an upright RGB picture.

Whatever is wrong becomes a `DataError` with one code a cause; a decoder that stumbles is never
the end of a run, and half a picture is never taken for a whole one.
"""

import hashlib
import importlib.util
import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFile
import PIL.ImageOps
import torch

from headstart.data import Source, name_of
from headstart.errors import DataError, HeadstartError
from headstart.hostile import printable
from headstart.modality.colors import Picture, from_array, to_rgb
from headstart.modality.containers import begun, flaw, format_of, frames_of
from headstart.modality.refusals import (
    MOST_PIXELS,
    MOST_SCALED,
    check_pixels,
    refuse_bomb,
    refuse_damaged,
    refuse_format,
    refuse_thing,
    refuse_truncated,
)

NUMPY = b"\x93NUMPY"
"""What the file of an array begins with."""
MOST_BYTES = 500_000_000
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}

_DENSEST = 1032
"""Pixels of a byte that no compression here passes: a file with more claims what it has not."""
LOOK_PX = 128
"""A JPEG is looked at for copies decoded at the least scale with so many pixels a side, whatever
size a network reads it at: so that a division does not depend on the network."""
_SCALES = (8, 4, 2)

Size = tuple[int, int]


@dataclass(frozen=True)
class Decoded:
    """An upright RGB picture, and what was found out on the way."""

    picture: Picture
    digest: str
    """SHA-256 of the file's bytes; of the pixels it shows, where it was in memory."""
    facts: tuple[tuple[str, str | float], ...]
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
    source: Source, background: tuple[int, int, int], wanted: Callable[[Size], Size]
) -> Decoded:
    """Read a source once and decode it.

    `wanted` tells from a picture's width and height what it will be resized to: a JPEG that is
    at least twice as large is decoded at a half, a quarter or an eighth of its size.
    """
    name = name_of(source)
    content = bytes_of(source, name) if isinstance(source, Path) else source.content
    with guarded(name):
        if isinstance(content, bytes | bytearray | memoryview):
            return _from_bytes(bytes(content), background, wanted, name)
        return _from_memory(content, background, name)


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Whatever a decoder raises becomes a `DataError`; no warnings from Pillow."""
    try:
        with _hushed():
            yield
    except HeadstartError:
        raise
    except Exception as error:  # decoders raise whatever comes to them
        refuse_damaged(name, error)


def _from_bytes(
    content: bytes, background: tuple[int, int, int], wanted: Callable[[Size], Size], name: str
) -> Decoded:
    if content.startswith(NUMPY):
        found = _from_memory(array_in(content), background, name)
        return replace(found, digest=hashlib.sha256(content).hexdigest())
    file, kind = file_in(content, name)
    with file:
        frames = frames_of(content, kind, 1 if kind == "TIFF" else getattr(file, "n_frames", 1))
        facts = facts_of(file.size, file.mode, file.format or kind, frames)
        facts += (("turned", float(turn)),) if (turn := orientation(file)) in _UPRIGHT else ()
        small = _small(content, wanted, background, name) if kind == "JPEG" else None
        picture = _loaded(file, kind, wanted, name)
        if picture.mode.startswith("I"):
            facts = (*facts, ("top", float(np.asarray(picture).max(initial=0))))
        picture = to_rgb(picture, background, name)
    return Decoded(picture, hashlib.sha256(content).hexdigest(), facts, small)


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
        way = _UPRIGHT.get(orientation(file))
        small: Picture = file
        if not file.mode.startswith(("I", "F")):  # Pillow scales no whole numbers of 16 bits
            whole = file.convert("RGBA" if file.has_transparency_data else "RGB")
            small = whole.reduce(max(2, _scale(file.size, wanted(file.size))))
        return small if way is None else small.transpose(way)


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


def array_in(content: bytes) -> np.ndarray:
    """What a `.npy` file holds; objects, which would have to be unpickled, are an error."""
    array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def file_in(content: bytes, name: str) -> tuple[PIL.ImageFile.ImageFile, str]:
    """A picture that is opened and not yet decoded, and its format. Raises `DataError`."""
    kind = _checked_format(content, name)
    if kind == "HEIF":
        _open_heif(content, name)
    try:
        file = PIL.Image.open(io.BytesIO(content), formats=[kind])
    except PIL.Image.DecompressionBombError:
        refuse_bomb("too many", name)
    full = len(content) * _DENSEST > file.width * file.height
    check_pixels(file.size, name, MOST_SCALED if full else MOST_PIXELS)
    return file, kind


def _open_heif(content: bytes, name: str) -> None:
    """Let Pillow open pictures of telephones. Raises `DataError` where the extra is missing."""
    if importlib.util.find_spec("pillow_heif") is None:
        refuse_format(content, name, "pip install 'headstart[heic]', or convert it to JPEG")
    import pillow_heif

    pillow_heif.register_heif_opener()


def _from_memory(thing: object, background: tuple[int, int, int], name: str) -> Decoded:
    if isinstance(thing, torch.Tensor):
        thing = _channels_last(thing.detach().cpu()).numpy()
    if isinstance(thing, np.ndarray):
        picture, mode = from_array(thing, name), str(thing.dtype)
    elif isinstance(thing, PIL.Image.Image):
        thing.load()
        picture, mode = upright(thing), thing.mode
    else:
        refuse_thing(thing, name)
    check_pixels(picture.size, name)
    shown = to_rgb(picture, background, name)
    # Of what is shown: so palettes, transparency and orientation count
    digest = hashlib.sha256(f"RGB {shown.width} {shown.height} ".encode() + shown.tobytes())
    return Decoded(shown, digest.hexdigest(), facts_of(picture.size, mode, "memory", 1))


def facts_of(size: Size, mode: str, form: str, frames: int) -> tuple[tuple[str, str | float], ...]:
    """What the audit counts."""
    numbers = (("width", float(size[0])), ("height", float(size[1])))
    return (*numbers, ("mode", mode), ("format", form), ("frames", float(frames)))


def _channels_last(tensor: torch.Tensor) -> torch.Tensor:
    """Torch's order is (channels, height, width); the other one is taken where only it fits."""
    first = tensor.ndim == 3 and tensor.shape[0] in (1, 3, 4)
    return tensor.permute(1, 2, 0) if first else tensor


def upright(picture: Picture) -> Picture:
    """Turned as its EXIF or XMP orientation says; one that cannot be parsed says nothing."""
    turn = _UPRIGHT.get(orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def orientation(picture: Picture) -> int:
    """What EXIF or XMP says of how it is to be turned; 1 where that is not at all."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata beside a whole picture
        return 1


def bytes_of(path: Path, name: str) -> bytes:
    """A regular file's bytes; a pipe or a device is not even opened for good."""
    try:
        _check_regular(path.stat(), name)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _check_regular(os.fstat(file.fileno()), name)
            return file.read(MOST_BYTES)
    except FileNotFoundError as error:
        raise DataError(
            "D127", "the file is not there any more", "look where it went, and run again", name
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(
            "D126",
            "the file cannot be read",
            "look at its permissions (chmod u+r), its links and the disk",
            where=name,
            why=printable(error),
        ) from error


def _check_regular(found: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise DataError("D129", "this is not a file", "move it out of the class folder", where=name)
    if found.st_size >= MOST_BYTES:
        raise DataError(
            "D130",
            f"a file of {found.st_size / 1e6:,.0f} MB, the limit is {MOST_BYTES / 1e6:,.0f} MB",
            "save it smaller, or move it out of the class folder",
            where=name,
        )


def _checked_format(content: bytes, name: str) -> str:
    """The format the bytes are in, whatever the file is called, once they are seen to be whole."""
    if not content:
        raise DataError(
            "D124", "the file is empty", "copy it again, or move it out of the class folder", name
        )
    kind = format_of(content)
    if kind:
        wrong = flaw(content, kind)
        if wrong == "damaged":
            refuse_damaged(name, ValueError(f"its {kind} structure or checksums are wrong"))
    else:
        wrong = "truncated" if begun(content) else ""
    if wrong:
        refuse_truncated(name)
    if not kind:
        refuse_format(content, name)
    return kind


_hush_lock = threading.Lock()
_hush_depth = 0
_hush_filters: "warnings.catch_warnings[None] | None" = None


@contextmanager
def _hushed() -> Iterator[None]:
    """No warnings from Pillow, in any thread, while any thread decodes.

    `catch_warnings` alone would leave its filter behind when two threads leave out of order.
    """
    global _hush_depth, _hush_filters
    with _hush_lock:
        if _hush_depth == 0:
            _hush_filters = warnings.catch_warnings()
            _hush_filters.__enter__()
            warnings.filterwarnings("ignore", module=r"PIL\.")
        _hush_depth += 1
    try:
        yield
    finally:
        with _hush_lock:
            _hush_depth -= 1
            if _hush_depth == 0 and _hush_filters is not None:
                _hush_filters.__exit__(None, None, None)
