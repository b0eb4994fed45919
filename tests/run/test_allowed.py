"""What a task rules out is said before anything is computed."""

import pytest

from headstart.errors import DataError, UsageError
from headstart.modality import Look
from headstart.run.allowed import need_allowed, need_short
from headstart.task import Classification, TokenClassification
from headstart.train import strategy_of


class Writing(Classification):
    writes = coded_rows = True


CLASSES, TAGS, TEXTS = Classification(("a",)), TokenClassification(("O",)), Writing(("a",))


@pytest.mark.parametrize(
    ("task", "strategy", "code"),
    [
        (TAGS, "probe:all", "U154"),
        (TAGS, "contrast", "U154"),
        (TEXTS, "probe:all", "U156"),
        (TEXTS, "contrast", "U156"),
        (TEXTS, "ulmfit", "U156"),
    ],
)
def test_what_has_one_row_for_everything_gives_no_row_of_answers(
    tiny, task, strategy, code
) -> None:
    with pytest.raises(UsageError, match=code):
        need_allowed(strategy_of(strategy), task, tiny)


@pytest.mark.parametrize("task", [CLASSES, TAGS, TEXTS])
def test_whatever_follows_from_the_data_is_allowed(tiny, task) -> None:
    need_allowed(None, task, tiny)
    need_allowed(strategy_of("unfreeze:1"), task, tiny)


@pytest.mark.parametrize("strategy", ["probe:all", "contrast"])
def test_classes_go_by_one_row(tiny, strategy) -> None:
    need_allowed(strategy_of(strategy), CLASSES, tiny)


@pytest.mark.parametrize(("seconds", "fine"), [(4.0, True), (4.01, False)])
def test_recordings_are_heard_from_end_to_end_up_to_so_many_seconds(seconds, fine) -> None:
    looks = [Look("x", "x", (), (("seconds", seconds),))]
    if fine:
        need_short(looks, [0], 4.0)
        return
    with pytest.raises(DataError, match="D211"):
        need_short(looks, [0], 4.0)


def test_more_stages_than_there_are_cannot_learn(tiny) -> None:
    need_allowed(strategy_of(f"unfreeze:{tiny.depth}"), CLASSES, tiny)
    with pytest.raises(UsageError, match="U324") as caught:
        need_allowed(strategy_of(f"unfreeze:{tiny.depth + 1}"), CLASSES, tiny)
    assert "--strategy full" in caught.value.fix
