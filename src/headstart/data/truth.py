"""What is true of examples, one type for each shape that a truth has."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from headstart.data.problem import Problem
from headstart.data.sealing import Seal, SealedStrata
from headstart.hostile import printable

_STRATA = 10
_LISTED = 8


@dataclass(frozen=True, eq=False)
class Checked:
    """Truths that were held against their inputs."""

    truth: "Truth"
    problems: tuple[Problem, ...] = ()
    lost: frozenset[int] = frozenset()
    """Rows of which nothing true is left."""


class Truth(ABC):
    """The truths of examples, one an example, in their order; ragged where the task is."""

    one_class: ClassVar[bool] = False
    """Whether every example is of one class."""
    least: ClassVar[int] = 2
    """Different truths without which nothing can be learned."""
    contradicts: ClassVar[bool] = True
    """Whether equal inputs with different truths are a mistake."""

    sequenced: ClassVar[bool] = False
    """Whether inputs may be frames of a video, which no division tears."""

    if TYPE_CHECKING:

        @property
        def names(self) -> tuple[str, ...]:
            """Names of the classes or tags; none where truths are no choice among names."""
            ...

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def take(self, rows: Sequence[int]) -> "Truth":
        """The truths of these rows, in this order."""

    @abstractmethod
    def key(self, row: int) -> Hashable:
        """Equal for equal truths of one data set; JSON can hold it."""

    @abstractmethod
    def written(self, row: int) -> str:
        """One truth as a table or a message shows it."""

    def checked(self, looks: Sequence[object], name: Callable[[int], str]) -> Checked:
        """The same held against one look at each input; `name` is what messages call it."""
        return Checked(self)

    def strata(self) -> Sequence[int] | SealedStrata:
        """What a division keeps in proportion, one number an example."""
        return (0,) * len(self)

    def counts(self, rows: Sequence[int]) -> dict[str, int]:
        """How many of these rows each class or tag has; empty without names."""
        return {}

    def summary(self, rows: Sequence[int]) -> str:
        """These rows in a line, safe to show."""
        return f"{len(rows):,} usable examples"


@dataclass(frozen=True)
class ClassTruth(Truth):
    """One class each: `indexes[i]` is an index into `names`.

    >>> truth = ClassTruth(("cat", "dog"), (1, 0, 1))
    >>> truth.written(0), truth.counts([0, 2])
    ('dog', {'cat': 0, 'dog': 2})
    """

    one_class: ClassVar[bool] = True
    names: tuple[str, ...]
    indexes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.indexes)

    def take(self, rows: Sequence[int]) -> "ClassTruth":
        """All names stay, whether a row has them or not."""
        return ClassTruth(self.names, tuple(self.indexes[row] for row in rows))

    def key(self, row: int) -> int:
        """The index."""
        return self.indexes[row]

    def written(self, row: int) -> str:
        """The name of the class."""
        return self.names[self.indexes[row]]

    def strata(self) -> tuple[int, ...]:
        """The classes."""
        return self.indexes

    def counts(self, rows: Sequence[int]) -> dict[str, int]:
        """Of every class, in the order of the names."""
        of = Counter(self.indexes[row] for row in rows)
        return {name: of[index] for index, name in enumerate(self.names)}

    def summary(self, rows: Sequence[int]) -> str:
        """The largest classes."""
        return _listed(self.counts(rows), "classes", len(rows))


@dataclass(frozen=True)
class TagTruth(Truth):
    """Any number of tags each: `tags[i]` are indexes into `names`.

    >>> TagTruth(("red", "round"), ((0, 1), (1,))).written(0)
    'red;round'
    """

    names: tuple[str, ...]
    tags: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.tags)

    def take(self, rows: Sequence[int]) -> "TagTruth":
        """All names stay, whether a row has them or not."""
        return TagTruth(self.names, tuple(self.tags[row] for row in rows))

    def key(self, row: int) -> tuple[int, ...]:
        """The tags in the order of their names."""
        return tuple(sorted(self.tags[row]))

    def written(self, row: int) -> str:
        """Tags with ";" between them."""
        return ";".join(self.names[tag] for tag in self.tags[row])

    def strata(self) -> tuple[int, ...]:
        """The rarest tag of each, from 1; 0 where there is none."""
        often = Counter(tag for some in self.tags for tag in some)
        return tuple(
            1 + min(some, key=lambda tag: (often[tag], self.names[tag])) if some else 0
            for some in self.tags
        )

    def counts(self, rows: Sequence[int]) -> dict[str, int]:
        """Of every tag, in the order of the names."""
        of = Counter(tag for row in rows for tag in self.tags[row])
        return {name: of[index] for index, name in enumerate(self.names)}

    def summary(self, rows: Sequence[int]) -> str:
        """The most frequent tags."""
        return _listed(self.counts(rows), "tags", len(rows))


@dataclass(frozen=True)
class ValueTruth(Truth):
    """A number each, and how it was written."""

    names: ClassVar[tuple[str, ...]] = ()
    values: tuple[float, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Sequence[int]) -> "ValueTruth":
        """Numbers and how they were written."""
        return ValueTruth(
            tuple(self.values[row] for row in rows), tuple(self.texts[row] for row in rows)
        )

    def key(self, row: int) -> float:
        """The number: "1" and "1.0" are equal."""
        return self.values[row]

    def written(self, row: int) -> str:
        """As it was written."""
        return self.texts[row]

    def strata(self) -> tuple[int, ...]:
        """Tenths of the values, or fewer parts, of five examples at least."""
        order = np.argsort(np.argsort(self.values, kind="stable"), kind="stable")
        count = max(1, min(_STRATA, len(self) // 5))
        return tuple((order * count // max(1, len(self))).tolist())

    def summary(self, rows: Sequence[int]) -> str:
        """From least to greatest."""
        if not rows:
            return super().summary(rows)
        low, middle, high = np.quantile([self.values[row] for row in rows], (0, 0.5, 1)).tolist()
        told = f"values from {low:g} to {high:g}, median {middle:g}"
        return f"{told}, {super().summary(rows)}"


class SealedTruth(Truth):
    """Truths of which those of closed rows cannot be read; names and summaries stay open."""

    def __init__(self, truth: Truth, seal: Seal) -> None:
        self._truth, self._seal = truth, seal

    @property
    def names(self) -> tuple[str, ...]:
        """As they are."""
        return self._truth.names

    def __len__(self) -> int:
        return len(self._truth)

    def take(self, rows: Sequence[int]) -> Truth:
        """Open truths. Raises `SealedError` where one of these rows is closed."""
        self._seal.need_open(rows)
        return self._truth.take(rows)

    def key(self, row: int) -> Hashable:
        """Raises `SealedError` where the row is closed."""
        self._seal.need_open((row,))
        return self._truth.key(row)

    def written(self, row: int) -> str:
        """Raises `SealedError` where the row is closed."""
        self._seal.need_open((row,))
        return self._truth.written(row)

    def strata(self) -> SealedStrata:
        """Those of closed rows cannot be read either."""
        return SealedStrata(tuple(self._truth.strata()), self._seal)

    def __reduce__(self) -> tuple[object, ...]:
        return SealedStrata((), self._seal).__reduce__()


def _listed(counts: Mapping[str, int], called: str, usable: int) -> str:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    named = ", ".join(f"{printable(name, limit=40)} {count:,}" for name, count in ordered[:_LISTED])
    more = f", and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
    return f"{len(ordered)} {called}, {usable:,} usable examples: {named}{more}"
