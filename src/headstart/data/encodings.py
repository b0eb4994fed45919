"""Bytes as text, whatever the program that saved them."""

import codecs
import contextlib
import re
import string
from collections.abc import Sequence
from pathlib import Path

from headstart.data.markup import PAGES, visible_text
from headstart.errors import DataError
from headstart.hostile import printable

TEXT_FILES = {
    *(".txt", ".text", ".md", ".rst", ".tex", ".log", ".eml", ".srt", ".asc"),
    *PAGES,
}
"""Endings of files that are one text each."""
_TRIED = 20
"""Files without a known ending that are looked into to tell whether they are texts."""
_HEAD = 1000
"""Bytes of each that are looked at."""
_NAMED = re.compile(r"\.[a-z][a-z0-9]{1,5}", re.IGNORECASE)
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
_OTHER_SCRIPTS = {
    "cp1251": "Windows-1251", "koi8_r": "KOI8-R", "cp1253": "Windows-1253",
    "cp1255": "Windows-1255", "cp1256": "Windows-1256", "cp932": "Shift JIS", "euc_jp": "EUC-JP",
    "gb18030": "GB 18030", "big5": "Big5", "cp949": "EUC-KR",
}  # fmt: skip
_OTHER_SHARE = 0.4
"""Least share of letters beyond ASCII, in lines that have any, of a text in another script.

Of messages of Django in 12 languages of the West the most was a third, in one line of a few
letters; ten lines have 0.15 at most, and ten lines in other scripts a third at least.
"""
_LETTERS = frozenset(string.ascii_letters.encode())
_LOOKED_AT = 20_000  # bytes: more of them do not change the guess


def decoded(raw: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where it had to be guessed, else "".

    UTF-8, or what a mark at the beginning says; UTF-16 without one where every second byte is
    zero, as it is in text of the West; what is none of these is guessed from its bytes where most
    letters are of another script, and else is as Windows saves text of the West. Raises
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
    for encoding, name in (*_other_script(raw), *_WESTERN):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding), name
    raise AssertionError("Latin-1 takes any bytes")


def _wide(head: bytes) -> list[str]:
    zeros = {"utf-16-le": head[1::2].count(0), "utf-16-be": head[::2].count(0)}
    return [encoding for encoding, count in zeros.items() if count > len(head) / 8][:1]


def _other_script(raw: bytes) -> list[tuple[str, str]]:
    """The encoding that makes most sense of text in another script, with its name, if it is one."""
    size, lines = 0, list[bytes]()
    for line in raw.splitlines():
        if not line.isascii() and size < _LOOKED_AT:
            lines.append(line)
            size += len(line)
    sample = b"\n".join(lines)
    beyond, plain = sum(byte > 127 for byte in sample), sum(map(_LETTERS.__contains__, sample))
    if beyond < _OTHER_SHARE * (beyond + plain):
        return []
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_OTHER_SCRIPTS)).best()
    return [(best.encoding, _OTHER_SCRIPTS[best.encoding])] if best else []


def text_in(file: Path) -> str:
    """What is in a file of text, of a web page what is seen.

    Raises `DataError` where it cannot be opened or is none.
    """
    try:
        text = decoded(file.read_bytes())[0]
        return visible_text(text) if file.suffix.casefold() in PAGES else text
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


def are_texts(files: Sequence[Path]) -> bool:
    """Whether files without endings, as mails and posts are kept, hold text: some are opened."""
    if not files or any(_NAMED.fullmatch(file.suffix) for file in files):
        return False
    return all(map(_is_text, files[:: max(1, len(files) // _TRIED)]))


def _is_text(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
        text, _ = decoded(head)
    except (OSError, ValueError):
        return False
    return not any(ord(c) < ord(" ") and c not in "\t\n\r\f\v" for c in text)
