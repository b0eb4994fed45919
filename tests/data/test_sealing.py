import copy

import pytest

from headstart.data.sealing import Seal, SealedError, SealedStrata


def test_a_closed_label_cannot_be_read_and_an_open_one_can():
    seal = Seal([1, 3])
    labels = SealedStrata((5, 6, 7, 8), seal)
    assert (labels[0], labels[2], labels[-2], len(labels)) == (5, 7, 7, 4)
    for early in (lambda: labels[1], lambda: labels[-1], lambda: list(labels)):
        with pytest.raises(SealedError):
            early()
    assert seal.asked == 3


def test_closed_labels_are_not_written_down():
    with pytest.raises(SealedError):
        copy.copy(SealedStrata((5, 6, 7), Seal([1])))


def test_the_examination_opens_all_at_once_and_only_once():
    seal = Seal([1])
    labels = SealedStrata((5, 6), seal)
    seal.open()
    assert list(labels) == [5, 6] and labels[1] == 6 and seal.asked == 0
    with pytest.raises(SealedError):
        seal.open()


def test_where_nothing_is_closed_nothing_is_refused():
    seal = Seal()
    seal.open()
    seal.open()
    assert list(SealedStrata((1, 2), Seal())) == [1, 2]
