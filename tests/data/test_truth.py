import copy
import json

import pytest

from headstart.data import ClassTruth, Seal, SealedError, TagTruth, ValueTruth, WordTagTruth
from headstart.data.text_truth import ManyTextTruth, OwnTextTruth, TextTruth
from headstart.data.truth import SealedTruth

CLASSES = ClassTruth(("cat", "dog"), (1, 0, 1))
TAGS = TagTruth(("red", "round", "sour"), ((1, 0), (0, 1), (), (2, 0)))
VALUES = ValueTruth((1.0, 1.0, 2.5), ("1", "1.0", "2.5"))
TEXTS = TextTruth(("one", "two", "one"))
WORDS = WordTagTruth((("O", "B-PER"), ("O",)))
EVERY = [CLASSES, TAGS, VALUES, TEXTS, ManyTextTruth(("a", "b")), OwnTextTruth(("a",)), WORDS]


@pytest.mark.parametrize("truth", EVERY, ids=lambda truth: type(truth).__name__)
def test_rows_that_are_taken_are_the_same_truths_of_the_same_shape(truth) -> None:
    rows = [len(truth) - 1, 0]
    taken = truth.take(rows)
    assert type(taken) is type(truth) and taken.names == truth.names
    assert [taken.key(i) for i in (0, 1)] == [truth.key(row) for row in rows]
    assert [taken.written(i) for i in (0, 1)] == [truth.written(row) for row in rows]


@pytest.mark.parametrize("truth", EVERY, ids=lambda truth: type(truth).__name__)
def test_keys_can_be_written_down_and_strata_are_one_an_example(truth) -> None:
    json.dumps([truth.key(row) for row in range(len(truth))])
    assert len(list(truth.strata())) == len(truth)


def test_tags_in_another_order_are_the_same_truth() -> None:
    assert TAGS.key(0) == TAGS.key(1) and TAGS.key(0) != TAGS.key(3)
    assert TAGS.written(0) == "round;red"


def test_a_value_is_the_same_however_it_is_written() -> None:
    assert VALUES.key(0) == VALUES.key(1) and VALUES.written(1) == "1.0"


def test_the_stratum_of_tags_is_the_rarest() -> None:
    assert TAGS.strata() == (2, 2, 0, 3)


def test_names_are_counted_whether_a_row_has_them_or_not() -> None:
    assert CLASSES.counts([1]) == {"cat": 1, "dog": 0}
    assert TAGS.counts([0, 3]) == {"red": 2, "round": 1, "sour": 1}
    assert TEXTS.counts([0]) == {}


def test_a_summary_says_what_there_is() -> None:
    assert CLASSES.summary([0, 1, 2]) == "2 classes, 3 usable examples: dog 2, cat 1"
    assert VALUES.summary([0, 2]) == "values from 1 to 2.5, median 1.75, 2 usable examples"
    assert TEXTS.summary([0, 1, 2]) == "2 different transcripts, 3 usable examples"
    assert WORDS.summary([0, 1]) == "2 different rows of tags, 2 usable examples"
    assert OwnTextTruth(("a",)).summary([0]) == "1 usable examples"


@pytest.mark.parametrize(("count", "more"), [(8, False), (9, True)])
def test_eight_classes_are_named_in_a_summary(count: int, more: bool) -> None:
    truth = ClassTruth(tuple(map(str, range(count))), tuple(range(count)))
    assert ("and 1 more" in truth.summary(range(count))) is more


def test_translations_may_differ_and_transcripts_may_not() -> None:
    assert TextTruth.contradicts and not ManyTextTruth.contradicts
    assert (CLASSES.least, OwnTextTruth.least) == (2, 0)


@pytest.mark.parametrize("truth", EVERY, ids=lambda truth: type(truth).__name__)
def test_a_closed_row_says_nothing(truth) -> None:
    closed = SealedTruth(truth, Seal([0]))
    asks = [closed.key, closed.written, lambda row: closed.take([row]),
            lambda row: closed.strata()[row]]  # fmt: skip
    for ask in asks:
        with pytest.raises(SealedError):
            ask(0)
    assert closed.names == truth.names and len(closed) == len(truth)


def test_open_rows_are_read_through_a_seal_and_all_rows_after_it_is_opened() -> None:
    seal = Seal([0])
    closed = SealedTruth(CLASSES, seal)
    assert closed.take([2, 1]) == CLASSES.take([2, 1]) and closed.written(1) == "cat"
    seal.open()
    assert closed.take([0]) == CLASSES.take([0])


def test_sealed_truths_are_not_copied() -> None:
    with pytest.raises(SealedError):
        copy.copy(SealedTruth(CLASSES, Seal([0])))
