"""What is true of examples whose truth is a text, or a tag for each word of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from headstart.data.truth import Truth


@dataclass(frozen=True)
class TextTruth(Truth):
    """A text each, such as what is said in a recording."""

    names: ClassVar[tuple[str, ...]] = ()
    texts: tuple[str, ...]
    called: str = "transcripts"
    """What they are, as a summary says it."""

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int]) -> "TextTruth":
        """Texts of the same kind."""
        return replace(self, texts=tuple(self.texts[row] for row in rows))

    def key(self, row: int) -> str:
        """The text."""
        return self.texts[row]

    def written(self, row: int) -> str:
        """The text."""
        return self.texts[row]

    def summary(self, rows: Sequence[int]) -> str:
        """How many are different."""
        different = len({self.texts[row] for row in rows})
        return f"{different:,} different {self.called}, {super().summary(rows)}"


@dataclass(frozen=True)
class ManyTextTruth(TextTruth):
    """A text each, of many that would be right, such as a translation."""

    contradicts: ClassVar[bool] = False
    called: str = "texts to write"


@dataclass(frozen=True)
class WordTagTruth(Truth):
    """A tag for each word of a text: `tags[i]` has as many as text i has words."""

    names: ClassVar[tuple[str, ...]] = ()
    tags: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.tags)

    def take(self, rows: Sequence[int]) -> "WordTagTruth":
        """Tags of these texts."""
        return WordTagTruth(tuple(self.tags[row] for row in rows))

    def key(self, row: int) -> tuple[str, ...]:
        """The tags in order."""
        return self.tags[row]

    def written(self, row: int) -> str:
        """Tags with a blank between them."""
        return " ".join(self.tags[row])

    def summary(self, rows: Sequence[int]) -> str:
        """How many are different."""
        different = len({self.tags[row] for row in rows})
        return f"{different:,} different rows of tags, {super().summary(rows)}"


@dataclass(frozen=True)
class OwnTextTruth(TextTruth):
    """Texts that are their own truth: more of the same is to be written."""

    least: ClassVar[int] = 0

    def summary(self, rows: Sequence[int]) -> str:
        """How many there are."""
        return Truth.summary(self, rows)
