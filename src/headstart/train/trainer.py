"""Training right of the cut: epochs until none is better."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart.events import Event, Tell
from headstart.head import Goal
from headstart.task import Task
from headstart.train.checkpoint import CHECKPOINT, EpochMetrics, Progress, restore, save
from headstart.train.devices import CPU, lent, processor
from headstart.train.loop import PLAIN, Epoch, Feed, Steps, TrainState, Wanted, learn, optimizer_for
from headstart.train.recipe import Recipe
from headstart.train.several import agreed, is_first
from headstart.train.task_data import scores_of
from headstart.train.teacher_forcing import loss_of, merit_of, writes

BLENDS = (0.75, 0.5, 0.25)
"""Shares of the tuned weights that are tried in a mean with the start."""
LOOKED_EVERY = 4
"""Epochs from one look at validation rows to the next where the last epoch is kept whatever they
say: a look at boxes takes a tenth of an epoch."""


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
    train_state = state_of(suffix, head, recipe)
    place, asked = work / CHECKPOINT, _asked(training_data, recipe)
    best: Mapping[str, Tensor]
    progress, best = restore(place, train_state, asked, tell)
    if not progress.marks:
        progress, best = _marked(training_data, train_state, progress, {}, 0, float("nan"))
    tell(Event("start", "training", progress.done, recipe.epochs))
    epochs = epochs_of(training_data, train_state, recipe, progress.done)
    for epoch in () if progress.done >= recipe.ends_after(progress.best) else epochs:
        if epoch.share < 1:
            tell(_midway(epoch, recipe))
            _shown(train_state, watch)
            continue
        progress, best = _after(training_data, train_state, progress, best, epoch, recipe)
        if is_first():
            save(place, train_state, best, progress, asked)
        facts = _facts(progress, training_data.task.figure)
        tell(Event("step", "training", epoch.number, recipe.epochs, facts))
        _shown(train_state, watch)
        if progress.done >= recipe.ends_after(progress.best):
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


def lost(training_data: TrainingData, train_state: TrainState) -> float:
    """Validation loss, of averaged weights where there are some."""
    return _loss(training_data, train_state.average or train_state.network)


def epochs_of(
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


def state_of(suffix: nn.Sequential, head: nn.Module, recipe: Recipe) -> TrainState:
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


def _after(
    training_data: TrainingData,
    train_state: TrainState,
    progress: Progress,
    best: Mapping[str, Tensor],
    epoch: Epoch,
    recipe: Recipe,
) -> tuple[Progress, Mapping[str, Tensor]]:
    """How far it is behind an epoch: judged, or passed where looks decide nothing."""
    number, seldom = epoch.number, _keeps_last(training_data.task)
    if seldom and number % LOOKED_EVERY and number != recipe.epochs:
        return replace(progress, best=number, passed=number), _weights(train_state)
    return _marked(training_data, train_state, progress, best, number, epoch.loss)


def _keeps_last(task: Goal) -> bool:
    """Of boxes: the rate falls to the end, and their losses jump from epoch to epoch."""
    return isinstance(task, Task) and task.locates


def _weights(train_state: TrainState) -> Mapping[str, Tensor]:
    """Those that would be kept now."""
    kept = train_state.average or train_state.network
    return {name: t.detach().to(CPU, copy=True) for name, t in kept.state_dict().items()}


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
    mark = EpochMetrics(number, *agreed([train_loss, judged.loss, judged.merit]))
    marks = (*progress.marks, mark)
    losses = {m.number: m.val_loss for m in marks}
    first = min(losses, key=lambda n: (losses[n], n))
    first = number if _keeps_last(training_data.task) else first
    best = _weights(train_state) if first == number else best
    return Progress(marks, first, progress.passed), best


def _facts(progress: Progress, figure: str) -> tuple[tuple[str, str | float], ...]:
    last = progress.marks[-1]
    if progress.done > last.number:
        return ()
    facts = {"train_loss": last.train_loss, "val_loss": last.val_loss}
    facts |= {f"val_{figure}": last.val_merit}
    return tuple((name, round(value, 4)) for name, value in facts.items())
