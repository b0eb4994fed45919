import sys
import threading
import time
import types

import pytest

from headstart.errors import MissingExtra, UsageError
from headstart.events import Event
from headstart.run import tracking as tracking_module
from headstart.run.tracking import PATIENCE_S, need_trackers, tracking

STEP = Event("step", "training", 3, 9, (("val_loss", 0.5), ("note", "a word")))


class Kept:
    """A tracker that writes down what it is given."""

    package = "json"
    made = ()

    def __init__(self, target, title, settings):
        self.told, self.target, self.title, self.settings = [], target, title, dict(settings)
        Kept.made += (self,)

    def figures(self, named, step):
        self.told.append((dict(named), step))

    def file(self, path):
        self.told.append(path.name)

    def end(self):
        self.told.append("end")


class Dead(Kept):
    def figures(self, named, step):
        raise ConnectionError("nobody is there")


class Hanging(Kept):
    def figures(self, named, step):
        threading.Event().wait(60)


class Slow(Kept):
    def figures(self, named, step):
        time.sleep(0.15)
        super().figures(named, step)


class Run:
    def __init__(self, path):
        self.path = path
        self.metrics = {
            "figure": "accuracy",
            "test": {"accuracy": {"value": 0.75, "low": 0.5}},
            "verdict": {"word": "helps", "difference": 0.25},
            "cost": {"cpu_s": 1.5},
            "arms": [{"name": "probe", "accuracy": {"value": 0.75}}],
        }


@pytest.fixture
def known(monkeypatch):
    Kept.made = ()
    fakes = {"kept": Kept, "dead": Dead, "hanging": Hanging, "slow": Slow}
    monkeypatch.setattr(tracking_module, "TRACKERS", fakes)


def tracked(path, name, events=(STEP,)):
    told, began = [], time.monotonic()
    (path / "report.html").write_text("x")
    (path / "weights.safetensors").write_text("x")
    with tracking([(name, "there")], "title", {"a": {"b": 1}}, told.append) as (hear, finish):
        for event in events:
            hear(event)
        finish(Run(path))
    return [event.what for event in told], time.monotonic() - began


def test_figures_of_steps_and_of_the_test_and_the_report_are_sent(known, tmp_path):
    start = Event("start", "training", 0, 9)
    told, _ = tracked(tmp_path, "kept", (start, STEP, start, STEP, Event("note", "words")))
    (kept,) = Kept.made
    assert told == [] and (kept.target, kept.title, kept.settings) == ("there", "title", {"a/b": 1})
    assert kept.told[:2] == [
        ({"training 1/val_loss": 0.5}, 3), ({"training 2/val_loss": 0.5}, 3)
    ]  # fmt: skip
    named, _ = kept.told[2]
    assert named["test/accuracy/value"] == named["arms/probe/value"] == 0.75
    assert "verdict/word" not in named
    assert kept.told[3:] == ["report.html", "end"]


def test_a_dead_tracker_costs_nothing_and_is_told(known, tmp_path):
    (told,), took = tracked(tmp_path, "dead")
    assert "nobody is there" in told and "the run is whole" in told
    assert took < PATIENCE_S


def test_a_hanging_tracker_costs_two_seconds_at_most(known, tmp_path, monkeypatch):
    monkeypatch.setattr(tracking_module, "PATIENCE_S", 0.3)
    (told,), took = tracked(tmp_path, "hanging")
    assert "did not answer" in told
    assert PATIENCE_S <= 2 and 0.3 <= took < 0.3 + 1


def test_several_hanging_trackers_are_waited_for_together(known, tmp_path, monkeypatch):
    monkeypatch.setattr(tracking_module, "PATIENCE_S", 0.5)
    began, asked = time.monotonic(), [("hanging", str(i)) for i in range(4)]
    with tracking(asked, "t", {}, lambda _: None) as (hear, _):
        hear(STEP)
    assert 0.5 <= time.monotonic() - began < 1.5


def test_figures_that_a_run_lacks_harm_the_tracker_alone(known, tmp_path):
    run, told = Run(tmp_path), []
    del run.metrics["arms"]
    with tracking([("kept", "")], "t", {}, told.append) as (_, finish):
        finish(run)
    assert "KeyError" in told[0].what


def test_a_slow_tracker_that_comes_forward_is_waited_for(known, tmp_path, monkeypatch):
    monkeypatch.setattr(tracking_module, "PATIENCE_S", 0.3)
    told, _ = tracked(tmp_path, "slow", [STEP] * 3)
    assert told == [] and Kept.made[0].told[-1] == "end"


def test_a_run_that_fails_still_ends_its_trackers(known, tmp_path):
    with (
        pytest.raises(ValueError, match="of the run"),
        tracking([("kept", "")], "t", {}, lambda _: None),
    ):
        raise ValueError("of the run")
    assert Kept.made[0].told == ["end"]


def test_trackers_are_named_with_what_they_go_to():
    fake = types.ModuleType("trackio")
    fake.__spec__ = types.SimpleNamespace(name="trackio")
    assert need_trackers("") == ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "trackio", fake)
        assert need_trackers("trackio:mine, trackio") == (("trackio", "mine"), ("trackio", ""))


def test_a_tracker_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="U411"):
        need_trackers("tensorbord")


def test_a_tracker_whose_package_is_missing_says_the_extra(monkeypatch):
    monkeypatch.setattr(tracking_module, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"headstart\[mlflow\]"):
        need_trackers("mlflow:http://127.0.0.1:5000")
