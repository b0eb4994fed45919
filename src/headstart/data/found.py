"""What is found at a place: examples, and everything about them that somebody should know."""

from dataclasses import dataclass, replace
from pathlib import Path

from headstart.data.examples import Examples
from headstart.data.markup import NOTE, PAGES
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

    def of_texts(self) -> "Found":
        """The same where each example is a text, with what is told of web pages."""
        files = (source for source in self.examples.sources if isinstance(source, Path))
        pages = any(file.suffix.casefold() in PAGES for file in files)
        return replace(self, holds="text").noting(*([NOTE] if pages else []))


def _shown(note: str) -> str:
    return printable(note, limit=500)
