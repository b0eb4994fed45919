"""How accuracy (or F1, or R²) grows with the number of examples, with transfer and without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headstart.data import spread
from headstart.evaluate.candidates import Answer, Candidate
from headstart.stats import Interval, Merit, lead, level, mean_of, widened
from headstart.train import TaskData

PARTS = (8, 4, 2)
"""Fits to an eighth, a quarter and a half of the rows, besides the one to all."""
LEAST_ROWS_A_CLASS = 3
"""Rows of a class, on average, below which a part is left out."""


@dataclass(frozen=True)
class LearningCurve:
    """Test merit of one arm, fitted to more and more rows; each size is twice the one before."""

    arm: str
    sizes: tuple[int, ...]
    merit: tuple[Interval, ...]

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it."""
        merit = [interval.record() for interval in self.merit]
        return {"arm": self.arm, "sizes": list(self.sizes), "merit": merit}


@dataclass(frozen=True)
class Learning:
    """Both curves, and what they say about more examples."""

    curves: tuple[LearningCurve, ...]
    """Of the arm with transfer; then of the one without, where it can be fitted again."""
    sentences: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it."""
        curves = [curve.record() for curve in self.curves]
        return {"curves": curves, "sentences": list(self.sentences)}


Merits = Sequence[Merit]
"""For each size, how good the answers to the test rows were."""


@dataclass(frozen=True, eq=False)
class Growth:
    """What arms make of the test rows when they are fitted to more and more others."""

    sizes: tuple[int, ...]
    merits: Mapping[str, Merits]
    """By the name of the arm: that with transfer, then its rival."""


def growth_of(
    task_data: TaskData,
    arms: Sequence[Candidate],
    strata: Sequence[int],
    seed: int = 0,
) -> Growth | None:
    """Fit arms again to parts of their rows and look at the test rows; None where that can't be.

    `arms` are the one with transfer and its rival; one that took training, not a fit, has no curve.
    Parts are nested, and each of the `strata` (one an item) has its share in all of them.
    """
    order = spread(task_data.pool, strata, seed)
    sizes = [len(order) // part for part in PARTS]
    sizes = [size for size in sizes if size >= LEAST_ROWS_A_CLASS * task_data.task.width]
    known = [arm for arm in arms if arm.refit is not None]
    if not sizes or not known or known[0] is not arms[0]:
        return None
    merits = {arm.name: _merits(task_data, arm, order, sizes) for arm in known}
    return Growth((*sizes, len(order)), merits)


def learning(
    growth: Growth | None, groups: Sequence[str] = (), overlap: float = 1.0
) -> Learning | None:
    """Both curves, and what they say about more examples; intervals by these groups, stretched by
    `overlap`.
    """  # noqa: D205 - one sentence
    if growth is None:
        return None
    curves = tuple(
        LearningCurve(
            name,
            growth.sizes,
            tuple(widened(level(merit, groups), overlap, most=1.0) for merit in found),
        )
        for name, found in growth.merits.items()
    )
    sentences = _sentences(curves, [*growth.merits.values()], groups, overlap)
    return Learning(curves, tuple(sentences))


def _merits(
    task_data: TaskData, arm: Candidate, order: Sequence[int], sizes: Sequence[int]
) -> Merits:
    answers: list[Answer] = [arm.refit(order[:size]) for size in sizes] if arm.refit else []
    test = task_data.partition.test
    labels = task_data.labels_of(test).numpy()
    return [task_data.task.merit(answer(test), labels) for answer in (*answers, arm.answer)]


def _sentences(
    curves: Sequence[LearningCurve], merits: Sequence[Merits], groups: Sequence[str], overlap: float
) -> list[str]:
    last = widened(lead(merits[0][-1], merits[0][-2], groups), overlap)
    told = f"{_points(last.value)} points, {_points(last.low)} to {_points(last.high)}"
    if last.low > 0:
        more = f"Twice the examples would add about {100 * last.value:.0f} points, if the last"
        found = [f"{more} doubling ({told}) repeats itself."]
    else:
        found = [f"What twice the examples would add can't be told: the last doubling gave {told}."]
    return [*found, _catching_up(curves, merits, groups, overlap)] if len(curves) == 2 else found


def _catching_up(
    curves: Sequence[LearningCurve], merits: Sequence[Merits], groups: Sequence[str], overlap: float
) -> str:
    """When the rival would be as good, if both go on as in the last doubling."""
    gained = [merit[-1].astype(float) - merit[-2] for merit in merits]
    closing = widened(mean_of(gained[1] - gained[0], groups), overlap)
    behind = curves[0].merit[-1].value - curves[1].merit[-1].value
    name = f'"{curves[1].arm}"'
    if behind <= 0:
        return f"{name} is not behind at this size."
    if closing.low <= 0:
        return f"Whether {name} would ever catch up can't be told from these sizes."
    sizes = [curves[1].sizes[-1] * 2 ** (behind / rate) for rate in (closing.value, closing.high)]
    return (
        f"{name} would catch up near {_round(sizes[0])} examples (not before {_round(sizes[1])})."
    )


def _points(share_: float) -> str:
    return f"{100 * share_:+z.1f}"


def _round(size: float) -> str:
    """Two digits are more than enough."""
    digits = len(str(int(size))) - 2
    return f"{round(size, -digits):,.0f}" if size < 1e9 else "a billion"
