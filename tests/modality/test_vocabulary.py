"""A tokenizer learned from the texts themselves."""

from pathlib import Path

import pytest

from headstart.data import InMemory
from headstart.modality import Text, learned_vocabulary

TEXTS = ["The cat sleeps.", "A dog sleeps, the cat does not."] * 20

pytest.importorskip("tokenizers")


@pytest.fixture
def learned(tmp_path: Path) -> Text:
    return learned_vocabulary(TEXTS, tmp_path / "tokenizer.json", words=200)


def test_frequent_words_are_whole_and_lose_their_case(learned: Text) -> None:
    first, second = (learned.read(InMemory("x", text)) for text in ("the cat", "THE Cat"))
    assert len(first) == 4 and first.tolist() == second.tolist()  # and where it begins and ends


def test_what_is_left_can_be_shown(learned: Text) -> None:
    item = learned.read(InMemory("x", "the dog sleeps"))
    assert learned.show(item) == ("text/plain", b"the dog sleeps")


def test_letters_that_never_came_are_unknown(learned: Text) -> None:
    facts = dict(learned.look(InMemory("x", "the 猫 sleeps"))[0].facts)
    assert facts["unknown"] == 1


def test_one_that_is_there_is_taken(learned: Text) -> None:
    again = learned_vocabulary(["other texts"], learned.place, words=50)
    assert again == learned


def test_the_same_texts_give_the_same_tokens(learned: Text, tmp_path: Path) -> None:
    other = learned_vocabulary(TEXTS, tmp_path / "other.json", words=200)
    assert other.tokenizer == learned.tokenizer
