"""Which pace a strategy and a network call for."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from headstart.backbone import Architecture, Backbone, build, load_backbone
from headstart.head import BoxHead, FrameHead, linear
from headstart.train import (
    Full,
    Gradual,
    Hyperparameters,
    LowRank,
    Probe,
    Recipe,
    Scratch,
    Unfreeze,
)
from headstart.train import rates as module
from headstart.train.rates import (
    BIT_RATES,
    FEW_RATES,
    FRESH_RATES,
    LOCATING_RATE,
    MANY,
    RATES,
    SLOWER,
    TAUGHT_RATE,
    convolutional,
    paced,
)
from headstart.train.recipe import BIT, EVEN, Schedule


def _paced(strategy, network: nn.Module, rows: int = 1000, kind: str = "image"):
    return paced(strategy, Recipe(), network, linear(8, 2), rows=rows, kind=kind)


def test_too_few_steps_for_the_rule_of_bit_are_made_by_adam(tiny: Backbone) -> None:
    plan, rates = _paced(Full(), tiny.stages, rows=799)  # 20 epochs of 25 batches
    assert (plan.pace, rates) == (Schedule(), FRESH_RATES) and plan.restraint.still
    assert _paced(Full(), tiny.stages, rows=800)[1] == BIT_RATES


@pytest.mark.parametrize("strategy", [Full(), Unfreeze(1)])
def test_convolutions_learn_by_the_rule_of_bit(tiny: Backbone, strategy) -> None:
    plan, rates = _paced(strategy, tiny.stages)
    assert (plan.pace, rates) == (BIT, BIT_RATES)
    assert plan.restraint.weight_decay == plan.restraint.mixup == 0.0


def test_students_learn_at_one_rate_that_nothing_is_spent_on(tiny: Backbone) -> None:
    asked = {"rows": 1000, "taught": True}
    plan, rates = paced(Full(), Recipe(), tiny.stages, linear(8, 2), kind="image", **asked)
    assert (plan.pace, rates) == (EVEN, (TAUGHT_RATE,)) and plan.restraint.still
    heard = paced(Full(), Recipe(), tiny.stages, linear(8, 2), kind="audio", **asked)
    assert heard[1] == RATES


def test_convolutions_over_sound_and_new_heads_keep_their_pace(tiny: Backbone) -> None:
    plan, rates = _paced(Full(), tiny.stages, kind="audio")
    assert (plan.pace, rates) == (Schedule(), RATES)
    letters = FrameHead(8, 5, 1)
    found = paced(Full(), Recipe(), tiny.stages, letters, rows=100, kind="image")
    assert found == (Recipe(), RATES)


def test_norms_keep_the_statistics_that_a_head_was_fitted_by(tiny: Backbone) -> None:
    for strategy in (Full(), Unfreeze(1), Gradual()):
        assert _paced(strategy, tiny.stages)[0].restraint.still
        assert _paced(strategy, tiny.stages, kind="audio")[0].restraint.still
    assert not _paced(Scratch(), tiny.stages)[0].restraint.still
    head, known = linear(8, 2), {"rows": 100, "kind": "image"}
    fresh, _ = paced(Full(), Recipe(), tiny.stages, head, pretrained=False, **known)
    assert not fresh.restraint.still  # they know nothing worth keeping


@pytest.mark.parametrize("strategy", [Probe(), Full(), Scratch(), LowRank()])
@pytest.mark.parametrize("pretrained", [True, False])
def test_of_a_pretrained_detector_earlier_stages_learn_slower(
    strategy, pretrained: bool, tiny: Backbone
) -> None:
    head, known = BoxHead(8, 2), {"rows": 100, "kind": "image", "pretrained": pretrained}
    plan, rates = paced(strategy, Recipe(), tiny.stages, head, **known)
    slower = pretrained and isinstance(strategy, Probe | Full)
    assert rates == (LOCATING_RATE,) and plan.restraint.still == (
        pretrained and strategy != Scratch()
    )
    assert plan.pace.stage_decay == (SLOWER if slower else 1.0)


def test_pictures_are_mixed_from_20000_rows_on(tiny: Backbone) -> None:
    plan, _ = _paced(Full(), tiny.stages, MANY)
    assert plan.restraint.mixup == 0.1


def test_attention_learns_stage_by_stage_slower() -> None:
    plan, rates = _paced(Full(), load_backbone("vit_tiny_patch16_224", "random", size=32).stages)
    assert (plan.pace, rates) == (Schedule(), RATES)


def test_recurrent_layers_try_higher_rates() -> None:
    small = Architecture("headstart_lstm", (("words", 20), ("channels", (8, 8))))
    for strategy in (Full(), Gradual()):
        assert _paced(strategy, build(small), kind="text")[1] == FRESH_RATES


def test_fresh_and_few_numbers_learn_evenly(tiny: Backbone) -> None:
    assert _paced(Scratch(), tiny.stages)[1] == FRESH_RATES
    plan, rates = _paced(LowRank(4), tiny.stages)
    assert (plan.pace, rates) == (EVEN, FEW_RATES)


def test_the_rule_learns_what_is_asked(task_data, tiny: Backbone, tmp_path, monkeypatch) -> None:
    from headstart.train import fit

    monkeypatch.setattr(module, "STEPS", 1)
    fitted = fit(task_data, tiny, Full(), Recipe(epochs=4, patience=4), work=tmp_path)
    assert fitted.recipe.pace == BIT
    with torch.no_grad():
        assert fitted.progress.marks[fitted.progress.best].val_merit >= 0.9


def test_below_20000_rows_pictures_are_not_mixed(tiny: Backbone) -> None:
    assert _paced(Full(), tiny.stages, 19_999)[0].restraint.mixup == 0.0
    assert _paced(Full(), tiny.stages, 20_000)[0].restraint.mixup == 0.1


def test_a_network_is_convolutional_where_most_of_its_numbers_are() -> None:
    folded = nn.Conv2d(2, 2, 2, bias=False)  # 16 numbers
    assert convolutional(nn.Sequential(folded, nn.Linear(5, 3, bias=False)))
    assert not convolutional(nn.Sequential(folded, nn.Linear(8, 2, bias=False)))
    assert not convolutional(nn.Sequential(nn.Conv2d(9, 9, 9), nn.MultiheadAttention(2, 1)))


def test_a_rate_that_was_asked_for_is_the_only_one_and_wins_over_the_rule_of_bit(
    tiny: Backbone,
) -> None:
    asked = Recipe().holding(Hyperparameters(rate=0.05, weight_decay=0.2))
    for strategy in (Full(), Unfreeze(1), Scratch(), LowRank(2), Gradual()):
        plan, rates = paced(strategy, asked, tiny.stages, linear(8, 2), rows=1000, kind="image")
        assert (rates, plan.rate, plan.restraint.weight_decay) == ((0.05,), 0.05, 0.2)
    plan, rates = paced(Full(), asked, tiny.stages, linear(8, 2), rows=1000, kind="image")
    assert plan.pace == BIT  # the rest of the rule stays


def test_a_trial_shorter_than_what_was_asked_for_stays_short(tiny: Backbone) -> None:
    asked = replace(
        Recipe().holding(Hyperparameters(epochs=30, batch=4, weight_decay=0.5)), epochs=2
    )
    plan, _ = paced(Full(), asked, tiny.stages, linear(8, 2), rows=1000, kind="image")
    assert (plan.epochs, plan.batch, plan.restraint.weight_decay) == (2, 4, 0.5)
