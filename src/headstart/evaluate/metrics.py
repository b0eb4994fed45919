"""How good answers are, each figure with its 95% interval."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.evaluate.translations import bleu_of, counts_of
from headstart.head import (
    Classification,
    Continuing,
    Dictating,
    Known,
    Labeling,
    Sequencing,
    Tagging,
    Task,
    Valuing,
    Writing,
    overlap,
    right_of,
)
from headstart.stats import Interval, bootstrap, level, share

BINS = 15
"""Equal steps of confidence, as in Guo et al. 2017."""


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
    folds: int = 1
    """In how many folds the rows were tested, each once; 1 for one part."""

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

    Macro F1 is the mean over classes that have test rows, of the resampled rows too: a class
    nobody could have got right or wrong says nothing. (scikit-learn counts it as 0 once it is
    predicted.) Accuracy has Wilson's interval, figures that are no means are resampled 1000 times,
    whole groups at a time. The calibration error is resampled with the sign of each bin's gap
    held: plain resampling takes its own noise for miscalibration, and its interval can miss the
    figure.
    """
    merit, losses = task.merit(answers, labels), task.losses(answers, labels)
    figures = {task.figure: level(merit, groups)}
    n = len(labels)
    if isinstance(task, Valuing):
        figures |= _off(np.abs(answers - labels)[:, 0].astype(float), groups)
        pairs = np.hstack([labels, answers]).astype(float).tolist()
        return Scores(task.kind, figures, tuple((true, said) for true, said in pairs))
    if isinstance(task, Sequencing):
        figures |= _told(task, answers, labels, groups)
        if not isinstance(task, Continuing):
            figures["exact"] = share(right_of(task, answers, labels), groups)
        return Scores(task.kind, figures)
    there, said = _cells(task, answers, labels)
    figures["macro_f1"] = _resampled(lambda rows: _macro_f1(there[rows], said[rows]), n, groups)
    if isinstance(task, Classification):
        figures["mcc"] = _resampled(
            lambda rows: correlation(there[rows], said[rows]), n, groups, (-1.0, 1.0)
        )
    if isinstance(task, Classification) and task.weights:
        figures["accuracy"] = share(right_of(task, answers, labels), groups)
    if isinstance(task, Tagging):
        figures["exact"] = share((there == said).all(axis=1), groups)
    worst = (0.0, float(losses.max()))
    figures["log_loss"] = _resampled(lambda rows: float(losses[rows].mean()), n, groups, worst)
    if isinstance(task, Classification):
        right = right_of(task, answers, labels)
        gaps = _gaps(answers, right)
        figures["ece"] = _resampled(lambda rows: max(0.0, float(gaps[rows].mean())), n, groups)
    return Scores(task.kind, figures)


def _off(errors: Float[np.ndarray, " n"], groups: Sequence[str]) -> dict[str, Interval]:
    """Mean and root mean square of how far values are off, at most as much as the worst."""
    n, worst = len(errors), (0.0, float(errors.max()))
    mean = _resampled(lambda rows: float(errors[rows].mean()), n, groups, worst)
    root = _resampled(lambda rows: float(np.sqrt((errors[rows] ** 2).mean())), n, groups, worst)
    return {"mae": mean, "rmse": root}


def _told(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
) -> dict[str, Interval]:
    """Word and letter errors of transcripts; BLEU and ROUGE-L of texts."""
    if isinstance(task, Continuing):
        worst = (1.0, max(_perplexity(answers[[row]]) for row in range(len(labels))))
        drawn = _resampled(lambda rows: _perplexity(answers[rows]), len(labels), groups, worst)
        return {"perplexity": drawn}
    if isinstance(task, Labeling):
        return _tagged(task, answers, labels, groups)
    if isinstance(task, Dictating) or not isinstance(task, Writing):
        letters = task.letters_wrong if isinstance(task, Dictating) else task.losses
        wrong = task.merit(answers, labels), 1 - letters(answers, labels)
        return dict(zip(("wer", "cer"), (_mirrored(level(w, groups)) for w in wrong), strict=True))
    pairs = list(zip(task.said(answers), task.texts(labels), strict=True))
    shared = np.array([overlap(said, true) for said, true in pairs])
    counted = counts_of(*zip(*pairs, strict=True))
    bleu = _resampled(lambda rows: bleu_of(counted[rows]), len(pairs), groups)
    return {"bleu": bleu, "rouge_l": level(shared, groups)}


def _perplexity(answers: np.ndarray) -> float:
    return float(np.exp(answers[:, 1].sum() / answers[:, 3].sum()))


def _tagged(
    task: Labeling, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
) -> dict[str, Interval]:
    """F1 of all entities together, and of tags alone the share that is right."""
    figures = {"tags_right": level(1 - task.losses(answers, labels), groups)}
    if task.spans:
        counted = task.counts(answers, labels)
        drawn = _resampled(lambda rows: _micro_f1(counted[rows]), len(counted), groups)
        figures = {"entity_f1": drawn, **figures}
    return figures


def _micro_f1(counts: np.ndarray) -> float:
    hits, said, there = counts.sum(axis=0).tolist()
    return float(2 * hits / max(1, said + there))


def confusion(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Count rows of class i (line) that were taken for class j (column)."""
    cells = labels * classes + probabilities.argmax(axis=1)
    counts = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(line) for line in counts.tolist())


def per_class(
    task: Task,
    answers: Float[np.ndarray, "n c"],
    labels: Known,
    train: Int[np.ndarray, " t"] | Float[np.ndarray, "t c"] | Int[np.ndarray, "t l"],
    val: Int[np.ndarray, " v"] | Float[np.ndarray, "v c"] | Int[np.ndarray, "v l"],
    groups: Sequence[str] = (),
) -> tuple[ClassRow, ...]:
    """One row a class or tag, in the order of the scores; `train` and `val` are those labels.

    Precision and recall have Wilson's interval. F1 = 2J / (1 + J), where J is the share of right
    rows among those labeled or predicted as the class; its interval is that of J. Values have no
    classes.
    """
    if isinstance(task, Valuing | Sequencing):
        return ()
    there, said = _cells(task, answers, labels)
    counts = [_there(task, part).sum(axis=0) for part in (train, val)]
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
    if isinstance(task, Valuing | Sequencing):
        return ()
    confidence, right = answers.max(axis=1), right_of(task, answers, labels)
    if isinstance(task, Tagging):
        there, said = _cells(task, answers, labels)
        confidence, right = np.maximum(answers, 1 - answers).ravel(), (there == said).ravel()
        own = groups or [str(row) for row in range(len(labels))]
        groups = [group for group in own for _ in task.classes]
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


def _cells(
    task: Task, answers: np.ndarray, labels: Known
) -> tuple[Bool[np.ndarray, "n c"], Bool[np.ndarray, "n c"]]:
    """Which classes or tags each row has, and which it was said to have."""
    if isinstance(task, Classification):
        return _there(task, labels), np.arange(task.width) == answers.argmax(axis=1)[:, None]
    return _there(task, labels), answers >= 0.5


def _there(task: Task, labels: Known) -> Bool[np.ndarray, "n c"]:
    single = isinstance(task, Classification)
    there: Bool[np.ndarray, "n c"]
    there = np.arange(task.width) == labels[:, None] if single else labels > 0.5
    return there


def _macro_f1(there: np.ndarray, said: np.ndarray) -> float:
    counts = there.sum(axis=0)
    known = counts > 0
    if not known.any():
        return float("nan")
    f1 = 2 * (there & said).sum(axis=0) / np.maximum(counts + said.sum(axis=0), 1)
    return float(f1[known].mean())


def correlation(there: Bool[np.ndarray, "n c"], said: Bool[np.ndarray, "n c"]) -> float:
    """Matthews' correlation of classes and answers, for any number of classes (Gorodkin 2004).

    0 where all rows are of one class, or all answers are: they say nothing of each other then.
    """
    n, right = float(len(there)), float((there & said).sum())
    of, called = there.sum(axis=0).astype(float), said.sum(axis=0).astype(float)
    spread = (n * n - of @ of) * (n * n - called @ called)
    return float((right * n - of @ called) / np.sqrt(spread)) if spread > 0 else 0.0


def _gaps(probabilities: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Confidence less rightness of each row, its sign turned so that every bin's sum is >= 0."""
    confidence = probabilities.max(axis=1).astype(float)
    gaps = confidence - right
    which = _bin_of(confidence)
    sums = np.bincount(which, weights=gaps, minlength=BINS)
    turned: np.ndarray = gaps * np.where(sums < 0, -1.0, 1.0)[which]
    return turned


def _bin_of(confidence: np.ndarray) -> np.ndarray:
    which: np.ndarray = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return which


def _resampled(
    figure: Callable[[np.ndarray], float],
    n: int,
    groups: Sequence[str],
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """`bootstrap`, widened to hold the figure itself: resampling can be biased on few rows.

    Losses have no upper bound; theirs is that of the worst row, so that a figure stays finite.
    """
    drawn = bootstrap(figure, n, groups, bounds=bounds)
    return replace(drawn, low=min(drawn.low, drawn.value), high=max(drawn.high, drawn.value))


def _mirrored(right: Interval) -> Interval:
    """What is wrong, where `right` is what is not."""
    return Interval(1 - right.value, 1 - right.high, 1 - right.low)


def _share_within(right: np.ndarray, rows: np.ndarray, groups: Sequence[str]) -> Interval | None:
    return share(right[rows], _of(groups, rows)) if rows.any() else None


def _of(groups: Sequence[str], rows: np.ndarray) -> tuple[str, ...]:
    return tuple(groups[i] for i in np.flatnonzero(rows).tolist()) if groups else ()


def _dice(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)
