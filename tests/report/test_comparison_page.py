"""Several runs on one page."""

import numpy as np

from headstart.evaluate.comparison import Contender, RowMerits, compared
from headstart.report.comparison_page import comparison_page
from headstart.stats import level

RNG = np.random.default_rng(0)


def contender(name: str, share: float) -> Contender:
    merit = (RNG.random(200) < share).astype(float)
    rows = RowMerits(tuple(f"row {i}" for i in range(200)), merit)
    return Contender(name, "tiny", "probe", {"": rows}, {}, (level(merit),))


def test_differences_are_in_points_and_figures_in_percent() -> None:
    runs = [contender("one", 0.9), contender("two", 0.6)]
    page = comparison_page(compared("classification", "accuracy", runs))
    figures, pairs = page.split('id="pairs-title"')
    assert "%</text>" in figures and "%</text>" not in pairs
    assert ">0</text>" in pairs and "percentage points" in pairs


def test_names_of_runs_stay_text() -> None:
    runs = [contender("<script>alert(1)</script>", 0.9), contender("two", 0.6)]
    page = comparison_page(compared("classification", "accuracy", runs))
    assert "<script>" not in page and "&lt;script&gt;" in page
