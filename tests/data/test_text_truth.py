import pytest

from headstart.data.text_truth import ManyTextTruth, OwnTextTruth, TextTruth, WordTagTruth


@pytest.mark.parametrize("kind", [TextTruth, ManyTextTruth, OwnTextTruth])
def test_texts_keep_their_kind_and_what_they_are_called(kind) -> None:
    truth = kind(("one", "two", "one"))
    taken = truth.take([2, 1])
    assert type(taken) is kind and taken.called == truth.called
    assert [taken.key(0), taken.written(1)] == ["one", "two"]
    assert truth.strata() == (0, 0, 0) and truth.counts([0]) == {}


def test_equal_texts_count_once_in_a_summary() -> None:
    assert ManyTextTruth(("a", "a", "b")).summary([0, 1, 2]) == (
        "2 different texts to write, 3 usable examples"
    )


def test_tags_of_words_are_written_with_blanks() -> None:
    truth = WordTagTruth((("O", "B-PER"), ("O",)))
    assert truth.written(0) == "O B-PER" and truth.take([1]).tags == (("O",),)
    assert truth.summary([0, 1]) == "2 different rows of tags, 2 usable examples"


def test_only_translations_may_differ_for_one_source() -> None:
    assert (TextTruth.contradicts, ManyTextTruth.contradicts) == (True, False)
    assert (TextTruth.least, OwnTextTruth.least) == (2, 0)
