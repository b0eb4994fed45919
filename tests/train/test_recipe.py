import pytest

from headstart.errors import UsageError
from headstart.train import Recipe


@pytest.mark.parametrize(
    "wrong", [{"rate": 0.0}, {"rate": float("nan")}, {"epochs": 0}, {"batch": 1}]
)
def test_settings_that_train_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_another_seed_changes_nothing_else() -> None:
    assert Recipe(rate=1e-2).with_seed(3) == Recipe(rate=1e-2, seed=3)
