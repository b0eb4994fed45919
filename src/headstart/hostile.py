"""Strings that come from data, made safe to show and to name files with.

A class name, a file name or a table cell may hold terminal escapes, markup, text that runs
right to left or bytes that are no text at all. Nothing of it may reach a terminal as it is.
"""

import os
import re
import unicodedata

_ADDRESS = re.compile(r"( object)? at 0x[0-9a-fA-F]+")
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # controls, formats, surrogates, separators


def printable(text: object, limit: int = 200) -> str:
    r"""One line without control, format or undecodable characters; long text loses its middle.

    >>> printable("cat\x1b[31m\nred")
    'cat\\x1b[31m\\nred'
    """
    raw = os.fsdecode(text) if isinstance(text, bytes | os.PathLike) else str(text)
    if isinstance(text, BaseException):
        raw = without_addresses(raw)
    if len(raw) > limit:
        raw = f"{raw[: limit // 2]}…{raw[-limit // 2 + 1 :]}"
    return "".join(map(_shown, raw))


def without_addresses(text: str) -> str:
    """What a library says, the same in every run: objects are named without their place in memory.

    >>> without_addresses("cannot identify <_io.BytesIO object at 0x7f3c>")
    'cannot identify <_io.BytesIO>'
    """
    return _ADDRESS.sub("", text)


def file_name(text: str, limit: int = 60) -> str:
    """A name that any file system takes, never hidden, never a path.

    >>> file_name("../a b/ü?.jpg")
    'a-b-ü-.jpg'
    """
    kept = "".join(
        c if c.isalnum() or c in "._-" else "-" for c in unicodedata.normalize("NFC", text)
    )
    return kept.strip(".-")[:limit] or "unnamed"


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
