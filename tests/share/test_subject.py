"""What is published: whose it is, what it started from, and what of it must not leave."""

import json
from pathlib import Path

import pytest
from secret_run import left

from headstart.backbone import Backbone, save_backbone
from headstart.errors import BackboneError
from headstart.share.subject import subject_at


@pytest.fixture(scope="module")
def run(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests only look at it, or put back what they change."""
    return left(tmp_path_factory.mktemp("secret_home"), tiny)


def test_a_run_has_a_model_its_figures_and_names_that_must_not_leave(run: Path) -> None:
    found = subject_at(run)
    assert found.model is not None and found.figures["figure"] == "accuracy"
    assert any("00.png" in word for word in found.own)
    assert any("secret_home" in word for word in found.own)
    assert "secret" not in found.base  # the backbone was a folder of the user's


@pytest.mark.parametrize(("name", "base"), [
    ("owner/net", "owner/net"), ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"),
])  # fmt: skip
def test_what_training_started_from_is_told_by_the_hub_s_name(run: Path, name, base) -> None:
    file = run / "run.json"
    before = file.read_text()
    file.write_text(json.dumps({"backbone": {"name": name}, "settings": {}}))
    assert subject_at(run).base == base
    file.write_text(before)


def test_fresh_weights_started_from_nothing(run: Path) -> None:
    file = run / "metrics.json"
    before = file.read_text()
    file.write_text(json.dumps({**json.loads(before), "chosen": "scratch"}))
    assert subject_at(run).base == ""
    file.write_text(before)


def test_a_model_alone_says_nothing_of_how_good_it_is(run: Path) -> None:
    with pytest.raises(BackboneError, match="M492"):
        subject_at(run / "model")


def test_a_backbone_alone_has_no_model(tiny: Backbone, tmp_path: Path) -> None:
    save_backbone(tmp_path / "made", tiny, "# tiny")
    found = subject_at(tmp_path / "made")
    assert (found.model, found.figures, found.base) == (None, None, "")
    assert found.backbone.digest(5) == tiny.digest(5)
