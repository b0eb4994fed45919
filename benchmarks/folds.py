"""Equal arms, refitted in every fold: how often a word is given, and how wide intervals are.

`[DRAWS=500] python -m benchmarks folds`. Each draw takes n rows of digits (scikit-learn's) or of
five flowers (what the shipped backbone makes of them), and gives two arms views of them that are
equal by symmetry: each picture's pixels are dealt to one arm or to the other, or each arm sees the
features under noise of its own. Both arms fit a ridge head, its penalty chosen by what is left
out, in every fold. So any word is wrong. Asked: a word in at most 5.5% of draws, and
intervals at least 1.6 times narrower than those of one part of a fifth at n = 200.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import stats as distributions

from benchmarks.measuring import SHARED, figure
from headstart.evaluate import OVERLAP
from headstart.stats import Interval, lead, lead_of_folds, widened

FLOWERS = SHARED / "data" / "flowers5"
FACTORS = (1.0, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4)
K = 5
COLUMNS = 32
"""Principal directions of the flowers' features that are kept: refits are quick then."""
PENALTIES = 10.0 ** np.arange(-4.0, 3.0)
"""In units of the mean squared singular value."""
DRAWS = 500
CELLS = (
    *(("digits", n, 0) for n in (100, 200, 300)),
    *(("flowers5", n, 0) for n in (100, 200, 300)),
    *(("digits", 200, groups) for groups in (6, 10, 20)),
)


def main() -> None:
    draws = int(os.environ.get("DRAWS", DRAWS))
    for name, n, groups in CELLS:
        rows, labels = _digits() if name == "digits" else _flowers()
        if len(rows):
            _cell(name, rows, labels, n, groups, draws)


def _cell(name: str, rows: np.ndarray, labels: np.ndarray, n: int, groups: int, draws: int) -> None:
    rng = np.random.default_rng(n + groups)
    found: dict[str, list[tuple[Interval, Interval]]] = {"right": [], "score": []}
    nadeau = list[Interval]()
    kept: dict[str, list[Interval]] = {"right": [], "score": []}
    for _ in range(draws):
        some = rng.choice(len(rows), n, replace=False)
        named = np.arange(n) % groups if groups else np.arange(n)
        arms = _arms(rows[some], named if groups else None, rng, masked=name == "digits")
        folds = _dealt(named, rng)
        merits = [_merits(arm, labels[some], folds) for arm in arms]
        home = _home(folds, n)
        told = tuple(map(str, named)) if groups else ()
        first, part = folds[0], tuple(np.array(told)[folds[0]]) if groups else ()
        for kind, (one, other) in zip(found, zip(*merits, strict=True), strict=True):
            whole = lead(one, other, told)
            found[kind].append((whole, lead(one[first], other[first], part)))
            by = OVERLAP["right" if kind == "right" else "number"]
            kept[kind].append(lead_of_folds(one, other, told, home, by))
        nadeau.append(_nadeau(merits[0][0].astype(float) - merits[1][0], folds))
    for kind, pairs in found.items():
        _told(f"{name}, {kind}", n, groups, pairs)
        rule = {"words": _words(kept[kind]), "half": _half(kept[kind])}
        figure(f"{name}, {kind}, as headstart does", n=n, groups=groups, **rule)
    figure(
        f"{name}, Nadeau and Bengio", n=n, groups=groups, words=_words(nadeau), half=_half(nadeau)
    )


def _home(folds: Sequence[np.ndarray], n: int) -> list[int]:
    """In which fold each row is tested."""
    home = np.zeros(n, dtype=int)
    for number, fold in enumerate(folds):
        home[fold] = number
    return [int(fold) for fold in home]


def _told(name: str, n: int, groups: int, pairs: Sequence[tuple[Interval, Interval]]) -> None:
    whole, part = [one for one, _ in pairs], [other for _, other in pairs]
    words = {f"words_{by}": _words([widened(one, by) for one in whole]) for by in FACTORS}
    halves = {"half": _half(whole), "half_one_part": _half(part), "words_one_part": _words(part)}
    figure(name, n=n, groups=groups, draws=len(pairs), **halves, **words)


def _words(found: Sequence[Interval]) -> float:
    return round(float(np.mean([one.low > 0 or one.high < 0 for one in found])), 4)


def _half(found: Sequence[Interval]) -> float:
    return round(float(np.mean([(one.high - one.low) / 2 for one in found])), 4)


def _nadeau(change: np.ndarray, folds: Sequence[np.ndarray]) -> Interval:
    """Nadeau and Bengio (2003): the variance of the folds' means, with 1/(K-1) for the overlap."""
    means = np.array([change[fold].mean() for fold in folds])
    spread = np.sqrt((1 / K + 1 / (K - 1)) * means.var(ddof=1))
    half = float(distributions.t.ppf(0.975, K - 1) * spread)
    return Interval(float(means.mean()), float(means.mean()) - half, float(means.mean()) + half)


def _arms(
    rows: np.ndarray, groups: np.ndarray | None, rng: np.random.Generator, *, masked: bool
) -> Iterator[np.ndarray]:
    """Two views that are equal by symmetry; members of a group share a part of their noise."""
    mean, scale = rows.mean(axis=0), rows.std()
    mask = rng.random(rows.shape) < 0.5
    for own in (mask, ~mask):
        view = np.where(own, rows, mean) if masked else rows + _noise(rows.shape, scale, rng)
        if groups is not None:
            view = view + _noise((groups.max() + 1, rows.shape[1]), 0.7 * scale, rng)[groups]
        yield view


def _noise(shape: tuple[int, ...], scale: float, rng: np.random.Generator) -> np.ndarray:
    return scale * rng.normal(size=shape)


def _dealt(named: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    units = rng.permutation(named.max() + 1)
    return [np.flatnonzero(np.isin(named, units[fold::K])) for fold in range(K)]


def _merits(
    rows: np.ndarray, labels: np.ndarray, folds: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each row is right in the fold that tests it, and how near its scores are."""
    wanted = np.eye(int(labels.max()) + 1)[labels]
    scores = np.zeros_like(wanted)
    for fold in folds:
        fitted = np.setdiff1d(np.arange(len(rows)), fold)
        scores[fold] = _ridge(rows[fitted], wanted[fitted], rows[fold])
    return scores.argmax(axis=1) == labels, 1 - ((scores - wanted) ** 2).sum(axis=1) / 2


def _ridge(rows: np.ndarray, wanted: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Scores by the penalty with the least error of rows left out.

    What `headstart.head.fit_ridge` does, without its 30 ms for threads and temperature.
    """
    center, share = rows.mean(axis=0), wanted.mean(axis=0)
    left, singular, right = np.linalg.svd(rows - center, full_matrices=False)
    along, best = left.T @ (wanted - share), (np.inf, 0.0)
    for penalty in PENALTIES * (singular**2).mean():
        kept = singular**2 / (singular**2 + penalty)
        off = wanted - share - left @ (kept[:, None] * along)
        off /= (1 - 1 / len(rows) - left**2 @ kept)[:, None]
        best = min(best, (float((off**2).sum()), float(penalty)))
    turned = right.T * (singular / (singular**2 + best[1]))
    found: np.ndarray = share + (asked - center) @ turned @ along
    return found


def _digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    found = load_digits()
    return found.data / 16, found.target


def _flowers() -> tuple[np.ndarray, np.ndarray]:
    """What the shipped backbone makes of five flowers, along its principal directions."""
    if not FLOWERS.exists():
        return np.zeros((0, 1)), np.zeros(0, dtype=int)
    from headstart.backbone import load_backbone
    from headstart.data import find
    from headstart.features import Prefix, extract, survey

    backbone, found = load_backbone("shipped"), find(FLOWERS)
    root = Path(os.environ.get("HEADSTART_CACHE", tempfile.gettempdir())) / "folds"
    items = survey(found.examples, backbone.modality, cache=root).items
    prefix = Prefix(backbone.modality, backbone.stages, backbone.digest(backbone.depth))
    rows = extract(items, range(len(found.examples)), prefix, cache=root).all().double().numpy()
    rows -= rows.mean(axis=0)
    _, _, turn = np.linalg.svd(rows, full_matrices=False)
    return rows @ turn[:COLUMNS].T, np.array(found.examples.truth.strata())
