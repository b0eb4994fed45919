import numpy as np
import pytest
import sacrebleu

from headstart.task.bleu import bleu_lead, bleu_of, bleu_records, counts_of

TRUE = ["a man is riding a brown horse", "two dogs run in the snow", "she sings", "rain falls"]
SAID = ["a man rides a brown horse", "two dogs run in the snow", "she sings", "it is dry"]


def test_all_rows_together_are_what_sacrebleu_says() -> None:
    counts = counts_of(SAID, TRUE)
    assert counts.shape == (4, 10)
    expected = sacrebleu.corpus_bleu(SAID, [TRUE]).score / 100
    assert bleu_of(counts) == pytest.approx(expected)


def test_any_choice_of_rows_is_what_sacrebleu_says_of_it() -> None:
    rows = np.array([1, 1, 0])
    expected = sacrebleu.corpus_bleu([SAID[i] for i in rows], [[TRUE[i] for i in rows]]).score
    assert bleu_of(counts_of(SAID, TRUE)[rows]) == pytest.approx(expected / 100)


def test_texts_lead_themselves_by_nothing() -> None:
    lead = bleu_lead(counts_of(SAID, TRUE), counts_of(SAID, TRUE))
    assert lead.value == lead.low == lead.high == 0


def test_every_arm_is_held_against_ours() -> None:
    found = bleu_records({"ours": TRUE, "other": SAID}, TRUE, "ours")
    assert found["ours"]["bleu"] == pytest.approx(1) and found["other"]["bleu"] < 1
    assert found["other"]["bleu_behind_by"]["value"] > 0
