"""What somebody asked of training, in a whole run: for both arms, saved, told, and asked again."""

import json

import pytest

import headstart
from headstart.errors import UsageError
from headstart.run.settings import Settings

ASKED = {"epochs": 2, "rate": 2e-3, "batch": 9, "patience": 1, "augment": "none"}


def test_they_hold_for_both_arms_and_are_saved_and_told(photos, tiny_folder, tmp_path) -> None:
    asked = {**ASKED, "backbone": str(tiny_folder), "strategy": "full", "compare": "scratch"}
    run = headstart.train(photos, out=tmp_path / "run", **asked)
    told = (run.path / "events.jsonl").read_text()
    for arm in ("full", "scratch"):
        assert f"{arm}: rate 0.002 as asked" in told
    assert "trying rates" not in told and told.count('"training"') >= 2
    saved = json.loads((run.path / "run.json").read_text())["settings"]["hyperparameters"]
    assert {name: saved[name] for name in ASKED} == ASKED
    page = (run.path / "report.html").read_text()
    assert "2, for every trained arm" in page and "0.002, for every trained arm" in page
    assert headstart.train(photos, out=run.path, **asked).metrics == run.metrics
    with pytest.raises(UsageError, match="a run with other settings"):
        headstart.train(photos, out=run.path, **{**asked, "epochs": 3})


def test_training_options_of_a_probe_are_refused_before_anything_is_read(
    photos, tiny_folder, tmp_path
) -> None:
    for verb in (headstart.train, headstart.plan):
        with pytest.raises(UsageError, match="U170"):
            verb(photos, backbone=str(tiny_folder), strategy="probe", epochs=3)
    assert Settings.of(strategy="probe", epochs=3).hyperparameters.epochs == 3
