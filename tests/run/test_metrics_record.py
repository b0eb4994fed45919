"""`metrics.json` as typed records."""

import json
import typing
from pathlib import Path
from typing import Any

import pytest

from headstart.run.figure_records import Figure, Figures, Record
from headstart.run.metrics_record import Arm, Metrics
from headstart.run.reading import report

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "expected").glob("*.json"))
RUN = Path(__file__).with_name("metrics_of_a_run.json")


def undeclared(kind: Any, found: Any, place: str = "metrics") -> list[str]:
    """Names in the file that no annotation has."""
    parts = [kind, *typing.get_args(kind)]
    record = next((p for p in parts if isinstance(p, type) and issubclass(p, Record)), None)
    if isinstance(found, list):
        return [name for one in found for name in undeclared(kind, one, place)]
    if not isinstance(found, dict):
        return []
    hints = typing.get_type_hints(record) if record else {}
    inside = [n for k, v in found.items() for n in undeclared(hints.get(k), v, f"{place}.{k}")]
    return [f"{place}.{name}" for name in found if name not in hints] + inside


@pytest.mark.parametrize("file", [*GOLDEN, RUN], ids=lambda file: file.stem)
def test_every_field_of_the_file_has_a_type(file: Path) -> None:
    found = json.loads(file.read_text())
    assert undeclared(Metrics, found.get("metrics", found)) == []


def test_the_golden_runs_are_of_every_kind() -> None:
    told = [json.loads(file.read_text())["metrics"]["task"] for file in GOLDEN]
    assert len(set(told)) >= 7


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(json.loads(RUN.read_text()))


def test_figures_are_read_by_attributes_and_by_keys(metrics: Metrics) -> None:
    found = metrics.test.accuracy
    assert isinstance(found, Figure) and found.low < found.value < found.high
    assert metrics["test"]["accuracy"] == {"value": found.value, **_bounds(found)}
    assert metrics.verdict.word == "no evidence" and metrics.n.test == 80
    assert metrics.arms[0].name == "majority class"
    assert metrics.arms[-1].behind_by.value == 0 and metrics.arms[0].cut is None


def _bounds(figure: Figure) -> dict[str, float]:
    return {"low": figure.low, "high": figure.high}


def test_nested_records_are_of_their_types(metrics: Metrics) -> None:
    assert isinstance(metrics.test, Figures) and isinstance(metrics.arms[0], Arm)
    assert metrics.learning is not None
    assert isinstance(metrics.learning.curves[0].merit[0], Figure)
    assert Metrics({**metrics, "learning": None}).learning is None


def test_a_name_that_is_not_there_is_told_with_those_that_are(metrics: Metrics) -> None:
    with pytest.raises(AttributeError, match="no 'kappa', but accuracy, macro_f1"):
        metrics.test.kappa  # noqa: B018
    with pytest.raises(KeyError):
        metrics["tset"]
    assert {"test", "verdict"} <= set(dir(metrics))


def test_they_are_the_file_still(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(RUN.read_text())
    again = report(tmp_path).metrics
    assert again == metrics == json.loads(RUN.read_text()) and again != {}
    assert json.loads(json.dumps({**again})) == json.loads(RUN.read_text())
