"""Names that people give to classes and files, made fit for every file system."""

import re
import unicodedata
from pathlib import PurePath

from headstart.data.part_names import part_in
from headstart.hostile import file_name, printable
from headstart.serve import Refusal

LONGEST = 60
"""Characters of a class's name."""
_NEVER = set('/\\:*?"<>|\0')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def class_name(told: str) -> str:
    """The name as a folder has it. Raises `Refusal` where no folder can be called so."""
    name = unicodedata.normalize("NFC", told).strip()
    fits = 0 < len(name) <= LONGEST and len(name.encode("utf-8", "replace")) <= 200
    plain = printable(name, 1000) == name and not _NEVER & set(name)
    if not (fits and plain) or name[0] == "." or name[-1] == "." or _DEVICES.fullmatch(name):
        raise Refusal(
            "H601", 422, "no folder can be called so", "use letters, digits, spaces, - and _",
            f"1 to {LONGEST} characters, without / \\ : * ? and such",
        )  # fmt: skip
    if part_in(name):
        raise Refusal(
            "H602", 422, f"{name} is the name of a part of the data, not of a class", "rename it"
        )
    return name


def same_name(one: str) -> str:
    """Equal for names that some file system, or somebody, would take for one another."""
    return unicodedata.normalize("NFC", one).casefold()


def stored_name(told: str, digest: str, suffix: str) -> str:
    """What a file is stored as: something of what it was called, and its contents' digest.

    >>> stored_name("../My cat.JPEG", "0123456789abcdef", ".jpg")
    'My-cat-01234567.jpg'
    """
    stem = file_name(PurePath(told.replace("\\", "/")).stem, 40)
    return f"{stem}-{digest[:8]}{suffix}"
