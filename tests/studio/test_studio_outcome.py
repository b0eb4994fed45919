"""What a run found, in the page's words."""

import json

from boards import apart  # noqa: F401

from headstart.run.settings import Settings
from headstart.studio.outcome import last_run, outcome_of, record_of

TOLD = {
    "figure": "accuracy", "folds": 5, "n": {"test": 0, "tested": 40},
    "test": {"accuracy": {"value": 0.925, "low": 0.78, "high": 0.996}},
    "verdict": {"word": "helps", "sentence": "Transfer helps.", "cautions": ["few\x1b"]},
    "cost": {"cpu_s": 18.0},
}  # fmt: skip


def kept(place, told: object):
    place.mkdir(parents=True)
    (place / "metrics.json").write_text(json.dumps(told))
    return place


def test_rows_that_were_right_are_counted(tmp_path) -> None:
    found = outcome_of(kept(tmp_path / "r", TOLD))
    assert (found.right, found.of, found.word) == (37, 40, "helps")
    assert (found.figure, found.value) == ("accuracy", 0.925)
    assert found.next == ()
    step = {"what": "Add", "why": "few\x1b", "command": "headstart", "gain": "+1", "points": 3}
    (told,) = outcome_of(kept(tmp_path / "t", {**TOLD, "next": [step]})).next
    assert (told["why"], sorted(told)) == (r"few\x1b", ["command", "gain", "what", "why"])
    assert record_of(found)["cautions"] == (r"few\x1b",)
    one = outcome_of(kept(tmp_path / "s", {**TOLD, "folds": 1, "n": {"test": 8}}))
    assert (one.right, one.of) == (7, 8)


def test_a_run_that_has_not_ended_or_is_damaged_says_nothing(tmp_path) -> None:
    assert outcome_of(tmp_path) is None
    for number, told in enumerate(([], {}, {**TOLD, "n": 3}, None)):
        assert outcome_of(kept(tmp_path / str(number), told)) is None


def test_the_last_run_is_found_whoever_made_it(tmp_path) -> None:
    place = tmp_path / "data"
    assert last_run(place) is None
    for name in ("2026-01-01_data", "2026-01-01_data-2"):
        run = kept(tmp_path / "runs" / name, TOLD)
        (run / "run.json").write_text(json.dumps({"asked": Settings().digest(str(place))}))
    kept(tmp_path / "runs" / "2026-01-02_data", TOLD)
    assert last_run(place).name == "2026-01-01_data-2"
    assert last_run(place, {"strategy": "probe"}) is None
    run = kept(tmp_path / "runs" / "2026-01-01_data-3", TOLD)
    asked = Settings.of(strategy="probe").digest(str(place))
    (run / "run.json").write_text(json.dumps({"asked": asked}))
    assert last_run(place, {"strategy": "probe"}).name == run.name
    assert last_run(place, {"strategy": "nosuch"}) is None
