from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
import torch
from torch import nn

from headstart.backbone import Backbone
from headstart.modality import Augmentation
from headstart.task import Classification
from headstart.train import Fitted, Recipe, TaskData, fit, predict, strategy_of, trainer
from headstart.train.loop import _thaw
from headstart.train.trainable import learned_in
from headstart.train.trainer import TrainingData, blended

RECIPE = Recipe(epochs=3, batch=16)
TRAINED = ("unfreeze:2", "full", "gradual", "lora:2", "bitfit", "scratch")
SLOWER = [pytest.param(text, marks=pytest.mark.slow) for text in TRAINED[1:]]


def _fit(task_data: TaskData, tiny: Backbone, text: str, work: Path) -> Fitted:
    work.mkdir(exist_ok=True)
    return fit(task_data, tiny, strategy_of(text), RECIPE, work=work)


@pytest.mark.journey
@pytest.mark.parametrize("text", ["probe", *TRAINED])
def test_nothing_frozen_moves_and_the_rest_does(
    task_data: TaskData, tiny: Backbone, text: str, tmp_path: Path
) -> None:
    before = {name: t.clone() for name, t in tiny.stages.state_dict().items()}
    fitted = _fit(task_data, tiny, text, tmp_path / "w")
    tensors, changed = fitted.frozen
    assert changed == 0
    assert (tensors > 0) == (text != "scratch")  # norms keep their statistics under a fitted head
    after = tiny.stages.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)  # the source stays


@pytest.mark.parametrize("best", [0, 3])
def test_a_suffix_is_what_its_best_epoch_made_of_it(
    task_data: TaskData, tiny: Backbone, tmp_path: Path, monkeypatch, best: int
) -> None:
    """By losses that are given: each epoch better than the one before, or none than the start."""
    losses = (float(number if best == 0 else -number) for number in count())
    monkeypatch.setattr(trainer, "_judged", lambda *_: trainer._Judged(next(losses), 0.5))
    fitted = _fit(task_data, tiny, "unfreeze:1", tmp_path / "w")
    last, before = fitted.joined().stages[-1].state_dict(), tiny.stages[-1].state_dict()
    assert fitted.progress.best == best
    assert any(not torch.equal(before[name], last[name]) for name in before) == (best > 0)


@pytest.mark.journey
@pytest.mark.parametrize("text", ["probe", *TRAINED])
def test_the_joined_network_scores_as_the_fitted_one(
    task_data: TaskData, tiny: Backbone, text: str, tmp_path: Path
) -> None:
    fitted = _fit(task_data, tiny, text, tmp_path / "w")
    rows = task_data.partition.test
    with torch.inference_mode():
        batch = tiny.modality.batch(task_data.items.take(rows))
        scores = fitted.head(fitted.joined().stages(batch))
    expected = predict(task_data, fitted, rows)
    assert torch.allclose(task_data.task.answers(scores), expected, atol=1e-4)


def test_a_probe_learns_to_tell_hues_apart(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    fitted = _fit(task_data, tiny, "probe", tmp_path / "w")
    guesses = predict(task_data, fitted, task_data.partition.test).argmax(dim=1)
    assert (guesses == task_data.labels_of(task_data.partition.test)).float().mean() > 0.9


@pytest.mark.journey
@pytest.mark.parametrize("text", [TRAINED[0], *SLOWER])
def test_a_fit_that_goes_on_ends_as_one_that_never_stopped(
    task_data: TaskData, tiny: Backbone, text: str, tmp_path: Path
) -> None:
    whole = _fit(task_data, tiny, text, tmp_path / "whole")
    parts = tmp_path / "parts"
    parts.mkdir()
    told: list[str] = []

    def tell(event) -> None:
        told.append(event.kind)
        if event.kind == "step" and event.what == "training" and told.count("step") == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(task_data, tiny, strategy_of(text), RECIPE, work=parts, tell=_only_training(tell))
    again = _fit(task_data, tiny, text, parts)
    one, other = whole.joined().stages.state_dict(), again.joined().stages.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(whole.head.state_dict()["weight"], again.head.state_dict()["weight"])


def _only_training(tell):
    return lambda event: tell(event) if event.what == "training" else None


@pytest.mark.slow
def test_views_vary_only_what_is_trained_whole(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, views=Augmentation(flip=False))
    (tmp_path / "w").mkdir()
    fitted = fit(task_data, tiny, strategy_of("full"), recipe, work=tmp_path / "w")
    plain = _fit(task_data, tiny, "full", tmp_path / "plain")
    losses = [f.progress.marks[-1].train_loss for f in (fitted, plain)]
    assert losses[0] != losses[1]


@pytest.mark.journey
def test_the_rate_that_did_best_on_validation_rows_is_taken(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    fitted = _fit(task_data, tiny, "unfreeze:1", tmp_path / "w")
    best = min(fitted.chosen.rates, key=lambda pair: pair[1])[0]
    assert fitted.recipe is not None and fitted.recipe.rate == best
    assert len(fitted.chosen.rates) >= 3


def test_earlier_stages_begin_to_learn_later(tiny: Backbone) -> None:
    _, suffix = tiny.cut(0)
    network, recipe = nn.Sequential(suffix, nn.Linear(16, 3)), Recipe(epochs=10, gradual=True)
    counts = []
    for number in range(1, 11):
        _thaw(network, recipe, number)
        counts.append(sum(learned_in(stage) > 0 for stage in suffix))
    assert counts == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]


def test_the_mean_of_start_and_end_is_kept_where_it_loses_least(task_data: TaskData) -> None:
    start, end = nn.Sequential(nn.Linear(1, 1)), nn.Sequential(nn.Linear(1, 1))
    for network, value in ((start, 0.0), (end, 2.0)):
        nn.init.constant_(network[0].weight, value)
        nn.init.zeros_(network[0].bias)
    course = TrainingData(_ones, torch.arange(4), _ones, torch.arange(4), Nearest(("one", "other")))
    network, share = blended(course, start, end)
    assert share == 0.5 and network[0].weight.item() == 1.0


def _ones(positions, keys) -> torch.Tensor:
    return torch.ones(len(positions), 1)


@dataclass(frozen=True)
class Nearest(Classification):
    """A task whose loss is the distance of the scores from a number."""

    wanted: float = 1.0

    def loss(self, scores, labels, **options):
        return (scores - self.wanted).abs().mean()


def test_rows_of_no_group_are_not_one_group(task_data: TaskData) -> None:
    known = replace(task_data, groups=("p", "p", "", "") * 18)
    assert known.groups_of([0, 1, 2, 3]) == ("p", "p", "#2", "#3")
    assert task_data.groups_of([0, 1]) == ()
