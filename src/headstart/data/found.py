"""What is found at a place: examples, and everything about them that somebody should know."""

from dataclasses import dataclass, replace

from headstart.data.examples import Examples
from headstart.data.problem import Problem
from headstart.hostile import printable


@dataclass(frozen=True, eq=False)
class Found:
    """Examples, how they lie, and what was passed over on the way."""

    examples: Examples
    problems: tuple[Problem, ...]
    layout: str
    """ "class folders", "split folders", "table" or "memory"."""
    holds: str = "files"
    """ "files", whatever is in them; or "text": texts, each in a table's cell or a .txt file;
    or "sounds": recordings."""
    notes: tuple[str, ...] = ()
    """Choices that were made for the user, each one line that is safe to show."""

    def noting(self, *notes: str) -> "Found":
        """The same with further notes in front."""
        return replace(self, notes=(*map(_shown, notes), *self.notes))


def _shown(note: str) -> str:
    return printable(note, limit=500)
