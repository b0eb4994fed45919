"""How good probabilities are, each figure with its 95% interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from headstart.stats import Interval, bootstrap, share

BINS = 15
"""Equal steps of confidence, as in Guo et al. 2017."""


@dataclass(frozen=True)
class Scores:
    """The four figures of a classifier on rows that no decision has seen."""

    accuracy: Interval
    macro_f1: Interval
    log_loss: Interval
    """In nats; a uniform guess over c classes scores log(c)."""
    ece: Interval
    """Expected calibration error: mean distance between confidence and accuracy, 0 to 1."""

    def record(self) -> dict[str, dict[str, float]]:
        """As `metrics.json` has it."""
        return {
            "accuracy": self.accuracy.record(),
            "macro_f1": self.macro_f1.record(),
            "log_loss": self.log_loss.record(),
            "ece": self.ece.record(),
        }


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
    probabilities: Float[np.ndarray, "n c"],
    labels: Int[np.ndarray, " n"],
    groups: Sequence[str] = (),
) -> Scores:
    """Accuracy, macro F1, log-loss and calibration error of at least one row.

    Macro F1 is the mean over classes that have test rows, of the resampled rows too: a class
    nobody could have got right or wrong says nothing. (scikit-learn counts it as 0 once it is
    predicted.) Accuracy has Wilson's interval, the others are resampled 1000 times, whole groups
    at a time. The calibration error is resampled with the sign of each bin's gap held: plain
    resampling takes its own noise for miscalibration, and its interval can miss the figure.
    """
    guesses = probabilities.argmax(axis=1)
    losses = _losses(probabilities, labels)
    gaps = _gaps(probabilities, labels)

    def macro_f1(rows: np.ndarray) -> float:
        return _macro_f1(labels[rows], guesses[rows], probabilities.shape[1])

    return Scores(
        accuracy=share(guesses == labels, groups),
        macro_f1=_resampled(macro_f1, len(labels), groups),
        log_loss=_resampled(lambda rows: float(losses[rows].mean()), len(labels), groups),
        ece=_resampled(lambda rows: max(0.0, float(gaps[rows].mean())), len(labels), groups),
    )


def log_loss(probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]) -> float:
    """Mean negative log-probability of the right class, in nats: what every choice goes by."""
    return float(_losses(probabilities, labels).mean())


def confusion(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Count rows of class i (line) that were taken for class j (column)."""
    cells = labels * classes + probabilities.argmax(axis=1)
    counts = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(line) for line in counts.tolist())


def per_class(
    probabilities: Float[np.ndarray, "n c"],
    labels: Int[np.ndarray, " n"],
    classes: Sequence[str],
    train: Int[np.ndarray, " t"],
    val: Int[np.ndarray, " v"],
    groups: Sequence[str] = (),
) -> tuple[ClassRow, ...]:
    """One row a class, in the order of `classes`; `train` and `val` are the labels of those parts.

    Precision and recall have Wilson's interval. F1 = 2J / (1 + J), where J is the share of right
    rows among those labeled or predicted as the class; its interval is that of J.
    """
    guesses = probabilities.argmax(axis=1)
    trained, chosen, tested = (
        np.bincount(part, minlength=len(classes)) for part in (train, val, labels)
    )
    rows = []
    for index, name in enumerate(classes):
        is_it, said = labels == index, guesses == index
        right = is_it & said
        union = _share_within(right, is_it | said, groups)
        rows.append(
            ClassRow(
                name,
                int(trained[index]),
                int(chosen[index]),
                int(tested[index]),
                precision=_share_within(right, said, groups),
                recall=_share_within(right, is_it, groups),
                f1=union and Interval(_dice(union.value), _dice(union.low), _dice(union.high)),
            )
        )
    return tuple(rows)


def reliability(
    probabilities: Float[np.ndarray, "n c"],
    labels: Int[np.ndarray, " n"],
    groups: Sequence[str] = (),
) -> tuple[Bin, ...]:
    """The bins behind the calibration error, from least to most confident; empty ones left out."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    which = _bin_of(confidence)
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


def _losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    of_right = probabilities[np.arange(len(labels)), labels]
    losses: np.ndarray = -np.log(np.maximum(of_right, np.finfo(of_right.dtype).eps).astype(float))
    return losses


def _macro_f1(labels: np.ndarray, guesses: np.ndarray, classes: int) -> float:
    truth = np.bincount(labels, minlength=classes)
    said = np.bincount(guesses, minlength=classes)
    right = np.bincount(labels[labels == guesses], minlength=classes)
    there = truth > 0
    return float((2 * right[there] / (truth + said)[there]).mean())


def _gaps(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Confidence less rightness of each row, its sign turned so that every bin's sum is >= 0."""
    confidence = probabilities.max(axis=1).astype(float)
    gaps = confidence - (probabilities.argmax(axis=1) == labels)
    which = _bin_of(confidence)
    sums = np.bincount(which, weights=gaps, minlength=BINS)
    turned: np.ndarray = gaps * np.where(sums < 0, -1.0, 1.0)[which]
    return turned


def _bin_of(confidence: np.ndarray) -> np.ndarray:
    which: np.ndarray = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return which


def _resampled(figure: Callable[[np.ndarray], float], n: int, groups: Sequence[str]) -> Interval:
    """`bootstrap`, widened to hold the figure itself: resampling can be biased on few rows."""
    drawn = bootstrap(figure, n, groups)
    return replace(drawn, low=min(drawn.low, drawn.value), high=max(drawn.high, drawn.value))


def _share_within(right: np.ndarray, rows: np.ndarray, groups: Sequence[str]) -> Interval | None:
    return share(right[rows], _of(groups, rows)) if rows.any() else None


def _of(groups: Sequence[str], rows: np.ndarray) -> tuple[str, ...]:
    return tuple(groups[i] for i in np.flatnonzero(rows).tolist()) if groups else ()


def _dice(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)
