from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart.backbone import Backbone
from headstart.modality import Views
from headstart.train import Fitted, Lesson, Recipe, fit, predict, strategy_of

RECIPE = Recipe(epochs=3, batch=16)


def _fit(lesson: Lesson, tiny: Backbone, text: str, work: Path) -> Fitted:
    work.mkdir(exist_ok=True)
    return fit(lesson, tiny, strategy_of(text), RECIPE, work=work)


@pytest.mark.parametrize("text", ["probe", "unfreeze:1", "full", "scratch"])
def test_nothing_frozen_moves_and_the_rest_does(
    lesson: Lesson, tiny: Backbone, text: str, tmp_path: Path
) -> None:
    before = {name: t.clone() for name, t in tiny.stages.state_dict().items()}
    fitted = _fit(lesson, tiny, text, tmp_path / "w")
    tensors, changed = fitted.frozen
    assert changed == 0 and (tensors > 0) == (fitted.at > 0)
    after = tiny.stages.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)  # the source stays


def test_a_tuned_suffix_is_no_longer_what_it_was(
    lesson: Lesson, tiny: Backbone, tmp_path: Path
) -> None:
    fitted = _fit(lesson, tiny, "unfreeze:1", tmp_path / "w")
    if fitted.progress.best == 0:  # the start was the best: then it is the start
        return
    last = fitted.joined().stages[-1].state_dict()
    before = tiny.stages[-1].state_dict()
    assert any(not torch.equal(before[name], last[name]) for name in before)


@pytest.mark.parametrize("text", ["probe", "unfreeze:1", "full"])
def test_the_joined_network_scores_as_the_fitted_one(
    lesson: Lesson, tiny: Backbone, text: str, tmp_path: Path
) -> None:
    fitted = _fit(lesson, tiny, text, tmp_path / "w")
    rows = lesson.partition.test
    with torch.inference_mode():
        batch = tiny.modality.batch(lesson.items.take(rows))
        scores = fitted.head(fitted.joined().stages(batch))
    expected = predict(lesson, fitted, rows)
    assert torch.allclose(lesson.task.probabilities(scores), expected, atol=1e-4)


def test_a_probe_learns_to_tell_hues_apart(lesson: Lesson, tiny: Backbone, tmp_path: Path) -> None:
    fitted = _fit(lesson, tiny, "probe", tmp_path / "w")
    guesses = predict(lesson, fitted, lesson.partition.test).argmax(dim=1)
    assert (guesses == lesson.labels_of(lesson.partition.test)).float().mean() > 0.9


def test_a_fit_that_goes_on_ends_as_one_that_never_stopped(
    lesson: Lesson, tiny: Backbone, tmp_path: Path
) -> None:
    whole = _fit(lesson, tiny, "unfreeze:2", tmp_path / "whole")
    parts = tmp_path / "parts"
    parts.mkdir()
    told: list[str] = []

    def tell(event) -> None:
        told.append(event.kind)
        if event.kind == "step" and event.what == "training" and told.count("step") == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(lesson, tiny, strategy_of("unfreeze:2"), RECIPE, work=parts, tell=_only_training(tell))
    again = _fit(lesson, tiny, "unfreeze:2", parts)
    one, other = whole.joined().stages.state_dict(), again.joined().stages.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(whole.head.state_dict()["weight"], again.head.state_dict()["weight"])


def _only_training(tell):
    return lambda event: tell(event) if event.what == "training" else None


def test_views_vary_only_what_is_trained_whole(
    lesson: Lesson, tiny: Backbone, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, views=Views(flip=False))
    (tmp_path / "w").mkdir()
    fitted = fit(lesson, tiny, strategy_of("full"), recipe, work=tmp_path / "w")
    plain = _fit(lesson, tiny, "full", tmp_path / "plain")
    losses = [f.progress.marks[-1].train_loss for f in (fitted, plain)]
    assert losses[0] != losses[1]


def test_the_rate_that_did_best_on_validation_rows_is_taken(
    lesson: Lesson, tiny: Backbone, tmp_path: Path
) -> None:
    fitted = _fit(lesson, tiny, "unfreeze:1", tmp_path / "w")
    best = min(fitted.rates, key=lambda pair: pair[1])[0]
    assert fitted.recipe is not None and fitted.recipe.rate == best
    assert len(fitted.rates) >= 3
