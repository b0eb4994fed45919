"""What is refused of pictures, each with a code of its own and what mends it."""

from typing import NoReturn

from headstart.errors import DataError
from headstart.hostile import printable
from headstart.modality.containers import foreign_format, format_of

MOST_PIXELS = 89_478_485  # where Pillow begins to warn of decompression bombs: 256 MB of RGB
MOST_SCALED = 2 * MOST_PIXELS
"""Of a file, whose picture is scaled down as it is decoded: where Pillow refuses to open it."""


def refuse_format(content: bytes, name: str, fix: str = "convert it to JPEG or PNG") -> NoReturn:
    """Raise `DataError` for bytes in a format that is not read, or in none."""
    foreign = "HEIC" if format_of(content) == "HEIF" else foreign_format(content)
    if foreign:
        raise DataError(
            "D125",
            f"pictures in the format {foreign} are not read",
            fix,
            where=name,
            why="by content, not by name: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, NumPy arrays are",
        )
    raise DataError(
        "D121",
        "this is not a picture",
        "download or export it again, or move it out of the class folder",
        where=name,
        why=f"it begins with {printable(content[:24])}",
    )


def refuse_truncated(name: str) -> NoReturn:
    """Raise `DataError` for a file that was cut."""
    raise DataError(
        "D122", "the file stops before its picture is complete", "copy or download it again", name
    )


def check_pixels(size: tuple[int, int], name: str, most: int = MOST_PIXELS) -> None:
    """Raise `DataError` for more than a picture may have."""
    if 0 in size:
        raise ValueError("it has no pixels")
    if size[0] * size[1] > most:
        refuse_bomb(f"{size[0]} x {size[1]}", name)


def refuse_bomb(size: str, name: str) -> NoReturn:
    """Raise `DataError` for more pixels than a picture may have."""
    raise DataError(
        "D123",
        f"a picture of {size} pixels, the limit is {MOST_PIXELS:,}",
        "save it smaller, or move it out of the class folder",
        where=name,
    )


def refuse_damaged(name: str, error: Exception) -> NoReturn:
    """Raise `DataError` for what a decoder stumbled over."""
    if isinstance(error, OSError) and "truncated" in str(error).lower():
        refuse_truncated(name)
    raise DataError(
        "D131",
        "the picture is damaged and cannot be decoded",
        "open it in an image editor and save it again, or move it out of the class folder",
        where=name,
        why=f"{type(error).__name__}: {printable(error)}",
    ) from error


def refuse_thing(thing: object, name: str) -> NoReturn:
    """Raise `DataError` for a thing in memory that is no picture."""
    raise DataError(
        "D133",
        f"a {printable(type(thing).__name__)} is not a picture",
        "give a path, the bytes of a file, a NumPy array, a torch tensor or a PIL image",
        where=name,
    )
