from dataclasses import replace

import torch
from torch import nn

from headstart.modality import Views
from headstart.train import Lesson, Recipe, Restraint
from headstart.train.loop import (
    Apprentice,
    batches,
    key_of,
    learn,
    optimizer_for,
    seen,
    stage_rates,
)


def _apprentice(recipe: Recipe) -> Apprentice:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        suffix = nn.Sequential(nn.Sequential(nn.Flatten(), nn.Linear(3, 8)), nn.Dropout(0.5))
        network = nn.Sequential(suffix, nn.Linear(8, 3))
    return Apprentice(network, optimizer_for(suffix, network[1], recipe))


def _feed(lesson: Lesson):
    colors = torch.stack([item.float().mean(dim=(1, 2)) for item in lesson.items.take(range(72))])
    return lambda rows, keys: colors[list(rows)] / 255


def _weights(lesson: Lesson, recipe: Recipe, stops: tuple[int, ...] = ()) -> torch.Tensor:
    """Train, leaving the loop after each of `stops` epochs and entering it again."""
    apprentice = _apprentice(recipe)
    for after, until in zip((0, *stops), (*stops, recipe.epochs), strict=True):
        course = learn(apprentice, _feed(lesson), lesson.labels, lesson.task, recipe, after=after)
        for epoch in course:
            if epoch.number == until:
                break
    return nn.utils.parameters_to_vector(apprentice.network.parameters())


def test_the_loss_falls(lesson: Lesson) -> None:
    recipe = Recipe(epochs=12, rate=3e-2)
    apprentice = _apprentice(recipe)
    epochs = list(learn(apprentice, _feed(lesson), lesson.labels, lesson.task, recipe))
    assert [epoch.number for epoch in epochs] == list(range(1, 13))
    assert epochs[-1].loss < 0.7 * epochs[0].loss


def test_leaving_the_loop_and_coming_back_gives_the_same_weights(lesson: Lesson) -> None:
    recipe = Recipe(epochs=5)
    whole = _weights(lesson, recipe)
    assert torch.equal(_weights(lesson, recipe, (2, 3)), whole)


def test_weights_follow_the_seed(lesson: Lesson) -> None:
    recipe = Recipe(epochs=2)
    assert not torch.equal(_weights(lesson, recipe), _weights(lesson, recipe.with_seed(1)))


def test_training_leaves_the_global_random_state_alone(lesson: Lesson) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    _weights(lesson, Recipe(epochs=1))
    assert torch.equal(torch.rand(1), expected)


def test_an_epoch_passes_every_row_once_in_batches_of_like_size() -> None:
    parts = batches(65, Recipe(batch=32), epoch=1)
    assert sorted(row for part in parts for row in part) == list(range(65))
    assert {len(part) for part in parts} <= {21, 22}
    assert parts != batches(65, Recipe(batch=32), epoch=2)


def test_keys_of_different_numbers_differ() -> None:
    assert len({key_of(a, b) for a in range(30) for b in range(30)}) == 900
    assert key_of(1, 12) != key_of(11, 2)


def test_earlier_stages_learn_slower() -> None:
    rates = stage_rates(3, Recipe(rate=1.0, stage_decay=0.5))
    assert rates == [1.0, 0.5, 0.25]


def test_norms_and_biases_are_not_decayed() -> None:
    optimizer = _apprentice(Recipe(restraint=Restraint(weight_decay=0.1))).optimizer
    decays = {
        p.ndim > 1: group["weight_decay"]
        for group in optimizer.param_groups
        for p in group["params"]
    }
    assert decays == {True: 0.1, False: 0.0}


def test_weights_pulled_to_their_start_stay_nearer_to_it(lesson: Lesson) -> None:
    far = []
    for pull in (0.0, 300.0):
        recipe = Recipe(epochs=4, rate=3e-3, restraint=Restraint(pull=pull))
        apprentice = _apprentice(recipe)
        start = {p: p.detach().clone() for p in apprentice.network[0].parameters()}
        apprentice = replace(apprentice, start=start if pull else {})
        list(learn(apprentice, _feed(lesson), lesson.labels, lesson.task, recipe))
        far.append(sum(float((p - at).detach().norm()) for p, at in start.items()))
    assert 0 < far[1] < 0.5 * far[0]


def test_rows_of_a_batch_are_about_as_long_and_all_come_once() -> None:
    lengths = [7 * i % 50 for i in range(200)]
    made = batches(200, Recipe(batch=10), 1, lengths)
    assert sorted(row for part in made for row in part) == list(range(200))
    assert max(max(lengths[r] for r in part) - min(lengths[r] for r in part) for part in made) <= 5
    assert made != batches(200, Recipe(batch=10), 2, lengths)


def test_pictures_are_small_in_the_first_epochs() -> None:
    recipe = Recipe(epochs=4, views=Views(growing=0.5))
    sides = [seen(torch.zeros(1, 3, 96, 96), recipe, epoch).shape[-1] for epoch in (1, 2, 3, 4)]
    assert sides == [64, 64, 96, 96]
    tokens = torch.zeros(1, 7)
    assert seen(tokens, recipe, 1) is tokens
