"""The best few candidates of a ranking, told apart by short fine-tunes."""

import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.advise import NEAR, Ranked
from headstart.backbone import Backbone
from headstart.data import Examples, hold_out, strata_of
from headstart.events import Tell, note, quiet
from headstart.features import survey
from headstart.head import linear
from headstart.run.recipes import recipe_of
from headstart.stats import Interval, Merit, lead
from headstart.task import make_task
from headstart.train import Full, Lesson, Recipe, fit, rates_of, step_price, trial_of
from headstart.train.pricing import ROWS

BEST = 3
"""Candidates that are fine-tuned: of published pools (TransferGraph), the best of the first three
of a ranking is within 0.25 to 0.8 points of the best of all."""
ROUNDS = (2, 6)
"""Epochs of each round; after each, the better half goes on (Jamieson and Talwalkar 2016)."""
_HELD = 0.3


@dataclass(frozen=True, eq=False)
class _Tried:
    """A candidate after a round."""

    loss: float
    """On validation rows."""
    merit: Merit
    groups: tuple[str, ...] = ()
    """Of those rows."""


def settled(
    ranking: Sequence[Ranked],
    backbones: Mapping[str, Backbone],
    sample: Examples,
    *,
    end: float,
    cache: Path,
    tell: Tell = quiet,
) -> list[Ranked]:
    """The same ranking with its first `BEST` in the order that short fine-tunes of all stages give.

    Successive halving: all of them for a few epochs, the better half for more. A round that would
    not be over by `end` (on the monotonic clock) is not begun. What leads inside the noise, by no
    more than `NEAR`, gives way to a smaller one. `sample` is what the ranking was measured on.
    """
    left = through = list(range(min(BEST, len(ranking))))
    tried: dict[int, _Tried] = {}
    for epochs in ROUNDS:
        if len(left) < 2:
            break
        named = [(ranking[i], backbones[ranking[i].backbone]) for i in left]
        cost = sum(_seconds(backbone, sample, epochs, cache) for _, backbone in named)
        if time.monotonic() + cost > end:
            told = f"{epochs} epochs of {len(left)} candidates take about {cost:,.0f} s"
            note(tell, f"{told}: there is no time for it in the budget")
            break
        for i in left:
            name = ranking[i].backbone
            tried[i] = _tried(backbones[name], sample, epochs, cache)
            merit = float(tried[i].merit.mean())
            note(tell, f"{name}: {merit:.1%} after {epochs} epochs, loss {tried[i].loss:.3f}")
        through = left
        left = sorted(left, key=lambda i: tried[i].loss)[: math.ceil(len(left) / 2)]
    return _placed(ranking, through, tried) if tried else list(ranking)


def _seconds(backbone: Backbone, sample: Examples, epochs: int, cache: Path) -> float:
    """Of so many epochs and their search for a rate, by one step."""
    seen = survey(sample.take(range(min(ROWS, len(sample)))), backbone.modality, cache=cache)
    each = step_price(backbone, seen.items.take(range(len(seen.items.digests))))
    short, rows = Recipe(epochs=epochs), (1 - _HELD) * len(sample)
    rates = rates_of(Full(), short, backbone, linear(1, 1), round(rows))
    passes = epochs + len(rates) * trial_of(short)
    return each.times(passes * rows).waited


def _tried(backbone: Backbone, sample: Examples, epochs: int, cache: Path) -> _Tried:
    seen = survey(sample, backbone.modality, cache=cache)
    partition = hold_out(strata_of(sample), _HELD)
    task, labels = make_task(sample, partition.train + partition.val)
    lesson = Lesson(seen.items, labels, sample.groups, partition, task, cache)
    recipe = recipe_of(Full(), backbone, task)
    with tempfile.TemporaryDirectory() as work:
        short = replace(recipe, epochs=epochs, patience=epochs)
        fitted = fit(lesson, backbone, Full(), short, work=Path(work))
    answers, truth = fitted.held.numpy(), lesson.labels_of(partition.val).numpy()
    loss = float(task.losses(answers.astype(float), truth).mean())
    groups = lesson.groups_of(partition.val)
    return _Tried(loss, task.merit(answers, truth), groups)


def _placed(
    ranking: Sequence[Ranked], through: Sequence[int], tried: Mapping[int, _Tried]
) -> list[Ranked]:
    """Those of the last round first, by loss; then those that fell out, then the rest."""
    order = sorted(tried, key=lambda i: (i not in through, tried[i].loss))
    first, gaps = order[0], {i: _gap(tried[order[0]], tried[i]) for i in order}
    even = [i for i in through if gaps[i].low <= 0 and gaps[i].value <= NEAR]
    chosen = min(even, key=lambda i: (ranking[i].params, order.index(i)), default=first)
    order = [chosen, *(i for i in order if i != chosen)]
    told = [replace(ranking[i], why=_why(ranking, tried, order, i)) for i in order]
    return [*told, *(one for i, one in enumerate(ranking) if i not in tried)]


def _gap(one: _Tried, other: _Tried) -> Interval:
    return lead(one.merit, other.merit, one.groups)


def _why(
    ranking: Sequence[Ranked], tried: Mapping[int, _Tried], order: Sequence[int], i: int
) -> str:
    rival = order[1] if i == order[0] else order[0]
    gap, name = _gap(tried[i], tried[rival]), ranking[rival].backbone
    told = f"{100 * gap.value:+.1f} points, {100 * gap.low:+.1f} to {100 * gap.high:+.1f}"
    return f"fine-tuned for a few epochs: {tried[i].merit.mean():.1%}, {told} to {name}"
