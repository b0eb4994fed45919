from pathlib import Path
from typing import Any

import pytest

from headstart.errors import UsageError
from headstart.run import Settings, cache_root

TRAINING: dict[str, Any] = {
    "head": "ridge",
    "epochs": 3,
    "rate": 1e-3,
    "batch": 16,
    "patience": 2,
    "weight_decay": 0.1,
    "augment": "none",
}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"test_size": 0.0}, "U105"),
        ({"test_size": 1.0}, "U105"),
        ({"compare": "nothing"}, "U106"),
        ({"strategy": "x"}, "U102"),
        ({"sede": 1}, "U107"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    wrong: dict[str, object], code: str
) -> None:
    with pytest.raises(UsageError, match=code):
        Settings.of(**wrong)


def test_none_leaves_a_setting_as_it_is() -> None:
    assert Settings.of(weights=None, seed=None) == Settings()


def test_the_digest_follows_every_setting() -> None:
    asked = [
        Settings(),
        Settings(seed=1),
        Settings(strategy="full"),
        Settings(compare=("scratch",)),
        *(Settings.of(**{name: value}) for name, value in TRAINING.items()),
    ]
    assert len({s.digest("photos") for s in asked} | {Settings().digest("other")}) == 5 + 7


def test_runs_of_before_there_were_hyperparameters_are_found_again() -> None:
    """Digests that headstart gave before there were any, and before classes had an order."""
    assert Settings().digest("photos") == "95e1662f3b63e5c0"
    told = {"strategy": "full", "seed": 3, "label": "y", "size": 64, "compare": "scratch"}
    assert Settings.of(**told).digest("photos") == "c92f0131a289c164"
    assert Settings.of(classes="b,a").digest("photos") != Settings().digest("photos")


def test_the_cache_is_where_somebody_said(cache: Path, tmp_path: Path) -> None:
    assert cache_root(None) == cache
    assert cache_root(tmp_path) == tmp_path


def test_a_side_below_zero_is_none() -> None:
    assert Settings.of(size=0).given.size == 0
    with pytest.raises(UsageError, match="U325"):
        Settings.of(size=-1)
