"""Transcripts, held against enumeration and against jiwer."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.head import FrameHead, frames_needed
from headstart.task import CTC, spelled

pytest.importorskip("rapidfuzz")
TASK = CTC((" ", "a", "b"))
TEXTS = ["ab", "b a", "aab"]


def _scores(texts: list[str], moments: int = 12, sure: float = 8.0) -> torch.Tensor:
    """Each letter for one moment, silence between them and behind."""
    scores = torch.zeros(len(texts), moments, TASK.width + 1)
    scores[:, :, 0] = sure
    for row, text in zip(scores, texts, strict=True):
        row[:, -1] = 1
        for place, letter in enumerate(text):
            row[2 * place, 0], row[2 * place, TASK.classes.index(letter) + 1] = 0, sure
    return scores


@pytest.mark.parametrize("beam", [1, 8])
def test_letters_come_back_as_they_were_said(beam: int) -> None:
    answers = CTC(TASK.classes, beam).answers(_scores(TEXTS)).numpy()
    assert TASK.texts_of(answers) == TEXTS
    assert TASK.belief(answers) == pytest.approx(np.full(3, 0.999), abs=2e-3)
    assert TASK.text(answers[1]) == "b a"


def test_moments_that_are_not_there_say_nothing() -> None:
    scores = _scores(["ab", "ba"])
    scores[1, 2:, -1] = 0
    assert TASK.texts_of(TASK.answers(scores).numpy()) == ["ab", "b"]


def test_the_search_finds_the_likeliest_transcript_of_all() -> None:
    scores = torch.randn(20, 5, 4, generator=torch.Generator().manual_seed(1)) * 1.5
    scores[..., -1] = 1
    task = CTC(("a", "b"), beam=200)
    for row, found in zip(scores, task.texts_of(task.answers(scores).numpy()), strict=True):
        chances: dict[str, float] = {}
        shares = row[:, :3].softmax(dim=1).numpy()
        for path in product(range(3), repeat=5):
            letters = [p for i, p in enumerate(path) if p and (i == 0 or path[i - 1] != p)]
            text = "".join("ab"[p - 1] for p in letters)
            chances[text] = chances.get(text, 0) + float(np.prod(shares[range(5), path]))
        assert chances[found] == pytest.approx(max(chances.values()), rel=1e-3)


def test_greedy_can_miss_what_the_search_finds() -> None:
    shares = torch.tensor([[0.4, 0.35, 0.25], [0.4, 0.35, 0.25]])  # "", or "a" in three ways
    scores = torch.cat([shares.log(), torch.ones(2, 1)], dim=1)[None]
    found = [CTC(("a", "b"), beam).answers(scores).numpy() for beam in (1, 8)]
    assert [CTC(("a", "b")).texts_of(one) for one in found] == [[""], ["a"]]


def test_the_loss_is_that_of_all_ways_to_say_it() -> None:
    scores = torch.randn(1, 3, 4, generator=torch.Generator().manual_seed(2))
    scores[..., -1] = 1
    task, shares = CTC(("a", "b")), scores[0, :, :3].softmax(dim=1)
    whole = sum(
        float(shares[range(3), path].prod())
        for path in product(range(3), repeat=3)
        if [p for i, p in enumerate(path) if p and (i == 0 or path[i - 1] != p)] == [1, 2]
    )
    loss = task.loss(scores, task.codes(["ab"]))
    assert float(loss) == pytest.approx(-np.log(whole) / 2, rel=1e-5)


def test_what_has_no_room_counts_nothing() -> None:
    scores = torch.randn(1, 2, 4)
    scores[..., -1] = 1
    assert float(CTC(("a", "b")).loss(scores, TASK.codes(["aa"]))) == 0


words = st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_error_rates_are_those_of_jiwer(pairs: list[tuple[str, str]]) -> None:
    jiwer = pytest.importorskip("jiwer")
    true, told = ([pair[side] for pair in pairs] for side in (0, 1))
    task = CTC.of(true + told)
    sure = torch.ones(len(told), 1)
    answers = torch.cat([sure, task.codes(told).float()], dim=1).numpy()
    labels = task.codes(true).numpy()
    assert 1 - task.merit(answers, labels).mean() == pytest.approx(jiwer.wer(true, told))
    assert task.losses(answers, labels).mean() == pytest.approx(jiwer.cer(true, told))
    assert task.correct(answers, labels).tolist() == [a == b for a, b in pairs]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Hello, WORLD!", "hello world"), ("don’t -- stop", "don't stop"), ("  ", ""),
     ("Straße Ⅷ", "strasse viii"), ("a - b", "a b"), ("नमस्ते!", "नमस्ते")],
)  # fmt: skip
def test_transcripts_are_spelled_by_rule(text: str, plain: str) -> None:
    assert spelled(text) == plain


def test_letters_that_were_not_learned_are_left_out() -> None:
    assert TASK.texts(TASK.codes(["a zebra"]).numpy()) == ["a ba"]


def test_a_letter_said_twice_needs_a_moment_between() -> None:
    assert frames_needed(TASK.codes(["ab", "aab", "bbb"])).tolist() == [2, 4, 5]


def test_a_moment_can_hold_several_letters() -> None:
    head, rows = FrameHead(3, 4, 2), torch.ones(2, 5, 4)
    rows[1, 3:, -1] = 0
    scores = head(rows)
    assert scores.shape == (2, 10, 5) and scores[1, :, -1].tolist() == [1.0] * 6 + [0.0] * 4
