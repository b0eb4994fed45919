"""Packages that open what they list on first use."""

import importlib
import sys
from pathlib import Path

import pytest

INIT = """
from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from {name}.heavy import heavy, shown as seen

__all__ = ["heavy", "seen"]

lazy.attach(__name__)
"""
HEAVY = "import {name}.inner\n\ndef heavy():\n    return 1\n\nshown = 2\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"lazily_{tmp_path.name}"
    (tmp_path / name).mkdir()
    for file, text in (("__init__", INIT), ("heavy", HEAVY), ("inner", "")):
        (tmp_path / name / f"{file}.py").write_text(text.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_nothing_is_imported_until_a_name_is_asked_for(package: str) -> None:
    made = importlib.import_module(package)
    assert f"{package}.heavy" not in sys.modules
    assert made.seen == 2 and f"{package}.heavy" in sys.modules


def test_a_function_is_not_hidden_by_the_module_of_its_name(package: str) -> None:
    made = importlib.import_module(package)
    importlib.import_module(f"{package}.heavy")
    assert made.heavy() == 1 and made.inner is sys.modules[f"{package}.inner"]


def test_a_name_that_is_not_listed_is_told_with_those_that_are(package: str) -> None:
    made = importlib.import_module(package)
    with pytest.raises(AttributeError, match="has no 'heavi'; it has heavy, seen"):
        made.heavi  # noqa: B018
    assert {"heavy", "seen"} <= set(dir(made))


def test_anything_but_a_module_can_be_put_in_the_place_of_a_name(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = importlib.import_module(package)
    monkeypatch.setattr(made, "heavy", 3)
    assert made.heavy == 3
