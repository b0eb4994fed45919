"""How often intervals hold, and how often a lead is seen: rows in groups, few rows, all scores.

`python -m benchmarks intervals`, or `python -m benchmarks.intervals [part ...] [layout ...]`, parts
`words`, `rows`, `power`, `figures`, `classes`, layouts as in `SIZES` (of `words`, `figures`);
results in docs/gallery/intervals.md. Two arms answer the same rows.

An arm's answer to a row is normal: a part
`TIED` is common to the rows of a group (each arm its own), and of the rest two fifths are common to
both arms, as a row is easy or hard. Scores are made of it: right or wrong, bounded like F1 with
many zeros and ones, explained variance, or as it is. Equal arms: 2,000 draws a cell; asked is a
word (an interval without 0) in at most 5.5% of each.
"""

import sys
from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm

from benchmarks.measuring import figure
from headstart.evaluate.verdict import silence
from headstart.stats import lead
from headstart.task import Classification

DRAWS, BATCHES = 2000, 20
GROUPS, TIED = (1, 2, 3, 4, 6, 10, 20, 40), (0.0, 0.2, 0.5)
PARTS = ("words", "rows", "power", "figures", "classes")
Score = Callable[[np.ndarray], np.ndarray]


def _even(rng: np.random.Generator, g: int) -> np.ndarray:
    return np.maximum(1, rng.poisson(20, g))


def _uneven(rng: np.random.Generator, g: int) -> np.ndarray:
    return np.minimum(400, (rng.pareto(1.2, g) * 20 / 3).astype(int) + 1)


def _half(rng: np.random.Generator, g: int) -> np.ndarray:
    return np.array([8 * max(1, g - 1), *[8] * (g - 1)])


def _giant(rng: np.random.Generator, g: int) -> np.ndarray:
    return np.array([200, *[5] * (g - 1)])


SIZES = {"even": _even, "uneven": _uneven, "one holds half": _half, "a giant": _giant}


def _right(p: float) -> Score:
    return lambda answers: answers > norm.ppf(1 - p)


SCORES: dict[str, Score] = {
    **{f"right {p}": _right(p) for p in (0.5, 0.7, 0.9, 0.97, 0.99)},
    "normal": lambda answers: answers,
    "like F1": lambda answers: np.clip(0.7 + 0.6 * answers, 0, 1),
    "like R2": lambda answers: 1 - answers**2,
    "skewed": lambda answers: 1 - np.exp(-answers),
}


def main() -> None:
    for part in [part for part in PARTS if part in sys.argv] or PARTS:
        _PARTS[part]()


def answers(
    rng: np.random.Generator, sizes: np.ndarray, draws: int, tied: float
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(draws, rows) of each arm, and the groups of the rows."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    easy = rng.normal(size=(draws, len(group)))
    one, other = (
        tied**0.5 * rng.normal(size=(draws, len(sizes)))[:, group]
        + (1 - tied) ** 0.5 * (0.4**0.5 * easy + 0.6**0.5 * rng.normal(size=easy.shape))
        for _ in range(2)
    )
    return one, other, [str(name) for name in group]


def _said(one: np.ndarray, other: np.ndarray, groups: Sequence[str]) -> tuple[int, int]:
    """In how many draws the second, and the first, is said to be better."""
    found = [lead(a, b, groups) for a, b in zip(one, other, strict=True)]
    return sum(f.high < 0 for f in found), sum(f.low > 0 for f in found)


def _words() -> None:
    """Equal arms, rows in groups: the cell with most words of each layout and number of groups."""
    rng = np.random.default_rng(0)
    for layout in [layout for layout in SIZES if layout in sys.argv] or SIZES:
        sizes_of = SIZES[layout]
        for g in GROUPS:
            cells: dict[str, float] = {}
            for tied in TIED:
                counts = dict.fromkeys(SCORES, 0)
                for _ in range(BATCHES):
                    one, other, groups = answers(rng, sizes_of(rng, g), DRAWS // BATCHES, tied)
                    for name, score in SCORES.items():
                        counts[name] += sum(_said(score(one), score(other), groups))
                cells |= {f"{name}, tied {tied}": n / DRAWS for name, n in counts.items()}
            worst = max(cells, key=lambda cell: cells[cell])
            mean = round(float(np.mean(list(cells.values()))), 4)
            over = sum(share > 0.055 for share in cells.values())
            figure(f"{layout}, {g} groups", most=cells[worst], where=worst, mean=mean,
                   cells=len(cells), over=over)  # fmt: skip


def _rows() -> None:
    """Equal arms without groups, and how often a lead is seen, against a normal quantile."""
    rng = np.random.default_rng(1)
    for n in (5, 10, 20, 50, 200):
        one, other, _ = answers(rng, np.array([n]), DRAWS, 0.0)
        for name, score in SCORES.items():
            words = sum(_said(score(one), score(other), ())) / DRAWS
            told = {"words": words, "words_before": _before(score(one), score(other), either=True)}
            if name != "like R2":  # a shift of the answers makes those no better
                ahead = 3.0 / n**0.5  # in deviations of an answer
                told["seen"] = _said(score(one + ahead), score(other), ())[1] / DRAWS
                told["seen_before"] = _before(score(one + ahead), score(other))
            figure(f"{n} rows, {name}", **told)


def _before(one: np.ndarray, other: np.ndarray, *, either: bool = False) -> float:
    """The same by normal quantiles, as they were before."""
    from headstart.stats import paired_difference

    if one.dtype == bool:
        found = [paired_difference(a, b) for a, b in zip(one, other, strict=True)]
        low, high = (np.array([getattr(f, side) for f in found]) for side in ("low", "high"))
    else:
        change = one - other
        half = 1.96 * change.std(axis=1, ddof=1) / change.shape[1] ** 0.5
        low, high = change.mean(axis=1) - half, change.mean(axis=1) + half
    return float(np.mean((low > 0) | (either & (high < 0))))


def _power() -> None:
    """A lead of 15 points (70% to 85%) on rows of groups."""
    rng = np.random.default_rng(2)
    for layout, sizes_of in SIZES.items():
        for g in GROUPS:
            seen = {}
            for tied in TIED:
                hits = 0
                for _ in range(BATCHES):
                    sizes = np.full(g, 20) if layout == "even" else sizes_of(rng, g)
                    one, other, groups = answers(rng, sizes, DRAWS // BATCHES, tied)
                    hits += _said(_right(0.85)(one), _right(0.7)(other), groups)[1]
                seen[f"tied_{tied}"] = hits / DRAWS
            figure(f"15 points, {layout}, {g} groups", **seen)


def _figures() -> None:
    """How often the interval of one arm's figure holds the truth."""
    from headstart.stats import bootstrap, mean_of, share

    rng, draws = np.random.default_rng(3), 1000
    for layout in [layout for layout in SIZES if layout in sys.argv] or SIZES:
        sizes_of = SIZES[layout]
        for g in GROUPS[1:]:
            for tied in TIED:
                one, _, groups = answers(rng, sizes_of(rng, g), draws, tied)
                held = {}
                for p in (0.7, 0.97):
                    found = [share(row, groups) for row in _right(p)(one)]
                    held[f"share_{p}"] = np.mean([f.low <= p <= f.high for f in found])
                found = [mean_of(row, groups) for row in one]
                held["mean"] = np.mean([f.low <= 0 <= f.high for f in found])
                found = [
                    bootstrap(lambda rows, row=row: float(row[rows].mean()), len(groups), groups,
                              draws=200, bounds=(0.0, 1.0))
                    for row in _right(0.7)(one[:300])
                ]  # fmt: skip
                held["resampled_0.7"] = np.mean([f.low <= 0.7 <= f.high for f in found])
                told = {name: round(float(value), 3) for name, value in held.items()}
                figure(f"{layout}, {g} groups, tied {tied}", **told)


def _classes() -> None:
    """Groups of 20 rows and one class each, a share p of them of the first; one arm says that class
    of every row, the other is right in a share p of rows: a word by the interval, and by the rule.
    """
    task, rng = Classification(("first", "other")), np.random.default_rng(5)
    for p in (0.6, 0.8, 0.9, 0.95):
        for g in (3, 4, 6, 10, 20, 40):
            groups, words, told = [str(i) for i in np.repeat(np.arange(g), 20)], 0, 0
            for _ in range(DRAWS):
                labels = np.repeat((rng.random(g) > p).astype(int), 20)
                found = lead(rng.random(g * 20) < p, labels == 0, groups)
                word = found.low > 0 or found.high < 0
                words, told = words + word, told + (word and not silence(task, labels, groups))
            shares = {"word": round(words / DRAWS, 4), "with the rule": round(told / DRAWS, 4)}
            figure(f"one class a group, {p:.0%} of them the first, {g} groups", **shares)


_PARTS = {
    "words": _words,
    "rows": _rows,
    "power": _power,
    "figures": _figures,
    "classes": _classes,
}


if __name__ == "__main__":
    main()
