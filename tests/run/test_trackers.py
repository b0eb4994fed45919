import sys
import types

import pytest

from headstart.run.trackers import MLflow, Trackio, WandB


class Calls:
    """Answers to any call, and remembers it."""

    def __init__(self, told, name=""):
        self._told, self._name = told, name

    def __getattr__(self, name):
        if name in {"experiment_id", "run_id"}:
            return name
        return Calls(self._told, f"{self._name}.{name}".strip("."))

    def __call__(self, *args, **options):
        self._told.append((self._name, args, options))
        return self


@pytest.fixture
def told(monkeypatch):
    calls = []
    for name in ("wandb", "trackio", "mlflow"):
        module = types.ModuleType(name)
        module.init = Calls(calls, "init")
        monkeypatch.setitem(sys.modules, name, module)
    inside = types.ModuleType("mlflow.tracking")
    inside.MlflowClient = Calls(calls, "MlflowClient")
    monkeypatch.setitem(sys.modules, "mlflow.tracking", inside)
    return calls


@pytest.mark.parametrize(("kind", "named"), [(WandB, "wandb"), (Trackio, "trackio")])
def test_projects_get_figures_with_their_step(told, kind, named, tmp_path):
    tracker = kind("mine", "a run", {"seed": 1})
    tracker.figures({"loss": 0.5}, 4)
    tracker.file(tmp_path / "report.html")
    tracker.end()
    assert told[0] == ("init", (), {"project": "mine", "name": "a run", "config": {"seed": 1}})
    assert told[1] == ("init.log", ({"loss": 0.5, "step": 4},), {})
    assert told[-1][0] == "init.finish"
    assert kind.package == named


def test_mlflow_gets_artifacts_and_no_model(told, tmp_path):
    tracker = MLflow("http://127.0.0.1:5000", "a run", {"columns/label": "x" * 900})
    tracker.figures({"training 1/val loss (%)": 0.5}, 4)
    tracker.file(tmp_path / "report.html")
    tracker.end()
    names = [name for name, _, _ in told]
    assert told[0][2] == {"tracking_uri": "http://127.0.0.1:5000"}
    (param,) = [args for name, args, _ in told if name.endswith("log_param")]
    assert len(param[2]) == 500
    (metric,) = [(args, options) for name, args, options in told if name.endswith("log_metric")]
    assert metric[0][1:] == ("training 1/val loss ___", 0.5) and metric[1] == {"step": 4}
    assert any(name.endswith("log_artifact") for name in names)
    assert not any("log_model" in name for name in names)
    assert names[-1].endswith("set_terminated")
