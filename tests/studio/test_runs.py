"""Runs on the page's folder, and what is handed over of them."""

import asyncio
import os

import pytest
from boards import apart  # noqa: F401

from headstart.serve import Refusal
from headstart.studio import runs


def test_runs_on_this_folder_are_listed_and_others_are_not(ended, tmp_path) -> None:
    assert runs.listing(tmp_path / "data") == []
    ended("one", tmp_path / "data")
    ended("other", tmp_path / "elsewhere")
    (found,) = runs.listing(tmp_path / "data")
    assert (found["name"], found["backbone"], found["value"]) == ("one", r"net\x1b", 0.9)
    assert found["exports"] == ()


def test_the_newest_comes_first_and_one_that_has_not_ended_does_not_come(ended, tmp_path) -> None:
    for name, moment in (("b", 5), ("c", 7), ("a", 6)):
        os.utime(ended(name, tmp_path / "data") / "metrics.json", ns=(moment, moment))
    (ended("d", tmp_path / "data") / "metrics.json").unlink()
    assert [one["name"] for one in runs.listing(tmp_path / "data")] == ["c", "a", "b"]


def test_a_run_is_opened_by_its_name_in_the_list_alone(ended, tmp_path) -> None:
    place = ended("one", tmp_path / "data").relative_to(tmp_path)
    ended("other", tmp_path / "elsewhere")
    assert runs.run_named(tmp_path / "data", "one") == place
    for name in ("other", "../runs/one", str(tmp_path / "runs" / "one"), "", "."):
        with pytest.raises(Refusal, match="H620"):
            runs.run_named(tmp_path / "data", name)


def test_what_was_exported_is_handed_over_and_nothing_else(ended, tmp_path) -> None:
    place = ended("one", tmp_path / "data")
    for to in ("onnx", "../../run.json", "int8"):
        with pytest.raises(Refusal, match="H621"):
            runs.exported(place, to)
    (place / "export").mkdir()
    (place / "export" / "model.onnx").write_bytes(b"network")
    assert runs.exported(place, "onnx").read_bytes() == b"network"
    (place / "export" / "web").mkdir()  # by the command: there is no zip of it yet
    assert runs.listing(tmp_path / "data")[0]["exports"] == ("onnx",)
    assert runs.need_exportable("web") == "web"
    with pytest.raises(Refusal, match="H622"):
        runs.need_exportable("int8")


def test_options_are_judged_before_they_are_kept_and_usual_ones_are_not() -> None:
    usual = {"backbone": "auto", "strategy": "auto", "budget": "10m", "folds": 0}
    assert runs.need_options(usual) == {}
    assert runs.need_options({**usual, "folds": 5}) == {"folds": 5}
    for wrong in ({"strategy": "nosuch"}, {"budget": "soon"}):
        with pytest.raises(Refusal) as refused:
            runs.need_options({**usual, **wrong})
        assert refused.value.status == 422 and refused.value.fix


def test_starts_are_those_that_take_what_the_folder_holds() -> None:
    found = asyncio.run(runs.startable("image"))
    assert found[0] == "headstart_resnet10" and "headstart_detector" not in found
    assert "headstart_dscnn" not in found and asyncio.run(runs.startable("nothing")) == []
    drawn = asyncio.run(runs.startable("boxes"))
    assert drawn[0] == "headstart_detector" and "headstart_resnet10" in drawn
