"""Commands that use what a run left."""

import json

import pytest

from headstart.cli import execute


def test_predict_names_a_class_for_each_file(finished_run, capsys) -> None:
    files = [str(finished_run.parent / "photos" / hue / "03.png") for hue in ("red", "blue")]
    assert execute(["predict", str(finished_run), *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "red" in lines[0] and "blue" in lines[1] and "%" in lines[0]
    assert execute(["predict", str(finished_run), *files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["file"] for one in found] == files
    assert all(abs(sum(one["probabilities"].values()) - 1) < 1e-6 for one in found)


@pytest.mark.parametrize(
    "asked", [["--tiles", "320"], ["--draw", "new"], ["--yolo", "new"], ["--out", "boxes.json"]]
)
def test_boxes_are_not_asked_of_a_model_that_finds_none(finished_run, capsys, asked) -> None:
    assert execute(["predict", str(finished_run), str(finished_run.parent / "photos"), *asked]) == 2
    assert "U341" in capsys.readouterr().err


def test_nobodys_files_are_drawn_over(finished_run, capsys) -> None:
    assert (
        execute(["predict", "nosuch", "a.png", "--draw", str(finished_run.parent / "photos")]) == 2
    )
    assert "U340" in capsys.readouterr().err


def test_report_prints_a_run_again(finished_run, capsys) -> None:
    assert execute(["report", str(finished_run)]) == 0
    assert "report.html" in capsys.readouterr().out
