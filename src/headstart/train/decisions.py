"""Notes of what was decided on the way: a run that goes on stays with it, for speeds vary.

Of processes that train together the first reads and writes them, and all go by what it has.
"""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.events import Tell, warn
from headstart.train.several import agreed, is_first


def decided_once(place: Path, decide: Callable[[], Any]) -> Any:
    """What was decided before this run was killed, else what is decided now, and kept."""
    known = recalled(place)
    if known is None:
        told = agreed(decide())
        keep(place, told)
        known = json.loads(durable.to_json(told))
    return known


def keep(place: Path, value: Any) -> None:
    """Write a note, in the first process."""
    if is_first():
        durable.seal(place, value)


def recalled(place: Path) -> Any:
    """What a note says; None where there is none, or it is not what was written."""
    known = None
    if is_first():  # others would see what it writes in the meantime
        with contextlib.suppress(FileNotFoundError, durable.Damaged):
            known = durable.unsealed(place)
    return agreed(known)


def discard_damaged(work: Path, tell: Tell, notes: str = "**/*.json") -> None:
    """Empty a work folder in which a note is damaged: all that follows from it is done again."""
    for note in sorted(work.glob(notes)):
        try:
            durable.unsealed(note)
        except FileNotFoundError:
            continue
        except durable.Damaged:
            warn(tell, f"{note.relative_to(work)} is damaged: what followed from it is done again")
            for child in list(work.iterdir()):
                durable.discard(child)
            return
