"""Nothing of the publisher's own leaves by accident: paths, names of files, names of users."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from headstart.errors import SecurityError
from headstart.hostile import printable

_LEAST = 5
"""Letters of a name that is looked for; shorter ones are in every text."""


def own_paths(*places: Path | str) -> frozenset[str]:
    """What would give these places away, and the home folder, in the form that texts have them."""
    named = {str(Path(place).absolute()) for place in places if str(place)}
    named |= {str(Path(place).resolve()) for place in places if str(place)}
    return frozenset(word for word in {*named, str(Path.home())} if len(word) >= _LEAST)


def need_nothing_own(folder: Path, words: Iterable[str]) -> None:
    """Raise `SecurityError` where a file of the folder, or its name, holds one of these words.

    Of files with tensors the header is looked at: numbers spell nothing.
    """
    wanted = sorted({spelled for word in words for spelled in _spelled(word)})
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        told = _text(file) + str(file.relative_to(folder)).encode()
        if found := next((word for word in wanted if word in told), None):
            raise SecurityError(
                "S621",
                "something of your own would have left with the model: nothing was published",
                "rename what is told below (a class, a backbone) and train again",
                where=printable(file.relative_to(folder)),
                why=f"it holds {printable(found.decode(errors='replace'))}",
            )


def _spelled(word: str) -> Iterator[bytes]:
    """As plain text, and as JSON and safetensors escape it."""
    if len(word) >= _LEAST:
        yield word.encode("utf-8", "surrogateescape")
        yield json.dumps(word)[1:-1].encode()


def _text(file: Path) -> bytes:
    if file.suffix != ".safetensors":
        return file.read_bytes()
    with file.open("rb") as opened:
        return opened.read(int.from_bytes(opened.read(8), "little"))
