"""Texts that are written, and how good they are."""

import numpy as np
import pytest
import torch
from language import save_network

from headstart.backbone import load_backbone
from headstart.task import Seq2Seq, SpeechToText, overlap
from headstart.task.bleu import bleu_lead, bleu_of, counts_of

pytest.importorskip("transformers")


sacrebleu = pytest.importorskip("sacrebleu")


T5 = {
    "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4, "eos_token_id": 3,
    "pad_token_id": 0,
}  # fmt: skip


TEXTS = ["the cat runs", "a very good film", "it was not bad"]


SAID = ["the dog runs", "a very good film", "they was bad"]


@pytest.fixture(scope="module")
def task(tmp_path_factory) -> Seq2Seq:
    folder = save_network(tmp_path_factory.mktemp("hub") / "t5", "t5", **T5)
    return Seq2Seq(load_backbone(str(folder)).writer)


def test_codes_are_what_texts_are(task: Seq2Seq) -> None:
    codes = task.codes(TEXTS)
    assert task.texts(codes.numpy()) == TEXTS
    assert task.texts_of(task.answered(SAID)) == SAID
    assert (codes == -1).any() and not (codes[1] == -1).any()


def test_merit_is_the_letters_they_share(task: Seq2Seq) -> None:
    merit = task.merit(task.answered(SAID), task.codes(TEXTS).numpy())
    score = sacrebleu.metrics.CHRF(eps_smoothing=True).sentence_score
    expected = [score(a, [b]).score / 100 for a, b in zip(SAID, TEXTS, strict=True)]
    np.testing.assert_allclose(merit, expected)
    assert merit[1] == 1 and merit[0] < 1


def test_loss_is_that_of_the_tokens_there_are(task: Seq2Seq) -> None:
    labels = task.codes(TEXTS)
    scores = torch.randn(3, labels.shape[1], 40, generator=torch.Generator().manual_seed(0))
    each = [-scores[i, j].log_softmax(-1)[labels[i, j]] for i, j in (labels >= 0).nonzero()]
    torch.testing.assert_close(task.loss(scores, labels), torch.stack(each).mean())


def test_bleu_of_all_rows_is_sacrebleus() -> None:
    counted = counts_of(SAID * 3, TEXTS * 3)
    expected = sacrebleu.corpus_bleu(SAID * 3, [TEXTS * 3]).score / 100
    assert bleu_of(counted) == pytest.approx(expected)


def test_a_lead_in_bleu_is_of_the_same_rows() -> None:
    good, bad = counts_of(TEXTS * 9, TEXTS * 9), counts_of(SAID * 9, TEXTS * 9)
    found = bleu_lead(good, bad)
    assert found.value == pytest.approx(bleu_of(good) - bleu_of(bad)) and found.low > 0
    assert bleu_lead(bad, bad).high == 0


def test_what_is_dictated_is_judged_by_words(task: Seq2Seq) -> None:
    heard = SpeechToText(task.writer)
    merit = heard.merit(heard.answered(SAID), heard.codes(TEXTS).numpy())
    assert merit.mean() == pytest.approx(1 - 3 / 11)
    assert heard.letters_wrong(heard.answered(SAID), heard.codes(SAID).numpy()).sum() == 0


def test_overlap_is_of_words_in_order() -> None:
    assert overlap("a b c", "a x c") == pytest.approx(2 / 3)
    assert overlap("", "a") == 0 and overlap("A b", "a, B!") == 1
