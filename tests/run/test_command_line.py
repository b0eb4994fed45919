"""What somebody asked for, as a command."""

import shlex
from pathlib import Path

import numpy as np
from parsing import parsed

from headstart.data import InMemory, Pair, from_memory
from headstart.options import options_of
from headstart.run.command_line import rank_command, train_command, use_of
from headstart.run.settings import Settings


def test_what_was_asked_for_is_asked_again_with_something_changed() -> None:
    settings = Settings.of(strategy="probe", test_size=0.3, label="kind", offline=True)
    told = train_command("my photos", settings, folds=5)
    words = shlex.split(told)
    assert words[:3] == ["headstart", "train", "my photos"]
    assert "--folds 5" in told and "--test-size 0.3" in told and "--label kind" in told
    assert "--offline" in words and "--seed" not in words
    assert "--strategy full" in train_command("x", settings, strategy="full")


def test_ranking_keeps_what_it_takes_and_leaves_the_rest() -> None:
    settings = Settings.of(strategy="probe", label="kind", size=64)
    told = rank_command("photos", settings, backbones="a,b")
    assert told == "headstart rank photos --backbones a,b --size 64 --label kind"


def test_data_in_memory_has_a_word_for_it() -> None:
    assert train_command("", Settings()) == "headstart train DATA"


def test_any_settings_make_a_command_that_parses() -> None:
    asked = {"folds": 5, "compare": ("scratch",), "classes": ("low", "so, so"), "rate": 3e-4}
    asked |= {"label": "a b", "offline": True, "head": "ridge", "epochs": 3, "fetch": "5MB"}
    settings = Settings.of(**asked)
    found = parsed(train_command("my photos", settings))
    assert found["folds"] == 5 and found["rate"] == 3e-4 and found["label"] == "a b"
    assert found["classes"] == 'low,"so, so"' and found["offline"] is True
    again = Settings.of(**{k: v for k, v in found.items() if k in {o.name for o in
                        options_of(Settings)}})  # fmt: skip
    assert again.columns.order == settings.columns.order and again.compare == ("scratch",)


def test_what_a_model_is_asked_with_is_what_it_learned_from() -> None:
    texts = [InMemory("1", "some words"), InMemory("2", "others")]
    assert use_of(from_memory(texts, ["x", "y"]).examples) == '--text "…"'
    pairs = [InMemory("1", Pair("a", "b")), InMemory("2", Pair("c", "d"))]
    assert use_of(from_memory(pairs, ["x", "y"]).examples) == '--text "…" --second "…"'
    assert use_of(from_memory([Path("a.jpg"), Path("b.jpg")], ["x", "y"]).examples) == "FILES"
    assert use_of(from_memory(np.zeros((2, 4, 4)), ["x", "y"]).examples) == "FILES"
