"""How good answers are, each figure with its 95% interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from headstart.evaluate.boxes import BoxReport, box_report
from headstart.head import Known
from headstart.stats import Interval, level, share
from headstart.task import BINS, Task, bin_of


@dataclass(frozen=True)
class Scores:
    """Figures on rows that no decision has seen, the one that verdicts go by first."""

    kind: str
    """Of the task."""
    figures: Mapping[str, Interval]
    """Of classes: accuracy, macro F1, Matthews' correlation, log loss,
    calibration error. Of tags: F1 of rows, macro F1,
    share of rows without a mistake, log loss. Of values: R², mean error, root mean squared error.
    Of transcripts: right words, word and letter error rates, share without a mistake. Of texts:
    chrF, BLEU, ROUGE-L, share without a mistake. Of texts to be continued: next tokens told right,
    perplexity. Of tags for words: F1 of a sentence's entities, of
    all entities, tags right, share of sentences without a mistake.
    """
    values: tuple[tuple[float, float], ...] = ()
    """Each row's value and the answer to it, where answers are values."""
    graded: bool = False
    """Whether answers are seldom all right, so that good and bad ones are shown."""
    unit: str = "Class"
    """What a row of `per_class` is."""
    units: str = "Classes"
    """The same for several."""
    folds: int = 1
    """In how many folds the rows were tested, each once; 1 for one part."""
    boxes: BoxReport | None = None
    """What is said of boxes, where answers are such."""

    @property
    def main(self) -> Interval:
        """The figure that verdicts go by."""
        return next(iter(self.figures.values()))

    def record(self) -> dict[str, dict[str, float]]:
        """As `metrics.json` has it."""
        return {name: interval.record() for name, interval in self.figures.items()}


@dataclass(frozen=True)
class ClassRow:
    """One class: how many rows it has, and how well it is told from the others.

    A figure is None where nothing defines it: precision of a class that is never predicted,
    recall of a class without test rows.
    """

    name: str
    train: int
    val: int
    test: int
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


@dataclass(frozen=True)
class Bin:
    """Test rows of like confidence, and how often they are right."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean probability of the predicted class."""
    accuracy: Interval


def measure(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str] = ()
) -> Scores:
    """How good the answers to at least one row are.

    Shares have Wilson's interval, figures that are no means are resampled 1000 times, whole groups
    at a time; which there are beside the mean merit is the task's business.
    """
    figures = {task.figure: level(task.merit(answers, labels), groups)}
    figures |= task.figures(answers, labels, groups)
    values, words = task.values(answers, labels), (task.unit, task.noun)
    pair = task.located(answers, labels)
    boxes = box_report(*pair, task.classes, groups) if pair else None
    return Scores(task.kind, figures, values, task.graded, *words, boxes=boxes)


def confusion(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]
) -> tuple[tuple[int, ...], ...]:
    """Count rows of class i (line) that were taken for class j (column)."""
    classes = task.width
    cells = labels * classes + task.likely(answers)
    counts = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(line) for line in counts.tolist())


def per_class(
    task: Task,
    answers: Float[np.ndarray, "n c"],
    labels: Known,
    train: Int[np.ndarray, " t"] | Float[np.ndarray, "t ..."] | Int[np.ndarray, "t l"],
    val: Int[np.ndarray, " v"] | Float[np.ndarray, "v ..."] | Int[np.ndarray, "v l"],
    groups: Sequence[str] = (),
) -> tuple[ClassRow, ...]:
    """One row a class or tag, in the order of the scores; `train` and `val` are those labels.

    Precision and recall have Wilson's interval. F1 = 2J / (1 + J), where J is the share of right
    rows among those labeled or predicted as the class; its interval is that of J. Values have no
    classes.
    """
    there, said = task.presence(labels), task.claims(answers)
    if there is None or said is None:
        return ()
    counts = [_counts(task, part) for part in (train, val)]
    rows = []
    for index, name in enumerate(task.classes):
        is_it, called = there[:, index], said[:, index]
        right = is_it & called
        union = _share_within(right, is_it | called, groups)
        rows.append(
            ClassRow(
                name,
                int(counts[0][index]),
                int(counts[1][index]),
                int(is_it.sum()),
                precision=_share_within(right, called, groups),
                recall=_share_within(right, is_it, groups),
                f1=union and Interval(_dice(union.value), _dice(union.low), _dice(union.high)),
            )
        )
    return tuple(rows)


def reliability(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str] = ()
) -> tuple[Bin, ...]:
    """The bins behind the calibration error, from least to most confident; empty ones left out.

    Of tags, every row counts once a tag, and rows are groups where there are no others. Values
    have no probabilities.
    """
    given = task.reliability(answers, labels)
    if given is None:
        return ()
    count = given[0].shape[1]
    if count > 1:
        own = groups or [str(row) for row in range(len(labels))]
        groups = [group for group in own for _ in range(count)]
    confidence, right = given[0].ravel(), given[1].ravel()
    which = bin_of(confidence)
    bins = []
    for index in np.unique(which).tolist():
        inside = which == index
        bins.append(
            Bin(
                low=index / BINS,
                high=(index + 1) / BINS,
                count=int(inside.sum()),
                confidence=float(confidence[inside].mean()),
                accuracy=share(right[inside], _of(groups, inside)),
            )
        )
    return tuple(bins)


def _counts(task: Task, labels: Known) -> Int[np.ndarray, " c"]:
    there = task.presence(labels)
    counts: Int[np.ndarray, " c"]
    counts = np.zeros(task.width, int) if there is None else there.sum(axis=0)
    return counts


def _share_within(right: np.ndarray, rows: np.ndarray, groups: Sequence[str]) -> Interval | None:
    return share(right[rows], _of(groups, rows)) if rows.any() else None


def _of(groups: Sequence[str], rows: np.ndarray) -> tuple[str, ...]:
    return tuple(groups[i] for i in np.flatnonzero(rows).tolist()) if groups else ()


def _dice(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)
