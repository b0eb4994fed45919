"""Bytes as text, whatever the program that saved them."""

import codecs
import contextlib
from pathlib import Path

from headstart.errors import DataError
from headstart.hostile import printable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZEROS = "there are zeros among its bytes, as in pictures and archives"
_WESTERN = (("cp1252", "Windows-1252"), ("latin-1", "Latin-1"))
"""Windows' first: Latin-1 has control characters where that has quotes and dashes."""


def decoded(raw: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where it had to be guessed, else "".

    UTF-8, or what a mark at the beginning says; UTF-16 without one where every second byte is
    zero, as it is in text of the West; what is none of these is as Windows saves text. Raises
    `ValueError` for bytes that are no text: pictures, sounds and archives have zeros all over.

    >>> decoded("caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode("cp1252"))
    ('café', 'Windows-1252')
    """
    marked = [encoding for mark, encoding in _MARKS if raw.startswith(mark)]
    wide = [] if marked else _wide(raw[:1000])
    with contextlib.suppress(UnicodeDecodeError):
        text = raw.decode([*marked, *wide, "utf-8"][0])
        if wide and "\0" in text:
            raise ValueError(_ZEROS)
        return text, ""
    if marked or b"\0" in raw:
        raise ValueError(f"it is not {marked[0].upper()}" if marked else _ZEROS)
    for encoding, name in _WESTERN:
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding), name
    raise AssertionError("Latin-1 takes any bytes")


def _wide(head: bytes) -> list[str]:
    zeros = {"utf-16-le": head[1::2].count(0), "utf-16-be": head[::2].count(0)}
    return [encoding for encoding, count in zeros.items() if count > len(head) / 8][:1]


def text_in(file: Path) -> str:
    """What is in a file of text. Raises `DataError` where it cannot be opened or is none."""
    try:
        return decoded(file.read_bytes())[0]
    except OSError as error:
        raise DataError(
            "D192", "a text cannot be opened", "check its permissions", printable(file),
            printable(error.strerror or error),
        ) from error  # fmt: skip
    except ValueError as error:
        raise DataError(
            "D195", "this is no text", "give texts, or a model for what it is", printable(file),
            printable(error),
        ) from error  # fmt: skip
