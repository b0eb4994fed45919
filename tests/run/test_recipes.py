"""What a strategy learns by, and how often it goes over the rows."""

import pytest

from headstart.backbone import Backbone, load_backbone
from headstart.run import recipe_of
from headstart.run.recipes import passes_of
from headstart.task import CTC, Classification
from headstart.train import Full, Probe, Scratch, Strategy, Ulmfit, Unfreeze

TASK = Classification(("a", "b"))


@pytest.fixture
def recurrent() -> Backbone:
    return load_backbone("headstart_lstm")


@pytest.mark.parametrize(
    ("strategy", "rows", "passes"),
    [(Full(), 100, 20 + 3 * 5), (Ulmfit(), 100, 12 + 3 * 3), (Scratch(), 100, 40 + 3 * 10)],
)
def test_passes_are_epochs_and_the_rates_that_are_tried(
    strategy: Strategy, rows: int, passes: int, recurrent: Backbone
) -> None:
    assert passes_of(strategy, recurrent, TASK, rows) == passes


def test_convolutions_try_other_rates_where_there_are_many_rows(tiny: Backbone) -> None:
    assert [passes_of(Unfreeze(1), tiny, TASK, rows) for rows in (100, 10_000)] == [21, 24]


def test_a_transcript_takes_longer_than_a_class(tiny: Backbone) -> None:
    spoken = recipe_of(Probe(), tiny, CTC(("a",)))
    assert spoken.epochs > recipe_of(Probe(), tiny, TASK).epochs and spoken.views is None
