import pytest

from headstart.errors import UsageError
from headstart.train import Recipe


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rate": 0.0}, "U103"),
        ({"rate": float("nan")}, "U103"),
        ({"epochs": 0}, "U104"),
        ({"batch": 1}, "U104"),
    ],
)
def test_settings_that_train_nothing_are_refused(wrong: dict[str, float], code: str) -> None:
    assert Recipe(rate=1e-9, epochs=1, batch=2)  # the least that trains something
    with pytest.raises(UsageError, match=code):
        Recipe(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("best", "gradual", "end"),
    [(0, False, 3), (4, False, 7), (7, False, 10), (8, False, 10), (4, True, 8), (6, True, 9)],
)
def test_training_ends_after_its_patience_or_its_last_epoch(
    best: int, gradual: bool, end: int
) -> None:
    """Of ten epochs; where stages begin to learn until the fifth, none before that counts."""
    assert Recipe(epochs=10, patience=3, gradual=gradual).ends_after(best) == end


def test_each_epoch_is_expected_to_be_the_best_as_often() -> None:
    """A patience of all epochs ends nothing early; one epoch's ends half of what it could."""
    assert Recipe(epochs=12, patience=12).expected_epochs == 12
    assert Recipe(epochs=5, patience=1).expected_epochs == (2 + 3 + 4 + 5 + 5) / 5
    assert Recipe(epochs=60, patience=12).expected_epochs == pytest.approx(41.2)


def test_another_seed_changes_nothing_else() -> None:
    assert Recipe(rate=1e-2).with_seed(3) == Recipe(rate=1e-2, seed=3)
