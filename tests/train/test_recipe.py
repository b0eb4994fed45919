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


def test_another_seed_changes_nothing_else() -> None:
    assert Recipe(rate=1e-2).with_seed(3) == Recipe(rate=1e-2, seed=3)
