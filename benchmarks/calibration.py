"""How often the verdict is wrong, and how often it misses a real gain.

`python -m benchmarks calibration`. Simulated arms on 500 test rows of 5 classes, 2,000 draws each:
rows differ in how hard they are, and the arms answer each one by themselves, so that some rows are
won and others lost. Measured 2026-11-21: with equal arms *helps* or *hurts* in 4.3% to 4.8%; with 5
points more, *helps* in 82% where the arms differ on 15% of the rows, in 62% where they differ on
26%. Asked: at most 5%, at least 80%.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from benchmarks.measuring import figure

ROWS, CLASSES, DRAWS = 500, 5, 2000


def main() -> None:
    for hardness in (1.0, 3.0):
        for gain in (0.0, 0.05, -0.05):
            _simulate(hardness, gain)


def _simulate(hardness: float, gain: float) -> None:
    rng, differing = np.random.default_rng(0), list[float]()
    words = judged(
        rng, (0.80, 0.80 + gain), rows=ROWS, draws=DRAWS, hardness=hardness, differing=differing
    )
    counted = {word: round(words.count(word) / DRAWS, 3) for word in ("helps", "hurts")}
    figure(
        f"gain {100 * gain:+.0f} points, rows' hardness spread {hardness:g}",
        **counted,
        rows_that_differ=round(float(np.mean(differing)), 3),
    )


def judged(
    rng: np.random.Generator,
    accuracies: Sequence[float],
    *,
    rows: int,
    draws: int,
    hardness: float = 1.0,
    differing: list[float] | None = None,
) -> list[str]:
    """Words for an arm without transfer and one with it that get these shares right, each draw."""
    from headstart.evaluate import Arm, Cost, judge
    from headstart.stats import share
    from headstart.task import Classification

    task = Classification(tuple(map(str, range(CLASSES))))

    def arm(name: str, right: np.ndarray, labels: np.ndarray, *, transfer: bool) -> Arm:
        guesses = np.where(right, labels, (labels + 1) % CLASSES)
        given = np.eye(CLASSES)[guesses] * 0.8 + 0.04
        cost = Cost(0.0, 0.0, 0.0)
        return Arm(name, "probe", "", None, transfer, given, 0.5, share(right), cost)

    skills, words = [_skill(accuracy, hardness) for accuracy in accuracies], []
    for _ in range(draws):
        labels, hard = rng.integers(CLASSES, size=rows), rng.normal(size=rows) * hardness
        rights = [rng.random(rows) < expit(skill - hard) for skill in skills]
        if differing is not None:
            differing.append(float((rights[0] != rights[1]).mean()))
        rival, chosen = (
            arm(name, right, labels, transfer=name == "probe")
            for name, right in zip(("rival", "probe"), rights, strict=True)
        )
        words.append(judge(task, [rival, chosen], chosen, labels).word)
    return words


def _skill(accuracy: float, hardness: float) -> float:
    """What gives this mean accuracy on rows of normal hardness."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    shares = weights / weights.sum()
    return float(brentq(lambda s: expit(s - hardness * nodes) @ shares - accuracy, -20, 20))
