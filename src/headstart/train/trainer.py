"""Training right of the cut: a short search for the rate, then epochs until none is better."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart import durable
from headstart.events import Event, Tell, quiet
from headstart.head import Goal
from headstart.task import Task
from headstart.train.checkpoint import EpochMetrics, Progress, restore, save
from headstart.train.decisions import recalled
from headstart.train.devices import CPU, lent, processor
from headstart.train.loop import PLAIN, Epoch, Feed, Steps, TrainState, Wanted, learn, optimizer_for
from headstart.train.pricing import Budget
from headstart.train.recipe import Recipe
from headstart.train.task_data import scores_of
from headstart.train.teacher_forcing import loss_of, merit_of, writes

TRIAL = 0.25
"""Share of a run's epochs that each rate of the search gets."""
TIMED = 4
"""Batches of which the time of an epoch is told where no rate is searched for."""
BLENDS = (0.75, 0.5, 0.25)
"""Shares of the tuned weights that are tried in a mean with the start."""


Watching = Callable[[nn.Sequential], None]
"""Sees suffix and head while they learn."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What is taught, and on which rows it is judged after each epoch."""

    feed: Feed
    labels: Wanted
    val_feed: Feed
    val_labels: Tensor
    task: Goal
    made: Steps = PLAIN


@dataclass(frozen=True, eq=False)
class Tuned:
    """Suffix and head with the weights of the best epoch."""

    suffix: nn.Sequential
    head: nn.Module
    progress: Progress
    recipe: Recipe


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
    time_budget = Budget(work / "epochs.json", recipe.allowance)
    tried = search(training_data, suffix, head, recipe, rates, time_budget, tell)
    best = replace(recipe, rate=min(tried, key=lambda pair: pair[1])[0])
    return time_budget.bought(best, len(tried) * trial_of(recipe)), tried


def afforded(
    training_data: TrainingData, suffix: nn.Sequential, head: nn.Module, recipe: Recipe, work: Path
) -> Recipe:
    """The recipe with the epochs it may have, by a few steps of the first."""
    time_budget = Budget(work / "epochs.json", recipe.allowance)
    if recipe.allowance < math.inf and not time_budget.place.exists():
        rows = min(TIMED * recipe.batch, len(training_data.labels))
        lengths = training_data.made.lengths[:rows]
        part = replace(training_data, labels=training_data.labels[range(rows)], made=Steps(lengths))
        for _ in _epochs(part, _train_state(suffix, head, recipe), replace(recipe, epochs=1)):
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
    place = time_budget.place.with_name("rates.json")
    tried, done = _read_rates(place)
    trial = replace(recipe, epochs=trial_of(recipe))
    total = len(rates) * trial.epochs
    middle = sorted(range(len(rates)), key=lambda i: abs(2 * i - len(rates) + 1))
    tell(Event("start", "trying rates", len(tried) * trial.epochs, total))
    for rate in [rates[i] for i in middle[len(tried) :]]:
        if done or time_budget.enough(len(tried), trial.epochs):
            break
        train_state, losses = _train_state(suffix, head, replace(trial, rate=rate)), list[float]()
        for epoch in _epochs(training_data, train_state, trial):
            losses.append(_lost(training_data, train_state))
            time_budget.passes += 1
            facts = (("rate", rate), ("val_loss", round(losses[-1], 4)))
            passed = len(tried) * trial.epochs + epoch.number
            tell(Event("step", "trying rates", passed, total, facts))
        tried = (*tried, (rate, min(losses)))
        _write_rates(place, tried, done=False)
    _write_rates(place, tried, done=True)
    tell(Event("end", "trying rates", total, total))
    return tried


def trial_of(recipe: Recipe) -> int:
    """Epochs that each rate of a search gets."""
    return max(1, round(TRIAL * recipe.epochs))


def tune(
    training_data: TrainingData,
    suffix: nn.Sequential,
    head: nn.Module,
    recipe: Recipe,
    work: Path,
    tell: Tell,
    *,
    watch: Watching | None = None,
) -> Tuned:
    """Train suffix and head; keep the weights of the epoch with the lowest validation loss.

    Epoch 0 is the start itself: where training makes it only worse, the start is what is kept.
    Whoever watches sees the network after each epoch, and in the middle of long ones where the
    training pauses there, and draws nothing from the random state.
    """
    train_state = _train_state(suffix, head, recipe)
    place, asked = work / "checkpoint.safetensors", _asked(training_data, recipe)
    best: Mapping[str, Tensor]
    progress, best = restore(place, train_state, asked, tell)
    if not progress.marks:
        progress, best = _marked(training_data, train_state, progress, {}, 0, float("nan"))
    tell(Event("start", "training", progress.done, recipe.epochs))
    epochs = _epochs(training_data, train_state, recipe, progress.done)
    for epoch in () if _stale(progress, recipe) else epochs:
        if epoch.share < 1:
            tell(_midway(epoch, recipe))
            _shown(train_state, watch)
            continue
        progress, best = _marked(
            training_data, train_state, progress, best, epoch.number, epoch.loss
        )
        save(place, train_state, best, progress, asked)
        facts = _facts(progress, training_data.task.figure)
        tell(Event("step", "training", epoch.number, recipe.epochs, facts))
        _shown(train_state, watch)
        if _stale(progress, recipe):
            break
    tell(Event("end", "training", progress.done, recipe.epochs))
    train_state.network.load_state_dict(best)
    train_state.network.eval().to(CPU).to(memory_format=torch.contiguous_format)
    return Tuned(*halves(train_state.network), progress, recipe)


def _asked(training_data: TrainingData, recipe: Recipe) -> str:
    """All settings that training goes by; what may be spent is in the number of epochs."""
    return f"{replace(recipe, allowance=math.inf)!r}, half {training_data.made.half}"


def _midway(epoch: Epoch, recipe: Recipe) -> Event:
    facts = (("epoch", f"{epoch.share:.0%}"), ("train_loss", round(epoch.loss, 4)))
    return Event("step", "training", epoch.number - 1, recipe.epochs, facts)


def _shown(train_state: TrainState, watch: Watching | None) -> None:
    if watch is not None:
        network = train_state.average or train_state.network
        with lent(network, CPU):
            watch(nn.Sequential(*network.children()))


def blended(
    training_data: TrainingData, start: nn.Sequential, end: nn.Sequential
) -> tuple[nn.Sequential, float]:
    """The mean of two networks that loses least on validation rows, and the share of the end.

    Weights between start and end of fine-tuning often do better than either (WiSE-FT: Wortsman et
    al. 2022). Where none does, it is the end itself, at 1.
    """
    old, new = start.state_dict(), end.state_dict()
    best, share = end, 1.0
    least = _loss(training_data, end)
    for tried in BLENDS:
        mixed = copy.deepcopy(end)
        mixed.load_state_dict({name: _mean(old[name], t, tried) for name, t in new.items()})
        if (loss := _loss(training_data, mixed)) < least:
            best, share, least = mixed, tried, loss
    return best, share


def _mean(old: Tensor, new: Tensor, share: float) -> Tensor:
    return torch.lerp(old, new, share) if new.is_floating_point() else new


def _loss(training_data: TrainingData, network: nn.Module) -> float:
    return loss_of(network, training_data.val_feed, training_data.val_labels, training_data.task)


def _lost(training_data: TrainingData, train_state: TrainState) -> float:
    return _loss(training_data, train_state.average or train_state.network)


def _epochs(
    training_data: TrainingData, train_state: TrainState, recipe: Recipe, after: int = 0
) -> Iterator[Epoch]:
    """Where classes are to count alike, rows of each come up as often, and losses need no weights:
    a rare row that weighs much makes for steps of very different lengths.
    """  # noqa: D205 - one sentence
    task, made = training_data.task, training_data.made
    if isinstance(task, Task) and task.class_weights:
        known = torch.as_tensor(training_data.labels[range(len(training_data.labels))])
        task, made = task.unweighted(), replace(made, classes=tuple(known.tolist()))
    return learn(
        train_state, training_data.feed, training_data.labels, task, recipe, after=after, made=made
    )


@dataclass(frozen=True)
class _Judged:
    loss: float
    merit: float


def _train_state(suffix: nn.Sequential, head: nn.Module, recipe: Recipe) -> TrainState:
    """Copies to train, where training runs; channels last in memory, which convolutions are faster
    with.
    """  # noqa: D205 - one sentence
    network = nn.Sequential(*copy.deepcopy((suffix, head)))
    network.to(processor()).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval() if recipe.averaging else None
    parts = halves(network)
    pulled = parts[0].parameters() if recipe.restraint.pull else ()
    start = {parameter: parameter.detach().clone() for parameter in pulled}
    return TrainState(network, optimizer_for(*parts, recipe), average, start)


def halves(network: nn.Module) -> tuple[nn.Sequential, nn.Module]:
    """Suffix and head of a network in training."""
    suffix, head = network.children()
    if not isinstance(suffix, nn.Sequential):
        raise TypeError("a network in training is a suffix and a head")
    return suffix, head


def _judged(training_data: TrainingData, train_state: TrainState) -> _Judged:
    network = train_state.average or train_state.network
    if writes(network):
        known = training_data.val_feed, training_data.val_labels, training_data.task
        return _Judged(loss_of(network, *known), merit_of(network, *known))
    scores = scores_of(network, training_data.val_feed, len(training_data.val_labels))
    loss = training_data.task.loss(scores, training_data.val_labels)
    answers = training_data.task.answers(scores).numpy()
    merit = training_data.task.merit(answers, training_data.val_labels.numpy())
    return _Judged(float(loss), float(merit.mean()))


def _marked(
    training_data: TrainingData,
    train_state: TrainState,
    progress: Progress,
    best: Mapping[str, Tensor],
    number: int,
    train_loss: float,
) -> tuple[Progress, Mapping[str, Tensor]]:
    """Judge the network after an epoch, and keep its weights if it is the best so far."""
    judged = _judged(training_data, train_state)
    mark = EpochMetrics(number, train_loss, judged.loss, judged.merit)
    marks = (*progress.marks, mark)
    losses = {m.number: m.val_loss for m in marks}
    first = min(losses, key=lambda n: (losses[n], n))
    if (
        isinstance(training_data.task, Task) and training_data.task.locates
    ):  # the rate falls to the end; losses jump
        first = number
    if first == number:
        kept = train_state.average or train_state.network
        best = {name: t.detach().to(CPU, copy=True) for name, t in kept.state_dict().items()}
    return Progress(marks, first), best


def _stale(progress: Progress, recipe: Recipe) -> bool:
    """Whether nothing got better for long; what begins to learn late gets its time."""
    waited = max(progress.best, recipe.epochs // 2 if recipe.gradual else 0)
    return progress.done - waited >= recipe.patience


def _facts(progress: Progress, figure: str) -> tuple[tuple[str, str | float], ...]:
    last = progress.marks[-1]
    facts = {"train_loss": last.train_loss, "val_loss": last.val_loss}
    facts |= {f"val_{figure}": last.val_merit}
    return tuple((name, round(value, 4)) for name, value in facts.items())


def _read_rates(place: Path) -> tuple[tuple[tuple[float, float], ...], bool]:
    """What was tried, and whether that is all."""
    kept = recalled(place) or {"tried": (), "done": False}
    return tuple((rate, float(loss)) for rate, loss in kept["tried"]), kept["done"]


def _write_rates(place: Path, tried: tuple[tuple[float, float], ...], *, done: bool) -> None:
    """A loss that is not finite is kept as a word: JSON has no number for it."""
    told = [(rate, loss if math.isfinite(loss) else str(loss)) for rate, loss in tried]
    durable.seal(place, {"tried": told, "done": done})
