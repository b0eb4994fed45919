"""The words that `--head` takes are the heads that can be fitted."""

from headstart.head import choice, kinds


def test_every_word_is_a_head_and_every_head_has_a_word() -> None:
    assert tuple(choice.HEADS) == kinds.HEADS
    assert [choice.HEADS[name].__name__ for name in kinds.HEADS] == [
        f"fit_{name}" for name in kinds.HEADS
    ]
