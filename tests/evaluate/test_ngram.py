"""What followed before, held against counting by hand."""

import numpy as np
import pytest

from headstart.evaluate.ngram import Followed

TEXTS = np.array([[1, 2, 3, -1], [1, 2, 4, 3], [2, 3, -1, -1]])


def test_shares_of_all_tokens_and_a_new_one_come_to_one() -> None:
    found = Followed(TEXTS)
    for before in ((-2, -2), (1, 2), (2, 4), (9, 9), (-2, 1)):
        shares = [found.share(before, token) for token in (1, 2, 3, 4, 99)]
        assert sum(shares) == pytest.approx(1)
        assert min(shares) > 0


def test_a_share_is_what_witten_and_bell_say() -> None:
    # behind (1, 2): 3 and 4, once each; behind 2: 3 twice, 4 once; alone: 3 of nine tokens
    alone = 3 / 10
    pair = (2 + 2 * alone) / (3 + 2)
    assert Followed(TEXTS).share((1, 2), 3) == pytest.approx((1 + 2 * pair) / (2 + 2))


def test_without_memory_a_token_is_as_likely_as_it_is_often() -> None:
    found = Followed(TEXTS, memory=0)
    assert [found.share((1, 2), token) for token in (1, 2, 3, 99)] == [0.2, 0.3, 0.3, 0.1]
    assert found.likeliest((1, 2)) == found.likeliest((9, 9)) == 2


def test_texts_are_judged_token_by_token() -> None:
    found = Followed(TEXTS)
    ((sure, nats, right, count),) = found.judged(np.array([[1, 2, 3]]))
    shares = [
        found.share(before, token) for before, token in (((-2, -2), 1), ((-2, 1), 2), ((1, 2), 3))
    ]
    assert nats == pytest.approx(-np.log(shares).sum()) and count == 3
    assert sure == pytest.approx(np.exp(-nats / 3))
    best = [max((1, 2, 3, 4), key=lambda t: found.share(b, t)) for b in ((-2, -2), (-2, 1), (1, 2))]
    assert right == sum(a == b for a, b in zip(best, (1, 2, 3), strict=True))
