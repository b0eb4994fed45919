"""Every error code is in a test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from headstart import cli
from headstart.data import InMemory
from headstart.errors import HeadstartError
from headstart.modality.text import content_of
from headstart.run.candidate_ranking import _some
from headstart.run.settings import PretrainSettings
from headstart.run.units import bytes_in
from headstart.share.publication import need_target

ROOT = Path(__file__).parents[1]


def codes_in(folder: str, but: str = "") -> set[str]:
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name != but]
    quoted = r'"([DURMST]\d{3})"' if folder == "src" else r"\b([DURMST]\d{3})\b"
    return {code for path in files for code in re.findall(quoted, path.read_text())}


def test_every_code_has_a_test() -> None:
    here = Path(__file__)
    named = codes_in("tests", but=here.name) | {code for code, _ in [*EASY, *WORDS]}
    assert codes_in("src") - named == set()


EASY: list[tuple[str, Callable[[], object]]] = [
    ("U116", lambda: PretrainSettings.of()),
    ("U122", lambda: _some([])),
    ("U284", lambda: PretrainSettings.of(backbone="x", arch="resnet18")),
    ("U183", lambda: bytes_in("many")),
    ("U184", lambda: need_target("hf://nobody")),
    ("U185", lambda: need_target("https://example.org/model")),
    ("D191", lambda: content_of(InMemory("a", 3))),
]


WORDS = [("U321", "explain D9999"), ("U322", "cache fill"), ("U323", "help trian")]


@pytest.mark.parametrize(("code", "wrong"), EASY, ids=[code for code, _ in EASY])
def test_what_is_wrong_has_its_code_and_a_fix(code: str, wrong: Callable[[], object]) -> None:
    with pytest.raises(HeadstartError) as caught:
        wrong()
    assert caught.value.code == code and caught.value.fix


@pytest.mark.parametrize(("code", "words"), WORDS)
def test_wrong_words_of_a_command_have_their_code(code: str, words: str, capsys) -> None:
    assert cli.execute(words.split()) == 2
    assert f"error[{code}]" in capsys.readouterr().err
