"""Commands that say what is here and what words mean."""

import json
import os
import subprocess
import sys

import pytest

from headstart.cli import execute


def said(capsys, *words: str, code: int = 0) -> str:
    assert execute(words) == code
    out = capsys.readouterr()
    return out.err if code else out.out


def test_headstart_alone_is_a_screen_of_at_most_twelve_lines(capsys) -> None:
    text = said(capsys)
    assert len(text.splitlines()) <= 12 and max(map(len, text.splitlines())) <= 100
    assert "headstart train" in text and "headstart help" in text


def test_help_is_of_all_commands_of_one_or_of_a_code(capsys) -> None:
    assert "predict" in said(capsys, "help")
    assert said(capsys, "help", "train") == said(capsys, "train", "--help")
    assert said(capsys, "help", "d105") == said(capsys, "explain", "D105")


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("help", "trian"), "headstart help train"),
        (("help", "qqqq"), "headstart help"),
        (("explain", "D1045"), "headstart explain D1"),
        (("explain", "?"), "headstart explain"),
        (("cache", "empty"), "headstart cache clear"),
        (("cache", "clear", "--keep", "much"), "5"),
    ],
)
def test_words_that_there_are_not_name_the_nearest(capsys, words, fix) -> None:
    assert fix in said(capsys, *words, code=2)


def test_explain_without_a_code_lists_all(capsys) -> None:
    assert "D104" in said(capsys, "explain")
    assert "D104" in json.loads(said(capsys, "explain", "--json"))
    assert json.loads(said(capsys, "explain", "D104", "--json"))["code"] == "D104"


def test_the_cache_is_shown_and_cleared(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    table = tmp_path / "tables" / ("a" * 24)
    table.mkdir(parents=True)
    (table / "index.sqlite").write_bytes(bytes(3_000_000))
    assert "3.0 MB" in said(capsys, "cache") and str(tmp_path) in said(capsys, "cache")
    assert json.loads(said(capsys, "cache", "--json"))["bytes"] == 3_000_000
    assert "left: 3.0 MB" in said(capsys, "cache", "clear", "--keep", "1GB")
    assert f"tables/{table.name}" in said(capsys, "cache", "clear") and not table.exists()
    assert json.loads(said(capsys, "cache", "clear", "--json"))["removed"] == []


def test_doctor_and_version_answer_in_words_and_json(capsys) -> None:
    assert "cores:" in said(capsys, "doctor")
    assert json.loads(said(capsys, "doctor", "--json"))["cores"] >= 1
    assert said(capsys, "version").startswith("headstart ")
    assert json.loads(said(capsys, "version", "--json"))["version"]


_COMPLETE = "import sys, headstart.cli as c\ntry: c.main()\nfinally: print('torch' in sys.modules)"


@pytest.mark.parametrize(
    ("typed", "word"), [("headstart tra", "train"), ("headstart train --strat", "--strategy")]
)
def test_shells_complete_commands_and_flags_without_pytorch(typed: str, word: str) -> None:
    asked = {"_HEADSTART_COMPLETE": "complete_bash", "COMP_WORDS": typed}
    asked["COMP_CWORD"] = str(typed.count(" "))
    command, environment = [sys.executable, "-c", _COMPLETE], {**os.environ, **asked}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert word in told.stdout.split() and "False" in told.stdout
