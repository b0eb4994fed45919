"""Negative transfer as it was published, and what our verdict would have said of it.

`python -m benchmarks negative`. VTAB (Zhai et al. 2019; ../shared/tables): 15 sources and the same
network from scratch, 19 tasks, 1,000 examples or all. Transfer is negative where a source is more
than half a point worse than scratch. The tables hold accuracies, no answers: test rows of which the
two arms get as many right are drawn, rows differing in how hard they are for both, and `judge`
decides. Beside it what is known before anything is trained: the same source's mean lead over
scratch on the other 18 tasks.

Measured 2026-11-22: negative are 31.2% of 285 pairs with 1,000 examples and 36.8% with all. On
1,000 test rows the verdict says *hurts* of 73% and 90% of those and *helps* of none, *helps* of 85%
and 82% of the positive ones and *hurts* of one in a thousand, and a word of at most 4% where there
is less than half a point between the arms (11% on 5,000 rows, which see such gaps). The other tasks
alone foretell 71% and 93% of the negative ones.
"""

import json
from collections import Counter

import numpy as np

from benchmarks.calibration import judged
from benchmarks.measuring import SHARED, figure, here

TABLE = SHARED / "tables" / "vtab_official" / "vtab_matrix.json"
ROWS, DRAWS, HALF = (200, 1000, 5000), 10, 0.5


def main() -> None:
    if not here(TABLE):
        return
    table = json.loads(TABLE.read_text())
    scratch = table["models"].index("From-Scratch")
    for size in ("acc1000", "accfull"):
        points = np.array(table[size])  # (sources, tasks)
        leads = np.delete(points, scratch, 0) - points[scratch]
        figure(
            f"{size}, pairs", pairs=leads.size,
            negative=round(float((leads < -HALF).mean()), 3),
            positive=round(float((leads > HALF).mean()), 3),
        )  # fmt: skip
        _by_prior(size, leads)
        for rows in ROWS:
            _by_verdict(size, np.delete(points, scratch, 0), points[scratch], rows)


def _by_prior(size: str, leads: np.ndarray) -> None:
    """Said from the other tasks alone: how often the sign is right where there is one."""
    others = (leads.sum(1, keepdims=True) - leads) / (leads.shape[1] - 1)
    clear = np.abs(leads) > HALF
    negative = leads < -HALF
    figure(
        f"{size}, the source's mean on other tasks",
        right=round(float((np.sign(others) == np.sign(leads))[clear].mean()), 3),
        negative_foreseen=round(float((others < 0)[negative].mean()), 3),
        positive_foreseen=round(float((others > 0)[leads > HALF].mean()), 3),
    )


def _by_verdict(size: str, points: np.ndarray, scratch: np.ndarray, rows: int) -> None:
    rng, words = np.random.default_rng(0), dict[str, Counter[str]]()
    for source in points:
        for one, other in zip(source, scratch, strict=True):
            lead = one - other
            kind = "negative" if lead < -HALF else "positive" if lead > HALF else "even"
            accuracies = [min(max(value / 100, 0.001), 0.999) for value in (other, one)]
            found = judged(rng, accuracies, rows=rows, draws=DRAWS)
            words.setdefault(kind, Counter()).update(found)
    for kind, counted in sorted(words.items()):
        total = sum(counted.values())
        shares = {word: round(n / total, 3) for word, n in sorted(counted.items())}
        figure(f"{size}, {rows} test rows, {kind}", **shares)
