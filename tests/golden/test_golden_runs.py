"""Runs give what they gave, and models that were written long ago still load."""

import json
from pathlib import Path
from typing import Any

import pytest
from golden_runs import EXPECTED, MODELS, OLD, RUNS, figures_of, machine, predictions_of

for needed in ("transformers", "soundfile", "soxr", "rapidfuzz", "sacrebleu"):
    pytest.importorskip(needed)
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if golden.slow else pytest.mark.journey)
    for name, golden in RUNS.items()
]


def near(expected: Any, by: float) -> Any:
    """The same with every number allowed to be off by so much."""
    if isinstance(expected, dict):
        return {name: near(value, by) for name, value in expected.items()}
    if isinstance(expected, list):
        return [near(value, by) for value in expected]
    return pytest.approx(expected, abs=by, rel=by) if isinstance(expected, float) else expected


@pytest.mark.parametrize("name", NAMES)
def test_a_run_gives_what_it_gave(name: str, tmp_path: Path) -> None:
    """To the sixth digit on the kind of machine that wrote the file.

    Another one rounds sums otherwise. Heads then differ by little; what is trained for epochs goes
    a way of its own, so that only what was tried, and in which order, has to be the same.
    """
    expected = json.loads((EXPECTED / f"{name}.json").read_text())
    found = figures_of(RUNS[name].made(tmp_path))
    if expected.pop("machine") == machine():
        assert found == near(expected, 1e-6)
    elif RUNS[name].slow:
        assert arms(found) == arms(expected)
    else:
        assert found["metrics"]["test"] == near(expected["metrics"]["test"], 0.02)


def arms(found: dict[str, Any]) -> list[str]:
    return [arm["name"] for arm in found["metrics"]["arms"]]


@pytest.mark.parametrize("name", OLD)
def test_models_of_long_ago_load_and_say_the_same(name: str, tmp_path: Path) -> None:
    expected = json.loads((MODELS / f"{name}.json").read_text())
    assert predictions_of(MODELS / name, name, tmp_path) == near(expected, 1e-4)
