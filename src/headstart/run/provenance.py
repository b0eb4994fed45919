"""What a run's numbers follow from besides what was asked, and whether it is what it was."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.errors import UsageError
from headstart.events import Tell, note
from headstart.hostile import printable


@dataclass(frozen=True)
class Contents:
    """What a run's numbers follow from besides what was asked."""

    data: str
    """Digest of all files and their labels."""
    backbone: str
    """What the backbone is called."""
    weights: str
    """Digest of its weights as they were loaded, its architecture and its input contract."""
    versions: tuple[tuple[str, str], ...] = ()
    """Of the libraries that compute."""

    @property
    def digest(self) -> str:
        """Names them all (16 hex digits)."""
        text = durable.to_json([self.data, self.weights, self.versions])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def need_same(path: Path, record: dict[str, Any], contents: Contents) -> None:
    """Raise `UsageError` where a run ended on other data or weights than there are now."""
    if _said(record, "data", "digest") != contents.data:
        raise UsageError(
            "U109",
            "the data has changed since this run ended",
            "choose another folder: --out FOLDER",
            where=printable(path),
        )
    if not alike(record, contents):
        raise UsageError(
            "U164",
            f"the weights of {printable(contents.backbone)} are not what they were when this run "
            "ended",
            "choose another folder: --out FOLDER",
            where=printable(path),
        )


def tell_apart(record: dict[str, Any], contents: Contents, tell: Tell) -> None:
    """Say what would be different in a run made now."""
    name = _said(record, "backbone", "name")
    if name != contents.backbone:
        told = f"{printable(contents.backbone)} comes first now, this run began with"
        note(tell, f"{told} {printable(name)}: --out FOLDER makes another")
    was = [
        f"{n} {_said(record, 'versions', n)}"
        for n, v in contents.versions
        if _said(record, "versions", n) != v
    ]
    if was:
        note(tell, f"this run was made by {', '.join(was)}: --out FOLDER makes another")


def alike(record: dict[str, Any], contents: Contents) -> bool:
    """Whether data and weights are the same, as far as it is known. Where a ranking chose another
    backbone then, its weights are not looked at.
    """  # noqa: D205 - one sentence
    data = _said(record, "data", "digest") in ("", contents.data)
    other = _said(record, "backbone", "name") != contents.backbone
    return data and (other or _said(record, "backbone", "digest") == contents.weights)


def _said(record: dict[str, Any], part: str, name: str) -> str:
    """A word of a record; empty where there is none."""
    found = record.get(part)
    word = found.get(name) if isinstance(found, dict) else None
    return word if isinstance(word, str) else ""
