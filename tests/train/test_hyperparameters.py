"""What somebody may ask of training, with every bound just under and just over it."""

import math

import pytest

from headstart.errors import UsageError
from headstart.head import HEADS
from headstart.train.hyperparameters import AS_USUAL, Hyperparameters

REFUSED = [
    ("U165", {"epochs": 0}),
    ("U165", {"epochs": 10_001}),
    ("U165", {"batch": 1}),
    ("U165", {"batch": 65_537}),
    ("U165", {"patience": 0}),
    ("U165", {"patience": 10_001}),
    ("U166", {"rate": 0.0}),
    ("U166", {"rate": -1e-9}),
    ("U166", {"rate": 1.0000001}),
    ("U166", {"rate": math.nan}),
    ("U167", {"weight_decay": -1e-9}),
    ("U167", {"weight_decay": 1.0}),
    ("U167", {"weight_decay": math.nan}),
    ("U168", {"augment": "crops"}),
    ("U168", {"augment": "crop,colour"}),
    ("U168", {"augment": ","}),
    ("U168", {"augment": ""}),
    ("U169", {"augment": "none,crop"}),
    ("U169", {"augment": "masks,flip"}),
    ("U112", {"head": "lgistic"}),
]
TAKEN = [
    {"epochs": 1, "batch": 2, "patience": 1},
    {"epochs": 10_000, "batch": 65_536, "patience": 10_000},
    {"rate": 1e-9, "weight_decay": 0.0},
    {"rate": 1.0, "weight_decay": 0.999},
    {"augment": "none"},
    {"augment": "masks"},
    {"augment": "flip, crop,color"},
]


@pytest.mark.parametrize(("code", "wrong"), REFUSED)
def test_what_makes_no_sense_is_refused_with_what_mends_it(code, wrong) -> None:
    with pytest.raises(UsageError) as error:
        Hyperparameters(**wrong)
    assert error.value.code == code
    flag, value = error.value.fix.removeprefix("--").split()
    kind = type(next(iter(wrong.values())))
    Hyperparameters(**{flag.replace("-", "_"): value if kind is str else kind(float(value))})


@pytest.mark.parametrize("right", TAKEN)
def test_what_is_just_inside_the_bounds_is_taken(right) -> None:
    assert Hyperparameters(**right).asked == right


def test_nothing_asked_is_nothing_and_a_head_is_not_training() -> None:
    assert AS_USUAL.asked == {} == Hyperparameters(head="ridge").asked
    assert Hyperparameters(augment="flip, crop").varied == ("flip", "crop")


def test_the_heads_that_can_be_asked_for_are_those_that_are_fitted() -> None:
    for name in HEADS:
        assert Hyperparameters(head=name).head == name
