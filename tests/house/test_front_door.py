"""The public names, and that opening the door costs nothing."""

import subprocess
import sys

import pytest

import headstart

LIGHT = """
import sys, headstart
heavy = {"torch", "timm", "numpy", "PIL", "sklearn", "pandas", "rich", "typer"} & set(sys.modules)
assert not heavy, heavy
"""
HELP = """
import sys
from headstart.cli import execute
assert execute(["--help"]) == 0
assert not {"torch", "timm", "numpy", "sklearn"} & set(sys.modules)
"""
TRAIN = """
import sys, headstart
headstart.train(sys.argv[1], out=sys.argv[2], cache=sys.argv[2] + " cache")
slow = {"timm", "torchvision", "sklearn", "scipy.stats", "sympy"}
slow |= {"torch._dynamo", "torch._inductor"}
assert not slow & set(sys.modules), slow & set(sys.modules)
"""
ROOM_FIRST = """
import headstart, headstart.train, headstart.report, headstart.run
assert callable(headstart.train) and callable(headstart.report)
from headstart.train import Recipe
import headstart.train.recipe
assert headstart.train is headstart.run.train
"""


def ran(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_importing_opens_nothing() -> None:
    assert ran(LIGHT).returncode == 0, ran(LIGHT).stderr


def test_help_needs_no_tensors() -> None:
    done = ran(HELP)
    assert done.returncode == 0, done.stderr
    for command in (
        "check",
        "rank",
        "train",
        "predict",
        "report",
        "backbones",
        "pretrain",
        "publish",
    ):
        assert command in done.stdout


@pytest.mark.journey
def test_a_usual_run_on_pictures_waits_for_no_library_that_it_does_not_need(
    photos, tmp_path
) -> None:
    done = ran(TRAIN, photos, tmp_path / "run")
    assert done.returncode == 0, done.stderr


def test_a_verb_stays_a_verb_when_its_room_is_opened() -> None:
    done = ran(ROOM_FIRST)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there_and_has_a_docstring() -> None:
    for name in headstart.__all__:
        thing = getattr(headstart, name)
        assert name.startswith("__") or thing.__doc__, name
    assert set(headstart.__all__) <= set(dir(headstart))


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    try:
        headstart.trian  # noqa: B018
    except AttributeError as error:
        assert "trian" in str(error) and "train" in str(error)
    else:
        raise AssertionError
