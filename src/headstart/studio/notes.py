"""What the page remembers beside the data and no other command needs: `.studio/notes.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from headstart import durable

Kind = Literal["", "image", "text", "audio", "boxes"]
"""What a folder holds; "boxes" are drawn on pictures."""
KINDS = ("image", "text", "audio", "boxes")
HIDDEN = ".studio"
_FILE = "notes.json"


@dataclass(frozen=True)
class Notes:
    """All of it; anything that can't be read is as if it had never been written."""

    kind: Kind = ""
    """What the classes hold, chosen before there was anything; empty where nobody chose."""
    colors: Mapping[str, int] = field(default_factory=dict)
    """The number of each class's color in the palette."""
    empty: tuple[str, ...] = ()
    """Classes of texts or boxes that have none yet."""
    automatic: bool = True
    """Whether training starts by itself."""
    stopped: str = ""
    """Digest of the data on which somebody stopped the training."""
    trained: str = ""
    """Digest of the data that the last run of the page ended on."""
    run: str = ""
    """That run's folder."""
    asked: Mapping[str, str | int] = field(default_factory=dict)
    """Options of `headstart train` that somebody chose; the usual ones are not among them."""


def notes_in(root: Path) -> Notes:
    """What was remembered."""
    try:
        told = json.loads((root / HIDDEN / _FILE).read_bytes())
        colors = {str(k): int(v) for k, v in dict(told.get("colors", {})).items()}
        plain = Notes()
        words = {n: told[n] for n in ("stopped", "trained", "run") if isinstance(told.get(n), str)}
        kind = told["kind"] if told.get("kind") in KINDS else plain.kind
        empty = tuple(str(name) for name in told.get("empty", ()))
        automatic = told.get("automatic") is not False
        asked = {str(n): v for n, v in dict(told.get("asked", {})).items() if type(v) in (str, int)}
        more = {"automatic": automatic, "asked": asked, **words}
        return replace(plain, kind=kind, colors=colors, empty=empty, **more)
    except (OSError, ValueError, TypeError, AttributeError):
        return Notes()


def keep_notes(root: Path, notes: Notes) -> None:
    """Remember them."""
    durable.write(root / HIDDEN / _FILE, durable.to_json(asdict(notes), indent=1))
