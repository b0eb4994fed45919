"""How a model may be asked."""

import pytest

from headstart.errors import UsageError
from headstart.run.answer_settings import MOST_LOOKS, AnswerSettings


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"top": -1}, "U346"),
        ({"threshold": 0.0}, "U347"),
        ({"threshold": 1.0}, "U347"),
        ({"tta": 0}, "U348"),
        ({"tta": MOST_LOOKS + 1}, "U348"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        AnswerSettings(**asked)


@pytest.mark.parametrize(
    "asked", [{"top": 0}, {"top": 9}, {"threshold": 0.01}, {"threshold": 0.99}, {"tta": MOST_LOOKS}]
)
def test_what_is_just_within_is_taken(asked: dict) -> None:
    assert AnswerSettings(**asked)
