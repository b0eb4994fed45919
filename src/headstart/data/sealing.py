"""Truths of test rows, which nobody can read before the examination opens them."""

from collections.abc import Iterable, Iterator
from typing import Never, SupportsIndex


class SealedError(Exception):
    """Code of this package asked for the truth of a test row too early, or opened it twice.

    It is a fault of the package and not of its user: so it is no `HeadstartError`.
    """


class Seal:
    """Which rows are closed, whether they were opened, and who asked before.

    The only object of a run that changes: everybody who holds the data sees it opened at once.
    """

    def __init__(self, rows: Iterable[int] = ()) -> None:
        self.rows = frozenset(rows)
        self.opened = False
        self.asked = 0
        """How often a closed row was asked for."""

    def open(self) -> None:
        """Open all rows, for the examination. Raises `SealedError` the second time."""
        if self.rows and self.opened:
            raise SealedError("the test rows were opened once already")
        self.opened = True

    def need_open(self, rows: Iterable[int]) -> None:
        """Raise `SealedError` where one of these rows is closed."""
        if self.opened or not self.rows:
            return
        early = [row for row in rows if row in self.rows]
        if early:
            self.asked += 1
            raise SealedError(f"the truth of test row {early[0]} was asked for too early")


class SealedStrata:
    """Labels of examples, one an example; those of closed rows cannot be read.

    It is no `Sequence`, so that nobody looks into it to see whether it holds numbers.

    >>> labels = SealedStrata((4, 5, 6), Seal([1]))
    >>> labels[0], labels[-1], len(labels)
    (4, 6, 3)
    """

    def __init__(self, truths: tuple[int, ...], seal: Seal) -> None:
        self._truths, self._seal = truths, seal

    def __len__(self) -> int:
        return len(self._truths)

    def __getitem__(self, row: SupportsIndex) -> int:
        self._seal.need_open((range(len(self))[row],))
        return self._truths[row]

    def __iter__(self) -> Iterator[int]:
        self._seal.need_open(range(len(self)))
        return iter(self._truths)

    def __reduce__(self) -> Never:
        raise SealedError("labels of test rows are not written down")
