from dataclasses import replace

import pytest
import torch
from torch import nn

from headstart.modality import Augmentation
from headstart.train import Recipe, Regularization, TaskData
from headstart.train.checkpoint import Progress, restore, save
from headstart.train.loop import (
    Steps,
    TrainState,
    _follow,
    _set_rates,
    batches,
    key_of,
    learn,
    optimizer_for,
    seen,
    stage_rates,
)
from headstart.train.recipe import BIT, Schedule
from headstart.train.trainer import TrainingData, epochs_of


def _train_state(recipe: Recipe) -> TrainState:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        suffix = nn.Sequential(nn.Sequential(nn.Flatten(), nn.Linear(3, 8)), nn.Dropout(0.5))
        network = nn.Sequential(suffix, nn.Linear(8, 3))
    return TrainState(network, optimizer_for(suffix, network[1], recipe))


def _feed(task_data: TaskData):
    colors = torch.stack(
        [item.float().mean(dim=(1, 2)) for item in task_data.items.take(range(72))]
    )
    return lambda rows, keys: colors[list(rows)] / 255


def _weights(task_data: TaskData, recipe: Recipe, stops: tuple[int, ...] = ()) -> torch.Tensor:
    """Train, leaving the loop after each of `stops` epochs and entering it again."""
    train_state = _train_state(recipe)
    for after, until in zip((0, *stops), (*stops, recipe.epochs), strict=True):
        course = learn(
            train_state, _feed(task_data), task_data.labels, task_data.task, recipe, after=after
        )
        for epoch in course:
            if epoch.number == until:
                break
    return nn.utils.parameters_to_vector(train_state.network.parameters())


def test_the_loss_falls(task_data: TaskData) -> None:
    recipe = Recipe(epochs=12, rate=3e-2)
    train_state = _train_state(recipe)
    epochs = list(learn(train_state, _feed(task_data), task_data.labels, task_data.task, recipe))
    assert [epoch.number for epoch in epochs] == list(range(1, 13))
    assert epochs[-1].loss < 0.7 * epochs[0].loss


def test_leaving_the_loop_and_coming_back_gives_the_same_weights(task_data: TaskData) -> None:
    recipe = Recipe(epochs=5)
    whole = _weights(task_data, recipe)
    assert torch.equal(_weights(task_data, recipe, (2, 3)), whole)


def test_pauses_in_an_epoch_change_nothing_whoever_looks_then(task_data: TaskData) -> None:
    recipe = Recipe(epochs=2, batch=32)
    train_state, known = (
        _train_state(recipe),
        (_feed(task_data), task_data.labels, task_data.task, recipe),
    )
    shares = []
    for epoch in learn(train_state, *known, made=Steps(pause_s=0.0)):
        shares.append((epoch.number, epoch.share))
        train_state.network.eval()
    assert [number for number, share in shares if share == 1.0] == [1, 2]
    assert len([share for _, share in shares if share < 1.0]) == 4
    weights = nn.utils.parameters_to_vector(train_state.network.parameters())
    assert torch.equal(weights, _weights(task_data, recipe))


def test_weights_follow_the_seed(task_data: TaskData) -> None:
    recipe = Recipe(epochs=2)
    assert not torch.equal(_weights(task_data, recipe), _weights(task_data, recipe.with_seed(1)))


def test_training_leaves_the_global_random_state_alone(task_data: TaskData) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    _weights(task_data, Recipe(epochs=1))
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
    rates = stage_rates(3, Recipe(rate=1.0, pace=Schedule(stage_decay=0.5)))
    assert rates == [1.0, 0.5, 0.25]


def test_norms_and_biases_are_not_decayed() -> None:
    optimizer = _train_state(Recipe(restraint=Regularization(weight_decay=0.1))).optimizer
    decays = {
        p.ndim > 1: group["weight_decay"]
        for group in optimizer.param_groups
        for p in group["params"]
    }
    assert decays == {True: 0.1, False: 0.0}


def test_weights_pulled_to_their_start_stay_nearer_to_it(task_data: TaskData) -> None:
    far = []
    for pull in (0.0, 300.0):
        recipe = Recipe(epochs=4, rate=3e-3, restraint=Regularization(pull=pull))
        train_state = _train_state(recipe)
        start = {p: p.detach().clone() for p in train_state.network[0].parameters()}
        train_state = replace(train_state, start=start if pull else {})
        list(learn(train_state, _feed(task_data), task_data.labels, task_data.task, recipe))
        far.append(sum(float((p - at).detach().norm()) for p, at in start.items()))
    assert 0 < far[1] < 0.5 * far[0]


def test_rows_of_a_batch_are_about_as_long_and_all_come_once() -> None:
    lengths = [7 * i % 50 for i in range(200)]
    made = batches(200, Recipe(batch=10), 1, Steps(tuple(lengths)))
    assert sorted(row for part in made for row in part) == list(range(200))
    assert max(max(lengths[r] for r in part) - min(lengths[r] for r in part) for part in made) <= 5
    assert made != batches(200, Recipe(batch=10), 2, Steps(tuple(lengths)))


def test_where_classes_come_up_alike_an_epoch_is_as_long_and_rare_rows_come_often() -> None:
    classes = (0,) * 90 + (1,) * 10
    parts = batches(100, Recipe(batch=10), 1, Steps(classes=classes))
    rows = [row for part in parts for row in part]
    assert len(rows) == 100 and sum(classes[row] for row in rows) == 50
    assert set(range(90, 100)) <= set(rows)  # each rare row before any comes a sixth time
    assert max(rows.count(row) for row in range(90, 100)) == 5
    assert parts != batches(100, Recipe(batch=10), 2, Steps(classes=classes))


def test_weighted_classes_are_drawn_alike_and_lose_alike(task_data: TaskData) -> None:
    task = replace(task_data.task, weights=(3.0, 0.5, 0.5))
    asked: list[int] = []

    def feed(rows, keys):
        asked.extend(rows)
        return _feed(task_data)(rows, keys)

    labels = torch.tensor([0] * 6 + [1] * 21 + [2] * 21)
    course = TrainingData(feed, labels, _feed(task_data), labels, task)
    recipe = Recipe(epochs=1, batch=8)
    list(epochs_of(course, _train_state(recipe), recipe))
    counts = torch.bincount(labels[asked], minlength=3)
    assert counts.tolist() == [16, 16, 16]


def test_the_rule_of_bit_rises_then_falls_to_a_tenth_thrice() -> None:
    recipe = Recipe(rate=1.0, pace=BIT)
    optimizer = _train_state(recipe).optimizer
    seen_rates = []
    for step in range(100):
        _set_rates(optimizer, recipe, step, 100)
        seen_rates.append(optimizer.param_groups[0]["lr"])
    assert isinstance(optimizer, torch.optim.SGD)
    assert seen_rates[0] == pytest.approx(0.05) and seen_rates[19] == 1.0
    assert seen_rates[39:41] == [1.0, pytest.approx(0.1)]
    assert seen_rates[99] == pytest.approx(0.001)


def test_momentum_comes_back_with_a_checkpoint(task_data: TaskData, tmp_path) -> None:
    recipe = Recipe(epochs=4, rate=1e-2, pace=BIT)
    whole, half = _train_state(recipe), _train_state(recipe)
    list(learn(whole, _feed(task_data), task_data.labels, task_data.task, recipe))
    for epoch in learn(half, _feed(task_data), task_data.labels, task_data.task, recipe):
        if epoch.number == 2:
            break
    save(tmp_path / "c", half, {}, Progress())
    later = _train_state(recipe)
    restore(tmp_path / "c", later)
    list(learn(later, _feed(task_data), task_data.labels, task_data.task, recipe, after=2))
    pairs = zip(whole.network.parameters(), later.network.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_pictures_are_small_in_the_first_epochs() -> None:
    recipe = Recipe(epochs=4, views=Augmentation(growing=0.5))
    sides = [seen(torch.zeros(1, 3, 96, 96), recipe, epoch).shape[-1] for epoch in (1, 2, 3, 4)]
    assert sides == [64, 64, 96, 96]
    tokens = torch.zeros(1, 7)
    assert seen(tokens, recipe, 1) is tokens


def _asked(task_data: TaskData, recipe: Recipe) -> tuple[list[tuple[int, int]], list[int]]:
    """Rows and their keys as a feed is asked for them, and the random state of each step."""
    pairs, states = list[tuple[int, int]](), list[int]()

    def feed(rows, keys):
        pairs.extend(zip(rows, keys, strict=True))
        states.append(torch.initial_seed())
        return _feed(task_data)(rows, keys)

    list(learn(_train_state(recipe), feed, task_data.labels, task_data.task, recipe))
    return pairs, states


def test_each_row_is_seen_anew_in_each_epoch_and_the_same_again(task_data: TaskData) -> None:
    pairs, states = _asked(task_data, Recipe(epochs=3, batch=24))
    assert len({key for _, key in pairs}) == 3 * len(task_data.labels)
    assert len(set(states)) == 3 * 3  # noise differs from step to step and epoch to epoch
    assert _asked(task_data, Recipe(epochs=3, batch=24)) == (pairs, states)
    other, noise = _asked(task_data, Recipe(epochs=3, batch=24, seed=1))
    assert not set(other) & set(pairs) and not set(noise) & set(states)


def test_with_momentum_a_steep_slope_moves_weights_by_one_rate_at_most(task_data: TaskData) -> None:
    plain = Regularization(weight_decay=0.0)
    recipe = Recipe(epochs=1, batch=72, rate=1e-3, pace=BIT, restraint=plain)
    train_state = _train_state(recipe)
    before = nn.utils.parameters_to_vector(train_state.network.parameters()).detach().clone()

    def steep(rows, keys):
        return 1e4 * _feed(task_data)(rows, keys)

    list(learn(train_state, steep, task_data.labels, task_data.task, recipe))
    after = nn.utils.parameters_to_vector(train_state.network.parameters()).detach()
    assert float((after - before).norm()) == pytest.approx(1e-3, rel=1e-3)


def test_rates_rise_for_a_tenth_of_the_steps_and_fall_along_half_a_cosine() -> None:
    recipe = Recipe(rate=1.0, pace=Schedule(head_ratio=1.0))
    optimizer, rates = _train_state(recipe).optimizer, []
    for step in (0, 4, 9, 10, 55, 99):
        _set_rates(optimizer, recipe, step, 100)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.1, 0.5, 1.0, 1.0, 0.5, 0.0003], abs=1e-4)


@pytest.mark.parametrize(("step", "moved"), [(0, 0.9), (8, 0.5), (1000, 0.25)])
def test_an_average_follows_fast_at_first_and_then_as_the_recipe_says(step, moved) -> None:
    now, mean = nn.Linear(1, 1), nn.Linear(1, 1)
    nn.init.ones_(now.weight)
    nn.init.zeros_(mean.weight)
    optimizer = torch.optim.SGD(now.parameters(), lr=0.1)
    _follow(TrainState(now, optimizer, mean), Recipe(averaging=0.75), step)
    assert mean.weight.item() == pytest.approx(moved)


def test_it_yields_inside_an_epoch_only_after_the_pause(task_data: TaskData) -> None:
    recipe = Recipe(epochs=1, batch=8)
    known = (_feed(task_data), task_data.labels, task_data.task, recipe)
    assert len(list(learn(_train_state(recipe), *known, made=Steps(pause_s=3600.0)))) == 1


def test_the_head_learns_faster_than_the_last_stage_by_the_ratio_of_the_pace() -> None:
    recipe = Recipe(rate=1e-3, pace=Schedule(head_ratio=4.0))
    suffix, head = nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 2)
    peaks = {
        parameter: group["peak"]
        for group in optimizer_for(suffix, head, recipe).param_groups
        for parameter in group["params"]
    }
    assert (peaks[head.weight], peaks[suffix[0].weight]) == (4e-3, 1e-3)
