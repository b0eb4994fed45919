from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from headstart.errors import BackboneError
from headstart.head import linear
from headstart.model import Model
from headstart.share.parity import TOLERANCE, Parity, need_parity, parity_of
from headstart.task import Regression

FINE = Parity(10, TOLERANCE, 10, "some runtime 1")


@pytest.fixture
def model(small_model: Model) -> Model:
    return small_model


def compared(model: Model, photos: Path, change: float) -> Parity:
    """With a file that answers as the model does, and gives the first class so much more."""
    pictures = sorted(photos.rglob("*.png"))[:4]

    def file(feed) -> np.ndarray:
        found = model.answers([feed["a"]])
        found[:, 0] += change
        return found

    return parity_of(model, file, lambda source: [{"a": source}], pictures, "r")


def test_a_file_that_answers_alike_is_alike(model, photos) -> None:
    assert compared(model, photos, 0.0) == Parity(4, 0.0, 4, "r")


def test_the_largest_difference_counts(model, photos) -> None:
    found = compared(model, photos, 2.0)
    assert found.largest == pytest.approx(2.0) and found.same < 4


def test_numbers_that_are_none_are_no_parity(model, photos) -> None:
    assert compared(model, photos, float("nan")).largest == np.inf


def test_values_are_compared_in_units_of_their_spread(model, photos) -> None:
    valued = replace(model, task=Regression(0.0, 100.0), head=linear(16, 1))
    found = compared(valued, photos, 2.0)
    assert found.largest == pytest.approx(0.02) and found.same == 4


def test_a_difference_that_rounding_explains_is_allowed() -> None:
    need_parity(FINE, [])


@pytest.mark.parametrize(
    "wrong",
    [
        replace(FINE, largest=TOLERANCE * 1.001),
        replace(FINE, same=9),
        replace(FINE, largest=np.inf),
    ],
)
def test_no_more_is_allowed(wrong) -> None:
    with pytest.raises(BackboneError, match="M704"):
        need_parity(wrong, [Path("a.png")])


def test_windows_of_one_recording_count_by_their_mean(model, photos) -> None:
    picture = sorted(photos.rglob("*.png"))[0]
    near = model.answers([picture])
    answers = iter([near + 0.1, near - 0.1])
    found = parity_of(model, lambda feed: next(answers), lambda s: [{}, {}], [picture], "r")
    assert found.largest < 1e-6
