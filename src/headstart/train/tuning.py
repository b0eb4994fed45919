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
from headstart.train.checkpoint import Mark, Progress, restore, save
from headstart.train.decisions import recalled
from headstart.train.forcing import loss_of, merit_of, writes
from headstart.train.lesson import scores_of
from headstart.train.loop import PLAIN, Apprentice, Epoch, Feed, Steps, Wanted, learn, optimizer_for
from headstart.train.placing import CPU, lent, processor
from headstart.train.pricing import Purse
from headstart.train.recipe import Recipe

TRIAL = 0.25
"""Share of a run's epochs that each rate of the search gets."""
TIMED = 4
"""Batches of which the time of an epoch is told where no rate is searched for."""
BLENDS = (0.75, 0.5, 0.25)
"""Shares of the tuned weights that are tried in a mean with the start."""


Watching = Callable[[nn.Sequential], None]
"""Sees suffix and head while they learn."""


@dataclass(frozen=True, eq=False)
class Course:
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
    course: Course,
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
    if recipe.asked.rate:
        return afforded(course, suffix, head, recipe, work), ()
    purse = Purse(work / "epochs.json", recipe.allowance)
    tried = search(course, suffix, head, recipe, rates, purse, tell)
    best = replace(recipe, rate=min(tried, key=lambda pair: pair[1])[0])
    return purse.bought(best, len(tried) * trial_of(recipe)), tried


def afforded(
    course: Course, suffix: nn.Sequential, head: nn.Module, recipe: Recipe, work: Path
) -> Recipe:
    """The recipe with the epochs it may have, by a few steps of the first."""
    purse = Purse(work / "epochs.json", recipe.allowance)
    if recipe.allowance < math.inf and not purse.place.exists():
        rows = min(TIMED * recipe.batch, len(course.labels))
        lengths = course.made.lengths[:rows]
        part = replace(course, labels=course.labels[range(rows)], made=Steps(lengths))
        for _ in _epochs(part, _apprentice(suffix, head, recipe), replace(recipe, epochs=1)):
            purse.passes += rows / len(course.labels)
    return purse.bought(recipe, 0)


def search(
    course: Course,
    suffix: nn.Sequential,
    head: nn.Module,
    recipe: Recipe,
    rates: tuple[float, ...],
    purse: Purse,
    tell: Tell = quiet,
) -> tuple[tuple[float, float], ...]:
    """Validation loss of a short run at each rate, from the same start; middle ones first.

    A regime judged at one rate is not judged; fewer than all are tried only where the purse is
    short. What was tried stays beside it, so that a killed search goes on where it was.
    """
    place = purse.place.with_name("rates.json")
    tried, done = _read_rates(place)
    trial = replace(recipe, epochs=trial_of(recipe))
    total = len(rates) * trial.epochs
    middle = sorted(range(len(rates)), key=lambda i: abs(2 * i - len(rates) + 1))
    tell(Event("start", "trying rates", len(tried) * trial.epochs, total))
    for rate in [rates[i] for i in middle[len(tried) :]]:
        if done or purse.enough(len(tried), trial.epochs):
            break
        apprentice, losses = _apprentice(suffix, head, replace(trial, rate=rate)), list[float]()
        for epoch in _epochs(course, apprentice, trial):
            losses.append(_lost(course, apprentice))
            purse.passes += 1
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
    course: Course,
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
    course pauses there, and draws nothing from the random state.
    """
    apprentice = _apprentice(suffix, head, recipe)
    place, asked = work / "checkpoint.safetensors", _asked(course, recipe)
    best: Mapping[str, Tensor]
    progress, best = restore(place, apprentice, asked, tell)
    if not progress.marks:
        progress, best = _marked(course, apprentice, progress, {}, 0, float("nan"))
    tell(Event("start", "training", progress.done, recipe.epochs))
    epochs = _epochs(course, apprentice, recipe, progress.done)
    for epoch in () if _stale(progress, recipe) else epochs:
        if epoch.share < 1:
            tell(_midway(epoch, recipe))
            _shown(apprentice, watch)
            continue
        progress, best = _marked(course, apprentice, progress, best, epoch.number, epoch.loss)
        save(place, apprentice, best, progress, asked)
        facts = _facts(progress, course.task.figure)
        tell(Event("step", "training", epoch.number, recipe.epochs, facts))
        _shown(apprentice, watch)
        if _stale(progress, recipe):
            break
    tell(Event("end", "training", progress.done, recipe.epochs))
    apprentice.network.load_state_dict(best)
    apprentice.network.eval().to(CPU).to(memory_format=torch.contiguous_format)
    return Tuned(*halves(apprentice.network), progress, recipe)


def _asked(course: Course, recipe: Recipe) -> str:
    """All settings that training goes by; what may be spent is in the number of epochs."""
    return f"{replace(recipe, allowance=math.inf)!r}, half {course.made.half}"


def _midway(epoch: Epoch, recipe: Recipe) -> Event:
    facts = (("epoch", f"{epoch.share:.0%}"), ("train_loss", round(epoch.loss, 4)))
    return Event("step", "training", epoch.number - 1, recipe.epochs, facts)


def _shown(apprentice: Apprentice, watch: Watching | None) -> None:
    if watch is not None:
        network = apprentice.average or apprentice.network
        with lent(network, CPU):
            watch(nn.Sequential(*network.children()))


def blended(
    course: Course, start: nn.Sequential, end: nn.Sequential
) -> tuple[nn.Sequential, float]:
    """The mean of two networks that loses least on validation rows, and the share of the end.

    Weights between start and end of fine-tuning often do better than either (WiSE-FT: Wortsman et
    al. 2022). Where none does, it is the end itself, at 1.
    """
    old, new = start.state_dict(), end.state_dict()
    best, share = end, 1.0
    least = _loss(course, end)
    for tried in BLENDS:
        mixed = copy.deepcopy(end)
        mixed.load_state_dict({name: _mean(old[name], t, tried) for name, t in new.items()})
        if (loss := _loss(course, mixed)) < least:
            best, share, least = mixed, tried, loss
    return best, share


def _mean(old: Tensor, new: Tensor, share: float) -> Tensor:
    return torch.lerp(old, new, share) if new.is_floating_point() else new


def _loss(course: Course, network: nn.Module) -> float:
    return loss_of(network, course.val_feed, course.val_labels, course.task)


def _lost(course: Course, apprentice: Apprentice) -> float:
    return _loss(course, apprentice.average or apprentice.network)


def _epochs(
    course: Course, apprentice: Apprentice, recipe: Recipe, after: int = 0
) -> Iterator[Epoch]:
    """Where classes are to count alike, rows of each come up as often, and losses need no weights:
    a rare row that weighs much makes for steps of very different lengths.
    """  # noqa: D205 - one sentence
    task, made = course.task, course.made
    if isinstance(task, Task) and task.class_weights:
        known = torch.as_tensor(course.labels[range(len(course.labels))])
        task, made = task.unweighted(), replace(made, classes=tuple(known.tolist()))
    return learn(apprentice, course.feed, course.labels, task, recipe, after=after, made=made)


@dataclass(frozen=True)
class _Judged:
    loss: float
    merit: float


def _apprentice(suffix: nn.Sequential, head: nn.Module, recipe: Recipe) -> Apprentice:
    """Copies to train, where training runs; channels last in memory, which convolutions are faster
    with.
    """  # noqa: D205 - one sentence
    network = nn.Sequential(*copy.deepcopy((suffix, head)))
    network.to(processor()).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval() if recipe.averaging else None
    parts = halves(network)
    pulled = parts[0].parameters() if recipe.restraint.pull else ()
    start = {parameter: parameter.detach().clone() for parameter in pulled}
    return Apprentice(network, optimizer_for(*parts, recipe), average, start)


def halves(network: nn.Module) -> tuple[nn.Sequential, nn.Module]:
    """Suffix and head of a network in training."""
    suffix, head = network.children()
    if not isinstance(suffix, nn.Sequential):
        raise TypeError("a network in training is a suffix and a head")
    return suffix, head


def _judged(course: Course, apprentice: Apprentice) -> _Judged:
    network = apprentice.average or apprentice.network
    if writes(network):
        known = course.val_feed, course.val_labels, course.task
        return _Judged(loss_of(network, *known), merit_of(network, *known))
    scores = scores_of(network, course.val_feed, len(course.val_labels))
    loss = course.task.loss(scores, course.val_labels)
    answers = course.task.answers(scores).numpy()
    merit = course.task.merit(answers, course.val_labels.numpy())
    return _Judged(float(loss), float(merit.mean()))


def _marked(
    course: Course,
    apprentice: Apprentice,
    progress: Progress,
    best: Mapping[str, Tensor],
    number: int,
    train_loss: float,
) -> tuple[Progress, Mapping[str, Tensor]]:
    """Judge the network after an epoch, and keep its weights if it is the best so far."""
    judged = _judged(course, apprentice)
    mark = Mark(number, train_loss, judged.loss, judged.merit)
    marks = (*progress.marks, mark)
    losses = {m.number: m.val_loss for m in marks}
    first = min(losses, key=lambda n: (losses[n], n))
    if first == number:
        kept = apprentice.average or apprentice.network
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
