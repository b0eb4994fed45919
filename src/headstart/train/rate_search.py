"""A short search for the rate of learning, each rate from the same start."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from torch import nn

from headstart.events import Event, Tell, quiet
from headstart.train.decisions import keep, recalled
from headstart.train.loop import Steps
from headstart.train.pricing import Budget
from headstart.train.recipe import Recipe
from headstart.train.several import agreed
from headstart.train.trainer import TrainingData, epochs_of, lost, state_of

TRIAL = 0.25
"""Share of a run's epochs that each rate of the search gets."""
SEARCH, RATES, EPOCHS = "trying rates", "rates.json", "epochs.json"
"""What the search is called, and where it and what it leaves time for are kept."""
TIMED = 4
"""Batches of which the time of an epoch is told where no rate is searched for."""


def rated(
    training_data: TrainingData,
    suffix: nn.Sequential,
    head: nn.Module,
    recipe: Recipe,
    rates: tuple[float, ...],
    work: Path,
    tell: Tell = quiet,
) -> tuple[Recipe, tuple[tuple[float, float], ...]]:
    """The recipe with the best of the rates and the epochs it may have, and what was tried: nothing
    where the rate was asked for.
    """  # noqa: D205 - one sentence
    if recipe.asked.rate or len(rates) == 1:
        recipe = recipe if recipe.asked.rate else replace(recipe, rate=rates[0])
        return afforded(training_data, suffix, head, recipe, work), ()
    time_budget = Budget(work / EPOCHS, recipe.allowance)
    tried = search(training_data, suffix, head, recipe, rates, time_budget, tell)
    return time_budget.bought(best_of(recipe, tried), len(tried) * trial_of(recipe)), tried


def best_of(recipe: Recipe, tried: tuple[tuple[float, float], ...]) -> Recipe:
    """The recipe with the rate that lost least."""
    return replace(recipe, rate=min(tried, key=lambda pair: pair[1])[0])


def afforded(
    training_data: TrainingData, suffix: nn.Sequential, head: nn.Module, recipe: Recipe, work: Path
) -> Recipe:
    """The recipe with the epochs it may have, by a few steps of the first."""
    time_budget = Budget(work / EPOCHS, recipe.allowance)
    if recipe.allowance < math.inf and not time_budget.place.exists():
        rows = min(TIMED * recipe.batch, len(training_data.labels))
        lengths = training_data.made.lengths[:rows]
        part = replace(training_data, labels=training_data.labels[range(rows)], made=Steps(lengths))
        for _ in epochs_of(part, state_of(suffix, head, recipe), replace(recipe, epochs=1)):
            time_budget.passes += rows / len(training_data.labels)
    return time_budget.bought(recipe, 0)


def search(
    training_data: TrainingData,
    suffix: nn.Sequential,
    head: nn.Module,
    recipe: Recipe,
    rates: tuple[float, ...],
    time_budget: Budget,
    tell: Tell = quiet,
) -> tuple[tuple[float, float], ...]:
    """Validation loss of a short run at each rate, from the same start; middle ones first.

    A regime judged at one rate is not judged; fewer than all are tried only where the budget is
    short. What was tried stays beside it, so that a killed search goes on where it was.
    """
    place = time_budget.place.with_name(RATES)
    tried, done = read_rates(place)
    trial = trial_with(recipe)
    total = len(rates) * trial.epochs
    tell(Event("start", SEARCH, len(tried) * trial.epochs, total))
    for rate in middle_first(rates)[len(tried) :]:
        if agreed(done or time_budget.enough(len(tried), trial.epochs)):
            break
        losses = list[float]()
        for loss in losses_at(training_data, suffix, head, trial, rate):
            losses.append(loss)
            time_budget.passes += 1
            passed = len(tried) * trial.epochs + len(losses)
            tell(step_of(rate, loss, passed, total))
        tried = (*tried, (rate, agreed(min(losses))))
        write_rates(place, tried, done=False)
    write_rates(place, tried, done=True)
    tell(Event("end", SEARCH, total, total))
    return tried


def losses_at(
    training_data: TrainingData,
    suffix: nn.Sequential,
    head: nn.Module,
    trial: Recipe,
    rate: float,
) -> Iterator[float]:
    """Validation loss after each epoch of a trial at a rate."""
    train_state = state_of(suffix, head, replace(trial, rate=rate))
    for _ in epochs_of(training_data, train_state, trial):
        yield lost(training_data, train_state)


def step_of(rate: float, loss: float, passed: int, total: int) -> Event:
    """What is told of an epoch of a trial."""
    return Event("step", SEARCH, passed, total, (("rate", rate), ("val_loss", round(loss, 4))))


def middle_first(rates: tuple[float, ...]) -> list[float]:
    """The order in which they are tried.

    >>> middle_first((1e-4, 1e-3, 1e-2))
    [0.001, 0.0001, 0.01]
    """
    middle = sorted(range(len(rates)), key=lambda i: abs(2 * i - len(rates) + 1))
    return [rates[i] for i in middle]


def trial_of(recipe: Recipe) -> int:
    """Epochs that each rate of a search gets."""
    return max(1, round(TRIAL * recipe.epochs))


def trial_with(recipe: Recipe) -> Recipe:
    """The recipe of a trial."""
    return replace(recipe, epochs=trial_of(recipe))


def read_rates(place: Path) -> tuple[tuple[tuple[float, float], ...], bool]:
    """What was tried, and whether that is all."""
    kept = recalled(place) or {"tried": (), "done": False}
    return tuple((rate, float(loss)) for rate, loss in kept["tried"]), kept["done"]


def write_rates(place: Path, tried: tuple[tuple[float, float], ...], *, done: bool) -> None:
    """A loss that is not finite is kept as a word: JSON has no number for it."""
    told = [(rate, loss if math.isfinite(loss) else str(loss)) for rate, loss in tried]
    keep(place, {"tried": told, "done": done})
