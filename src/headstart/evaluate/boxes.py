"""How good a detector's boxes are: by class and size, over thresholds, and what it confuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from headstart.data import Boxes, iou
from headstart.evaluate.box_reasons import reasons_of
from headstart.stats import Interval, share
from headstart.task.box_matching import FoundBoxes, Matches, matches_of
from headstart.task.box_precision import Precision, Weights
from headstart.task.weighted_bootstrap import bca, drawn_weights

FALSE_ALARMS = (0.01, 0.1, 1.0)
"""Of a picture, at which misses are told: what the owner of a camera asks."""
THRESHOLDS = np.round(np.linspace(0.05, 0.95, 19), 2)
RECALLS = np.round(np.linspace(0.0, 1.0, 21), 2)
SAID = 0.5
"""The probability from which on a box counts: thresholds of classes are moved there."""
MET = 0.5
"""The overlap from which on a box is found, on the page."""
SIDES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, float("inf"))
"""Bounds of the sizes that a page tells apart, as shares of the picture's side."""
_DRAWS = 300
"""Of bands around curves, which are read by eye."""


@dataclass(frozen=True)
class CurvePoint:
    """Precision at a recall, with the band that holds it in 95 of 100 repetitions."""

    recall: float
    precision: Interval


@dataclass(frozen=True)
class ClassBoxes:
    """One class of boxes."""

    name: str
    there: int
    found: int
    """Boxes that are said of it, at the threshold."""
    average_precision: Interval
    at_half: Interval
    curve: tuple[CurvePoint, ...]
    """At an overlap of one half."""


@dataclass(frozen=True)
class AtThreshold:
    """What a threshold costs and gives."""

    threshold: float
    precision: float
    recall: float
    false_alarms: float
    """Of a picture."""


@dataclass(frozen=True)
class DrawnBox:
    """A box as it is drawn on a picture."""

    corners: tuple[float, float, float, float]
    """Shares of the picture's sides."""
    kind: str
    """ "hit", "alarm" (said, and not there), "miss" (there, and not said) or "ignored"."""
    told: str


@dataclass(frozen=True)
class SizeRow:
    """True boxes of about one size, and how many of them are found."""

    low: float
    high: float
    """Of a box's side (the root of its area), as a share of the picture's."""
    there: int
    found: Interval | None
    """None where there are none."""


@dataclass(frozen=True)
class BoxReport:
    """Everything that a page says of boxes."""

    names: tuple[str, ...]
    classes: tuple[ClassBoxes, ...]
    trade_off: tuple[AtThreshold, ...]
    missed: tuple[tuple[float, Interval], ...]
    """False alarms of a picture, and the share of boxes that is missed at so many."""
    confusion: tuple[tuple[int, ...], ...]
    """True class (the last line: nothing) by said class (the last column: missed)."""
    sizes: tuple[SizeRow, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why figures are low, or leave a class out."""

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it, beside the figures."""
        by_class = [
            {
                "name": one.name,
                "boxes": one.there,
                "said": one.found,
                "ap": one.average_precision.record(),
                "ap50": one.at_half.record(),
            }
            for one in self.classes
        ]
        missed = [{"false_alarms": rate, "share": m.record()} for rate, m in self.missed]
        return {"by_class": by_class, "missed": missed}


def box_report(
    truths: Sequence[Boxes],
    found: Sequence[FoundBoxes],
    names: Sequence[str],
    groups: Sequence[str] = (),
    *,
    threshold: float = SAID,
) -> BoxReport:
    """Hold what was found on test pictures against what is there; intervals are over groups."""
    seen, n = Precision(truths, found, len(names)), len(truths)
    every = [matches_of(truths, found, label) for label in range(len(names))]
    classes = tuple(
        _class(seen, every[label], label, name, groups, threshold)
        for label, name in enumerate(names)
        if every[label].there.sum()
    )
    trade_off = tuple(_at(every, float(least), n) for least in THRESHOLDS)
    missed = tuple(
        (rate, bca(lambda w, rate=rate: missed_at(every, w, rate), n, groups))  # type: ignore[misc]
        for rate in FALSE_ALARMS
    )
    table = confusion(truths, found, len(names), threshold)
    sizes = by_size(truths, found, threshold)
    reasons = reasons_of(truths, found, names, threshold)
    return BoxReport(tuple(names), classes, trade_off, missed, table, sizes, reasons)


def by_size(
    truths: Sequence[Boxes], found: Sequence[FoundBoxes], threshold: float
) -> tuple[SizeRow, ...]:
    """How many true boxes of each of `SIDES` there are, and how many are found."""
    sides, met = [np.zeros(0)], [np.zeros(0, bool)]
    for truth, told in zip(truths, found, strict=True):
        said = told.scores >= threshold
        same = truth.labels[:, None] == told.labels[said][None]
        shared = iou(truth.corners, told.corners[said])
        hit = ((shared >= MET) & same).any(axis=1)
        sides.append(np.sqrt(truth.areas[~truth.ignored]))
        met.append(hit[~truth.ignored])
    side, hit = np.concatenate(sides), np.concatenate(met)
    rows = []
    for low, high in pairwise(SIDES):
        inside = (side >= low) & (side < high)
        rate = share(hit[inside]) if inside.any() else None
        rows.append(SizeRow(low, high, int(inside.sum()), rate))
    return tuple(rows)


def _class(  # one line of the table
    seen: Precision, m: Matches, label: int, name: str, groups: Sequence[str], threshold: float
) -> ClassBoxes:
    n = len(seen.truths)
    one = Precision(seen.truths, seen.found, label + 1)
    mean = bca(lambda w: one.average_precision(w)[:, label].mean(axis=0), n, groups)
    half = bca(lambda w: one.average_precision(w)[0, label], n, groups)
    said = int((m.counted[0] & (m.scores >= threshold)).sum())
    return ClassBoxes(name, int(m.there.sum()), said, mean, half, curve(m, n, groups))


def curve(m: Matches, n: int, groups: Sequence[str] = ()) -> tuple[CurvePoint, ...]:
    """Interpolated precision at even recalls, with bands over drawn pictures or groups."""
    value = precision_at(m, np.ones((1, n)))[0]
    drawn = precision_at(m, drawn_weights(n, groups, _DRAWS))
    low, high = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    told = zip(RECALLS.tolist(), value.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(CurvePoint(r, Interval(v, min(a, v), max(b, v))) for r, v, a, b in told)


def precision_at(m: Matches, weights: Weights) -> Float[np.ndarray, "r q"]:
    """The best precision at each of `RECALLS` or beyond; 0 where no threshold reaches it."""
    counted, right = m.counted[0], m.right[0] & m.counted[0]
    weight = weights[:, m.picture]  # (r, d)
    hits, every = (weight * right).cumsum(axis=1), (weight * counted).cumsum(axis=1)
    share = np.divide(hits, every, out=np.zeros_like(hits), where=every > 0)
    best = np.maximum.accumulate(share[:, ::-1], axis=1)[:, ::-1]
    best = np.concatenate([best, np.zeros((len(best), 1))], axis=1)
    recall = hits / np.maximum(weights @ m.there.astype(float), 1e-12)[:, None]
    places = [np.searchsorted(line, RECALLS - 1e-12) for line in recall]
    found: Float[np.ndarray, "r q"] = np.stack([b[at] for b, at in zip(best, places, strict=True)])
    return found


def missed_at(every: Sequence[Matches], weights: Weights, rate: float) -> Float[np.ndarray, " r"]:
    """The share of boxes that is missed with at most so many false alarms a picture."""
    picture = np.concatenate([m.picture for m in every])
    order = np.argsort(-np.concatenate([m.scores for m in every]), kind="stable")
    right = np.concatenate([m.right[0] & m.counted[0] for m in every])[order]
    wrong = np.concatenate([~m.right[0] & m.counted[0] for m in every])[order]
    weight = weights[:, picture[order]]
    alarms = (weight * wrong).cumsum(axis=1) / np.maximum(weights.sum(axis=1), 1e-12)[:, None]
    hits = (weight * right * (alarms <= rate)).sum(axis=1)
    there = weights @ np.sum([m.there for m in every], axis=0).astype(float)
    missed: Float[np.ndarray, " r"] = np.full(len(weights), np.nan)
    np.divide(hits, there, out=missed, where=there > 0)
    return 1 - missed


def _at(every: Sequence[Matches], least: float, n: int) -> AtThreshold:
    said = [(m.scores >= least) & m.counted[0] for m in every]
    right = sum(int((s & m.right[0]).sum()) for s, m in zip(said, every, strict=True))
    count, there = sum(int(s.sum()) for s in said), sum(int(m.there.sum()) for m in every)
    return AtThreshold(
        least, right / max(1, count), right / max(1, there), (count - right) / max(1, n)
    )


def confusion(
    truths: Sequence[Boxes], found: Sequence[FoundBoxes], classes: int, threshold: float
) -> tuple[tuple[int, ...], ...]:
    """Boxes by true and said class, each said box with the true one it overlaps most.

    The last line holds false alarms, the last column what is missed.
    """
    table = np.zeros((classes + 1, classes + 1), dtype=np.int64)
    for truth, told in zip(truths, found, strict=True):
        rows = np.flatnonzero(told.scores >= threshold)
        rows = rows[np.argsort(-told.scores[rows], kind="stable")]
        shared = iou(told.corners[rows], truth.corners)
        free = ~truth.ignored
        for row, line in zip(rows, shared, strict=True):
            best = int(np.where(free, line, -1).argmax()) if len(line) else -1
            if best >= 0 and free[best] and line[best] >= MET:
                table[truth.labels[best], told.labels[row]] += 1
                free[best] = False
            elif not (truth.ignored & (line >= MET)).any():
                table[classes, told.labels[row]] += 1
        for label in truth.labels[free]:
            table[label, classes] += 1
    return tuple(map(tuple, table.tolist()))


def drawn(
    truth: Boxes, told: FoundBoxes, names: Sequence[str], threshold: float
) -> tuple[DrawnBox, ...]:
    """What is right, said in vain, and missed on one picture."""
    rows = np.flatnonzero(told.scores >= threshold)
    rows = rows[np.argsort(-told.scores[rows], kind="stable")]
    free, made = ~truth.ignored, list[DrawnBox]()
    for row in rows:
        shared = iou(told.corners[row][None], truth.corners)[0]
        shared = np.where(free & (truth.labels == told.labels[row]), shared, 0.0)
        best = int(shared.argmax()) if len(shared) else -1
        hit = best >= 0 and shared[best] >= MET
        if hit:
            free[best] = False
        words = f"{names[told.labels[row]]} {told.scores[row]:.0%}"
        made.append(DrawnBox(_four(told.corners[row]), "hit" if hit else "alarm", words))
    for place in np.flatnonzero(free | truth.ignored):
        kind = "ignored" if truth.ignored[place] else "miss"
        words = f"{names[truth.labels[place]]}, {'ignored' if kind == 'ignored' else 'missed'}"
        made.append(DrawnBox(_four(truth.corners[place]), kind, words))
    return tuple(made)


def _four(corners: Float[np.ndarray, " 4"]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = corners.tolist()
    return x0, y0, x1, y1
