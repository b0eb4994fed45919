"""Labels of examples, one type for each shape that labels have."""

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
    """Labels after they were checked against their inputs."""

    truth: "Truth"
    problems: tuple[Problem, ...] = ()
    lost: frozenset[int] = frozenset()
    """Rows that have no valid label left."""


class Truth(ABC):
    """The truths of examples, one an example, in their order; ragged where the task is."""

    one_class: ClassVar[bool] = False
    """Whether every example is of one class."""
    least: ClassVar[int] = 2
    """The least number of different labels to learn from."""
    contradicts: ClassVar[bool] = True
    """Whether equal inputs with different labels contradict each other."""

    sequenced: ClassVar[bool] = False
    """Whether inputs may be frames of one video, which stay in one part."""

    if TYPE_CHECKING:

        @property
        def names(self) -> tuple[str, ...]:
            """Names of the classes or tags; empty for values and texts."""
            ...

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def take(self, rows: Sequence[int]) -> "Truth":
        """The truths of these rows, in this order."""

    @abstractmethod
    def key(self, row: int) -> Hashable:
        """A JSON value that is equal for equal labels of one data set."""

    @abstractmethod
    def written(self, row: int) -> str:
        """One label as text for tables and messages."""

    def checked(self, looks: Sequence[object], name: Callable[[int], str]) -> Checked:
        """These labels checked against one look at each input; `name` is for messages."""
        return Checked(self)

    def strata(self) -> Sequence[int] | SealedStrata:
        """The stratum of each example, whose proportions a division keeps."""
        return (0,) * len(self)

    def counts(self, rows: Sequence[int]) -> dict[str, int]:
        """How many of these rows have each class or tag; empty without names."""
        return {}

    def summary(self, rows: Sequence[int]) -> str:
        """A one-line summary of these rows, printable."""
        return f"{len(rows):,} usable examples"


@dataclass(frozen=True)
class ClassTruth(Truth):
    """One class per example: `indexes[i]` is an index into `names`.

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
        """These rows; names are kept even where no row has them."""
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
    """A set of tags per example: `tags[i]` are indexes into `names`.

    >>> TagTruth(("red", "round"), ((0, 1), (1,))).written(0)
    'red;round'
    """

    names: tuple[str, ...]
    tags: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.tags)

    def take(self, rows: Sequence[int]) -> "TagTruth":
        """These rows; names are kept even where no row has them."""
        return TagTruth(self.names, tuple(self.tags[row] for row in rows))

    def key(self, row: int) -> tuple[int, ...]:
        """The tags, ordered by index."""
        return tuple(sorted(self.tags[row]))

    def written(self, row: int) -> str:
        """The tags, separated by ";"."""
        return ";".join(self.names[tag] for tag in self.tags[row])

    def strata(self) -> tuple[int, ...]:
        """One more than the index of each example's rarest tag; 0 without tags."""
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
    """One number per example, and its original spelling."""

    names: ClassVar[tuple[str, ...]] = ()
    values: tuple[float, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Sequence[int]) -> "ValueTruth":
        """These rows."""
        return ValueTruth(
            tuple(self.values[row] for row in rows), tuple(self.texts[row] for row in rows)
        )

    def key(self, row: int) -> float:
        """The number: "1" and "1.0" are equal."""
        return self.values[row]

    def written(self, row: int) -> str:
        """The number in its original spelling."""
        return self.texts[row]

    def strata(self) -> tuple[int, ...]:
        """The decile of each value; fewer parts where a decile has under five examples."""
        order = np.argsort(np.argsort(self.values, kind="stable"), kind="stable")
        count = max(1, min(_STRATA, len(self) // 5))
        return tuple((order * count // max(1, len(self))).tolist())

    def summary(self, rows: Sequence[int]) -> str:
        """The range of the values."""
        if not rows:
            return super().summary(rows)
        low, middle, high = np.quantile([self.values[row] for row in rows], (0, 0.5, 1)).tolist()
        told = f"values from {low:g} to {high:g}, median {middle:g}"
        return f"{told}, {super().summary(rows)}"


class SealedTruth(Truth):
    """Labels of which those of sealed rows cannot be read; names and summaries can."""

    def __init__(self, truth: Truth, seal: Seal) -> None:
        self._truth, self._seal = truth, seal

    @property
    def names(self) -> tuple[str, ...]:
        """As they are."""
        return self._truth.names

    def __len__(self) -> int:
        return len(self._truth)

    def take(self, rows: Sequence[int]) -> Truth:
        """Unsealed labels of these rows. Raises `SealedError` where one is sealed."""
        self._seal.need_open(rows)
        return self._truth.take(rows)

    def key(self, row: int) -> Hashable:
        """The open label's; raises `SealedError` where the row is sealed."""
        self._seal.need_open((row,))
        return self._truth.key(row)

    def written(self, row: int) -> str:
        """The open label's; raises `SealedError` where the row is sealed."""
        self._seal.need_open((row,))
        return self._truth.written(row)

    def strata(self) -> SealedStrata:
        """The strata, of which those of sealed rows cannot be read."""
        return SealedStrata(tuple(self._truth.strata()), self._seal)

    def __reduce__(self) -> tuple[object, ...]:
        return SealedStrata((), self._seal).__reduce__()


def _listed(counts: Mapping[str, int], called: str, usable: int) -> str:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    named = ", ".join(f"{printable(name, limit=40)} {count:,}" for name, count in ordered[:_LISTED])
    more = f", and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
    return f"{len(ordered)} {called}, {usable:,} usable examples: {named}{more}"
