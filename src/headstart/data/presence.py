"""Whether there is anything where a user points at."""

import difflib
from pathlib import Path

from headstart.errors import DataError
from headstart.hostile import printable


def is_address(place: object) -> bool:
    """Whether it is text that names a place elsewhere: s3://…, hf://datasets/owner/name.

    >>> is_address("s3://bucket/photos.zip"), is_address("photos")
    (True, False)
    """
    return isinstance(place, str) and "://" in place


def need_place(place: Path | str) -> None:
    """Raise `DataError` where there is nothing, with the name that was probably meant.

    Addresses are asked later.
    """
    if is_address(place):
        return
    path = Path(place).absolute()
    path = path.resolve() if ".." in path.parts else path
    if path.exists():
        return
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, beside, n=1)
    fix = f"did you mean {printable(path.parent / close[0])}?" if close else "check the spelling"
    raise DataError("D102", "there is nothing at this path", fix, printable(path))
