"""Words that were learned from weigh in where letters are heard badly."""

import math
from itertools import product

import pytest
import torch

from headstart.head.lexicon import Lexicon, words_in
from headstart.task import CTC

pytest.importorskip("rapidfuzz")
DIGITS = ["seven", "seven", "nine", "nine", "five", "five"]


def test_shares_of_words_come_to_one() -> None:
    found = Lexicon.of((("a", 2), ("ab", 1), ("b", 1)), 2)
    spoken = ["".join(letters) for n in range(12) for letters in product("ab", repeat=n)]
    assert sum(math.exp(found.ended(word)) for word in spoken) == pytest.approx(1, abs=0.02)
    assert math.exp(found.begun("")) == pytest.approx(1)
    known = sum(math.exp(found.ended(word)) for word in spoken if word.startswith("a"))
    assert math.exp(found.begun("a")) == pytest.approx(known, abs=0.02)


def test_where_most_words_were_seen_once_a_new_one_is_likely() -> None:
    few = Lexicon.of(words_in(DIGITS * 50), 10)
    many = Lexicon.of(words_in(["one two three four five six seven"]), 12)
    assert few.new < 0.01
    assert many.new > 0.5


def _heard(task: CTC, text: str, doubt: dict[int, str]) -> torch.Tensor:
    """Scores of a text, letter by letter; at some places another letter is likelier."""
    scores = torch.zeros(1, 2 * len(text), task.width + 1)
    scores[..., -1], scores[..., 0] = 1, 8.0
    for place, letter in enumerate(text):
        row = scores[0, 2 * place]
        row[0], row[task.classes.index(letter) + 1] = 0, 8.0
        if place in doubt:
            row[task.classes.index(doubt[place]) + 1] = 10.0
    return scores


def test_a_known_word_wins_over_one_that_nobody_said() -> None:
    task = CTC.of(DIGITS)
    scores = _heard(task, "seven", {2: "f"})
    plain = CTC(task.classes)
    assert plain.texts_of(plain.answers(scores).numpy()) == ["sefen"]
    assert task.texts_of(task.answers(scores).numpy()) == ["seven"]


def test_what_is_clear_is_said_though_it_is_new() -> None:
    task = CTC.of(["one two", "six ten", "ten one"])
    scores = _heard(task, "nest tone", {}) * 3
    scores[..., -1] = 1
    assert task.texts_of(task.answers(scores).numpy()) == ["nest tone"]


def test_words_after_words_are_weighed_each() -> None:
    task = CTC.of(["seven nine"] * 4 + ["five five"] * 4)
    scores = _heard(task, "seven five nine", {2: "f", 8: "v", 13: "i"})
    assert task.texts_of(task.answers(scores).numpy()) == ["seven five nine"]
