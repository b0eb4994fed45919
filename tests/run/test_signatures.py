"""One source for an option: its field. Flags, signatures and types for editors agree with it."""

import inspect
import subprocess
import sys
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import headstart
from headstart.data import Columns
from headstart.options import options_of
from headstart.run import Run, signatures
from headstart.run.compress_settings import CompressSettings
from headstart.run.settings import PretrainSettings, RankSettings, Settings
from headstart.share.publication import PublishOptions, PublishSettings

VERBS = {
    "check": (Columns, signatures.ColumnOptions),
    "train": (Settings, signatures.TrainOptions),
    "plan": (Settings, signatures.TrainOptions),
    "rank": (RankSettings, signatures.RankOptions),
    "pretrain": (PretrainSettings, signatures.PretrainOptions),
    "publish": (PublishSettings, PublishOptions),
    "compress": (CompressSettings, signatures.CompressOptions),
}
CALLS = """
import headstart
from headstart.run import Run

def first(run: Run) -> float:
    return run.metrics.test.accuracy.value + run.metrics.arms[0].cost.cpu_s

headstart.train("photos", seed=1, compare="scratch")
headstart.{verb}("photos", {option})
first(headstart.report("run")).{attribute}
"""


def named(verb: str) -> Any:
    """A verb of the front door, or of a run."""
    return getattr(headstart, verb, None) or getattr(Run, verb)


each_verb = pytest.mark.parametrize("verb", VERBS)


@each_verb
def test_the_types_of_options_are_those_of_the_settings(verb: str) -> None:
    noun, typed = VERBS[verb]
    hints = typing.get_type_hints(typed)
    assert set(hints) == {one.name for one in options_of(noun)}
    for one in options_of(noun):
        kinds = {
            Sequence[str] if kind == tuple[str, ...] else kind
            for kind in typing.get_args(one.annotation)
        }
        assert kinds <= set(typing.get_args(hints[one.name])), one.name


@each_verb
def test_help_shows_every_option_with_its_default(verb: str) -> None:
    noun, _ = VERBS[verb]
    function = named(verb)
    shown = inspect.signature(function).parameters
    for one in options_of(noun):
        assert shown[one.name].default == one.default and one.text and one.usual
        assert f"    {one.name}: {one.help}" in function.__doc__
    assert not any(p.kind is p.VAR_KEYWORD for p in shown.values())


@each_verb
def test_no_front_door_takes_just_anything(verb: str) -> None:
    function = inspect.unwrap(named(verb))
    assert function.__annotations__["options"] == typing.Unpack[VERBS[verb][1]]


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., str]:
    """What mypy says of calls with these parts."""
    file, root = tmp_path / "calls.py", Path(__file__).parents[2]

    def said(**parts: str) -> str:
        file.write_text(CALLS.format(**parts))
        asked = [sys.executable, "-m", "mypy", "--config-file", root / "pyproject.toml", file]
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return said


@pytest.mark.slow
def test_mypy_refuses_an_option_that_there_is_not(checked) -> None:
    right = {"verb": "plan", "option": "test_size=0.3", "attribute": "is_integer()"}
    assert "Success" in checked(**right)
    for verb, option in (("train", "sed=1"), ("rank", "folds=5"), ("check", "seed='one'")):
        assert "Unexpected keyword" in checked(**{**right, "verb": verb, "option": option})
    assert "incompatible type" in checked(**{**right, "option": "seed='one'"})
    code = {**right, "attribute": "is_integer(); headstart.report('run').metrics.tset"}
    assert 'no attribute "tset"' in checked(**code)
