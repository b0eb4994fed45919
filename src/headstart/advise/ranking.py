"""Candidates in order: what their features say on these data, and what is known of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from headstart.advise.prior import PUBLISHED, Past, Prior
from headstart.advise.scores import logme, regularized_h_score
from headstart.head import HEADS, Sample
from headstart.notebook import block
from headstart.stats import Interval, Merit, lead, level

NEAR = 0.01
"""A lead in accuracy up to which, where it is inside the noise, the smaller candidate is taken."""
COMPONENTS, ENOUGH = 64, 4
"""Principal components on which LogME is steadier, and up to 70 times cheaper; and rows for each of
them from which it says something."""


@dataclass(frozen=True, eq=False)
class Target:
    """What rows of features say about labels, out of sample."""

    loss: float
    """Of the head that loses least: ridge or LDA left one out, or logistic in folds."""
    head: str
    """Which; or how it learned, where answers have an order."""
    figure: Interval
    """Mean merit of that head: accuracy, F1 or R²."""
    logme: float
    """Of 64 principal components. Judged by rows that it was fitted to, like the next, it flatters
    many columns on few rows: not a number there, and for tags and values."""
    h_score: float
    """Regularized; not a number with more columns than rows."""
    merit: Merit = field(repr=False)
    """How good that head's answers are, unseen."""
    groups: tuple[str, ...] = field(default=(), repr=False)
    """Of the rows that were answered; empty where they have none."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A candidate before it is ranked."""

    backbone: str
    target: Target
    prior: Prior | None
    ms_per_item: float
    """CPU milliseconds of one forward pass on this machine."""
    params: int
    license: str = "unknown"
    pretrained: bool = True


@dataclass(frozen=True)
class Ranked:
    """A candidate in its place."""

    backbone: str
    predicted: float
    """Accuracy (F1, R²) of a probe on rows it was not fitted to, with its 95% interval."""
    low: float
    high: float
    score: float
    """Mean of standardized log loss and, on enough rows, LogME and H-score; higher is better."""
    prior: float | None
    """Points above ResNet-50 (texts: BERT) on other data; None where nothing is known."""
    ms_per_item: float
    params: int
    license: str
    why: str


class RankedList(list[Ranked]):
    """Candidates, best first."""

    def _repr_html_(self) -> str:
        rows = [
            (one.backbone, f"{one.predicted:z.1%}", f"{one.low:z.1%} to {one.high:z.1%}",
             f"{one.ms_per_item:.1f}", f"{one.params / 1e6:.1f}M", one.license)
            for one in self
        ]  # fmt: skip
        head = ("backbone", "predicted", "95%", "ms", "parameters", "license")
        first = f"start from {self[0].backbone}: {self[0].why}" if self else "no candidates"
        return block(first, (), [head, *rows] if rows else ())


def target_of(sample: Sample) -> Target:
    """Judge rows of features by every head, and classes by two scores that need none."""
    fits = {name: HEADS[name](sample) for name in sample.task.heads}
    head = min(fits, key=lambda name: fits[name].loss)
    labels, rows = sample.labels.numpy(), sample.table.double().numpy()
    merit = sample.task.merit(fits[head].answers, labels)
    evidence = separated = math.nan
    n, d = rows.shape
    if sample.task.single_label and n >= ENOUGH * COMPONENTS:
        evidence = logme(sample.directions.rows[:, :COMPONENTS], labels)
        separated = regularized_h_score(rows, labels) if n > d else math.nan
    figure, groups = level(merit, sample.groups), tuple(sample.groups)
    return Target(fits[head].loss, head, figure, evidence, separated, merit, groups)


def ranked(entries: Sequence[Entry]) -> list[Ranked]:
    """Best first: by the mean of the ranks that score and prior give, where there is a prior.

    All entries are judged on the same rows. Where the best is ahead of others by no more than
    `NEAR`, and not beyond the noise (paired, 95%), the smallest comes first.
    """
    if not entries:
        return []
    groups = entries[0].target.groups
    scores = _scores([entry.target for entry in entries])
    order = np.argsort(mean_ranks(scores, [entry.prior for entry in entries]), kind="stable")
    placed = [_plain(entries[i], float(scores[i])) for i in order]
    merits = [entries[i].target.merit for i in order]
    gaps = [lead(merits[0], merit, groups) for merit in merits]
    even = [i for i, gap in enumerate(gaps) if gap.low <= 0 and gap.value <= NEAR]
    chosen = min(even, key=lambda i: (placed[i].params, i))
    told = [replace(one, why=_why(one, gap)) for one, gap in zip(placed, gaps, strict=True)]
    first = replace(told[chosen], why=_first(placed, gaps, chosen))
    return [first, *(one for i, one in enumerate(told) if i != chosen)]


def compared(data: str, entries: Sequence[Entry]) -> tuple[Past, ...]:
    """What to remember: how far above ResNet-50 each did, by way of those with published means.

    Nothing where none of them has one; random weights are not remembered.
    """
    points = {entry.backbone: 100 * entry.target.figure.value for entry in entries}
    shifts = [
        entry.prior.points - points[entry.backbone]
        for entry in entries
        if entry.prior and entry.prior.source == PUBLISHED
    ]
    if not shifts:
        return ()
    shift = sum(shifts) / len(shifts)
    kept = [entry.backbone for entry in entries if entry.pretrained]
    return tuple(Past(data, name, round(points[name] + shift, 2)) for name in kept)


def _scores(targets: Sequence[Target]) -> Float[np.ndarray, " m"]:
    columns = np.array([(-t.loss, t.logme, t.h_score) for t in targets])  # (m, 3)
    columns = columns[:, np.isfinite(columns).all(axis=0)]  # what all candidates have
    spread = columns.std(axis=0)
    found: np.ndarray = ((columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)).mean(1)
    return found


def mean_ranks(
    scores: Float[np.ndarray, " m"], priors: Sequence[Prior | None]
) -> Float[np.ndarray, " m"]:
    """Low is good. A candidate without a prior gets its rank by score for both."""
    from scipy.stats import rankdata  # takes half a second

    by_score = rankdata(-scores)
    known = [i for i, prior in enumerate(priors) if prior is not None]
    by_prior = by_score.copy()
    points = [prior.points for prior in priors if prior is not None]
    by_prior[known] = np.sort(by_score[known])[rankdata([-p for p in points], "ordinal") - 1]
    mean: np.ndarray = (by_score + by_prior) / 2
    return mean


def _plain(entry: Entry, score: float) -> Ranked:
    figure = entry.target.figure
    return Ranked(
        entry.backbone,
        figure.value,
        figure.low,
        figure.high,
        round(score, 4),
        None if entry.prior is None else entry.prior.points,
        round(entry.ms_per_item, 3),
        entry.params,
        entry.license,
        "",
    )


def _why(one: Ranked, gap: Interval) -> str:
    known = "nothing known from other data" if one.prior is None else f"prior {one.prior:+.1f}"
    told = f"{gap.value * 100:+.1f} points ({gap.low * 100:+.1f} to {gap.high * 100:+.1f})"
    return f"the one with the best ranks leads by {told}; {known}"


def _first(placed: Sequence[Ranked], gaps: Sequence[Interval], chosen: int) -> str:
    if chosen:
        gap, best = gaps[chosen], placed[0]
        told = f"{-gap.high * 100:+.1f} to {-gap.low * 100:+.1f} points"
        size = placed[chosen].params / best.params
        return f"within noise of {best.backbone} ({told}), with {size:.2f} times its parameters"
    if len(placed) == 1:
        return "the only candidate"
    gap = gaps[1]
    noise = "within noise of" if gap.low <= 0 else "ahead of"
    told = f"{gap.value * 100:+.1f} points, {gap.low * 100:+.1f} to {gap.high * 100:+.1f}"
    return f"best mean rank of score and prior; {noise} {placed[1].backbone} ({told})"
