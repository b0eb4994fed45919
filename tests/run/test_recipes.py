"""What a strategy learns by, and how often it goes over the rows."""

from dataclasses import replace

import pytest

from headstart.backbone import Backbone, load_backbone
from headstart.errors import UsageError
from headstart.modality import Augmentation, Masks, Sound
from headstart.options import options_of
from headstart.run import Settings, recipe_of
from headstart.run.recipes import BOX_BATCH, BOX_VIEWS, expected_passes, need_fitting, passes_of
from headstart.task import (
    CTC,
    Classification,
    Detection,
    LanguageModeling,
    Seq2Seq,
    TokenClassification,
)
from headstart.train import Full, Hyperparameters, Probe, Scratch, Strategy, Ulmfit, Unfreeze

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


def test_a_search_is_expected_in_full_and_training_until_its_patience_ends(
    recurrent: Backbone, tiny: Backbone
) -> None:
    """20 epochs of patience 6, 15.45 in the mean, after 15 of the search; boxes never stop."""
    assert expected_passes(Full(), recurrent, TASK, 100) == pytest.approx(15.45 + 15)
    boxes = Hyperparameters(patience=2)
    assert expected_passes(Full(), tiny, Detection(("a",)), 100, boxes) == passes_of(
        Full(), tiny, Detection(("a",)), 100, boxes
    )


def test_convolutions_try_other_rates_where_there_are_many_rows(tiny: Backbone) -> None:
    assert [passes_of(Unfreeze(1), tiny, TASK, rows) for rows in (100, 10_000)] == [21, 24]


def test_a_transcript_takes_longer_than_a_class(tiny: Backbone) -> None:
    spoken = recipe_of(Probe(), tiny, CTC(("a",)))
    assert spoken.epochs > recipe_of(Probe(), tiny, TASK).epochs and spoken.views is None


def test_boxes_are_learned_in_small_steps(tiny: Backbone) -> None:
    found = [recipe_of(strategy, tiny, Detection(("a",))) for strategy in (Probe(), Full())]
    assert [(one.batch, one.epochs) for one in found] == [(BOX_BATCH, 20), (BOX_BATCH, 12)]
    assert all(one.views == BOX_VIEWS for one in found)


@pytest.mark.parametrize("strategy", [Full(), Scratch(), Unfreeze(1), Ulmfit()])
def test_what_was_asked_for_holds_for_every_arm_that_is_trained(
    strategy: Strategy, tiny: Backbone
) -> None:
    asked = Hyperparameters(
        epochs=3, rate=0.02, batch=9, patience=2, weight_decay=0.3, augment="flip"
    )
    found = recipe_of(strategy, tiny, TASK, 5, asked)
    assert (found.epochs, found.rate, found.batch, found.patience, found.seed) == (3, 0.02, 9, 2, 5)
    assert found.restraint.weight_decay == 0.3
    assert found.views == Augmentation(crop=(1.0, 1.0), flip=True, color=0.0)
    assert passes_of(strategy, tiny, TASK, 100, asked) == 3  # no rate is tried


def test_examples_are_varied_as_asked_or_not_at_all(tiny: Backbone) -> None:
    given = {word: recipe_of(Full(), tiny, TASK, 0, Hyperparameters(augment=word)).views
             for word in ("none", "crop,color", "masks")}  # fmt: skip
    usual = recipe_of(Full(), tiny, TASK).views
    assert given == {"none": None, "crop,color": usual, "masks": Masks()} and usual is not None


def test_variation_is_of_the_kind_that_things_can_have(tiny: Backbone) -> None:
    for word, modality in (("masks", tiny.modality), ("crop", Sound())):
        settings = Settings.of(strategy="full", augment=word)
        with pytest.raises(UsageError, match=rf"--augment {word} is not for") as error:
            need_fitting(settings, modality, Classification)
        assert error.value.code == "U171"
        fixed = error.value.fix.removeprefix("--augment ").split(", or")[0]
        need_fitting(Settings.of(strategy="full", augment=fixed), modality, Classification)


def test_what_is_for_training_is_refused_where_nothing_is_trained(tiny: Backbone) -> None:
    probe = Settings.of(strategy="probe", weight_decay=0.1)
    with pytest.raises(UsageError, match="--weight-decay applies to trained networks") as error:
        need_fitting(probe, tiny.modality, Classification)
    assert error.value.code == "U170"
    need_fitting(probe, tiny.modality, CTC)  # a probe of letters is trained
    need_fitting(replace(probe, compare=("scratch",)), tiny.modality, Classification)
    need_fitting(Settings.of(strategy="probe", head="ridge"), tiny.modality, Classification)
    need_fitting(Settings.of(weight_decay=0.1), tiny.modality, Classification)


def test_the_help_tells_the_epochs_and_the_patience_that_there_are(
    tiny: Backbone, recurrent: Backbone
) -> None:
    kinds = [tiny, recurrent, replace(tiny, modality=Sound())]
    plain = [
        recipe_of(s, b, TASK) for s in (Full(), Scratch(), Ulmfit(), Unfreeze(1)) for b in kinds
    ]
    plain += [recipe_of(Full(), replace(tiny, modality=recurrent.modality), TASK)]
    own = [
        task.schedule(object.__new__(task), probe=probe)
        for task in (CTC, Seq2Seq, TokenClassification, LanguageModeling)
        for probe in (False, True)
    ]
    for at, name in enumerate(("epochs", "patience")):
        every = {getattr(recipe, name) for recipe in plain} | {one[at] for one in own if one}
        (told,) = (one.usual for one in options_of(Settings) if one.name == name)
        assert told == f"by strategy: {min(every)} to {max(every)}"
