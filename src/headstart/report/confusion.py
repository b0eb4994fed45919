"""Cells of the confusion matrix, and the most frequent confusions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headstart.evaluate import Report

_PAIRS = 12
_MATRIX = 30  # classes that a drawn matrix has room for
_WORST = 24  # classes of it where there are more


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix, with its examples that the page contains."""

    label: int
    predicted: int
    count: int
    share: float
    """The share of the true class's test rows."""
    examples: tuple[int, ...]
    """Positions in `Report.shown`."""


def cells_of(report: Report, kept: Iterable[int]) -> dict[tuple[int, int], Cell]:
    """Cells that are not zero, by class and prediction."""
    behind: dict[tuple[int, int], list[int]] = {}
    for i in sorted(kept, key=lambda i: -report.shown[i].probability):
        behind.setdefault((report.shown[i].label, report.shown[i].predicted), []).append(i)
    return {
        (i, j): Cell(i, j, count, count / sum(line), tuple(behind.get((i, j), ())))
        for i, line in enumerate(report.confusion)
        for j, count in enumerate(line)
        if count
    }


def worst_pairs(grid: Mapping[tuple[int, int], Cell]) -> list[Cell]:
    """The most frequent confusions, by count and then by share."""
    return _confused(grid)[:_PAIRS]


def _confused(grid: Mapping[tuple[int, int], Cell]) -> list[Cell]:
    wrong = [cell for cell in grid.values() if cell.label != cell.predicted]
    return sorted(wrong, key=lambda cell: (-cell.count, -cell.share, cell.label))


def picked(grid: Mapping[tuple[int, int], Cell], classes: int) -> list[int]:
    """Classes that the drawn matrix shows: all, or those in the most frequent confusions."""
    if classes <= _MATRIX:
        return list(range(classes))
    worst = [label for cell in _confused(grid) for label in (cell.label, cell.predicted)]
    return sorted(list(dict.fromkeys([*worst, *range(classes)]))[:_WORST])
