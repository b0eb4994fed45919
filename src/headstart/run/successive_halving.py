"""The best few candidates of a ranking, told apart by short fine-tunes."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from headstart.advise import NEAR, Ranked
from headstart.backbone import Backbone
from headstart.counting import counted
from headstart.data import Examples
from headstart.events import Tell, note, quiet
from headstart.features import survey
from headstart.head import linear
from headstart.run.short_training import HELD, Trial, for_epochs
from headstart.stats import Interval, lead
from headstart.train import Full, Recipe, rates_of, step_price, trial_of
from headstart.train.pricing import ROWS

BEST = 3
"""Candidates that are fine-tuned: of published pools (TransferGraph), the best of the first three
of a ranking is within 0.25 to 0.8 points of the best of all."""
ROUNDS = (2, 6)
"""Epochs of each round; after each, the better half goes on (Jamieson and Talwalkar 2016)."""
Tried = Callable[[Sequence[str], int], Iterable[Trial]]
"""Names of candidates and epochs -> each of them after so many, in this order."""


def settled(
    ranking: Sequence[Ranked],
    backbones: Mapping[str, Backbone],
    sample: Examples,
    *,
    end: float,
    cache: Path,
    tell: Tell = quiet,
    tried: Tried | None = None,
) -> list[Ranked]:
    """The same ranking with its first `BEST` in the order that short fine-tunes of all stages give.

    Successive halving: all of them for a few epochs, the better half for more. A round that would
    not be over by `end` (on the monotonic clock) is not begun. What leads inside the noise, by no
    more than `NEAR`, gives way to a smaller one. `sample` is what the ranking was measured on.
    Where others train them (`tried`), those of a round learn side by side.
    """
    left = through = list(range(min(BEST, len(ranking))))
    known: dict[int, Trial] = {}

    def one_by_one(names: Sequence[str], epochs: int) -> Iterable[Trial]:
        return (for_epochs(sample, backbones[name], epochs, cache) for name in names)

    for epochs in ROUNDS:
        if len(left) < 2:
            break
        named = [(ranking[i], backbones[ranking[i].backbone]) for i in left]
        cost = sum(_seconds(backbone, sample, epochs, cache) for _, backbone in named)
        if time.monotonic() + cost > end:
            told = f"{counted(epochs, 'epoch')} of {len(left)} candidates take about {cost:,.0f} s"
            note(tell, f"{told}: there is no time for it in the budget")
            break
        names = [ranking[i].backbone for i in left]
        for i, trial in zip(left, (tried or one_by_one)(names, epochs), strict=True):
            known[i], merit = trial, float(trial.merit.mean())
            name = ranking[i].backbone
            after = counted(epochs, "epoch")
            note(tell, f"{name}: {merit:.1%} after {after}, loss {trial.loss:.3f}")
        through = left
        left = sorted(left, key=lambda i: known[i].loss)[: math.ceil(len(left) / 2)]
    return _placed(ranking, through, known) if known else list(ranking)


def _seconds(backbone: Backbone, sample: Examples, epochs: int, cache: Path) -> float:
    """Of so many epochs and their search for a rate, by one step."""
    seen = survey(sample.take(range(min(ROWS, len(sample)))), backbone.modality, cache=cache)
    each = step_price(backbone, seen.items.take(range(len(seen.items.digests))))
    short, rows = Recipe(epochs=epochs), (1 - HELD) * len(sample)
    rates = rates_of(Full(), short, backbone, linear(1, 1), round(rows))
    passes = epochs + len(rates) * trial_of(short)
    return each.times(passes * rows).waited


def _placed(
    ranking: Sequence[Ranked], through: Sequence[int], tried: Mapping[int, Trial]
) -> list[Ranked]:
    """Those of the last round first, by loss; then those that fell out, then the rest."""
    order = sorted(tried, key=lambda i: (i not in through, tried[i].loss))
    first, gaps = order[0], {i: _gap(tried[order[0]], tried[i]) for i in order}
    even = [i for i in through if gaps[i].low <= 0 and gaps[i].value <= NEAR]
    chosen = min(even, key=lambda i: (ranking[i].params, order.index(i)), default=first)
    order = [chosen, *(i for i in order if i != chosen)]
    told = [replace(ranking[i], why=_why(ranking, tried, order, i)) for i in order]
    return [*told, *(one for i, one in enumerate(ranking) if i not in tried)]


def _gap(one: Trial, other: Trial) -> Interval:
    return lead(one.merit, other.merit, one.groups)


def _why(
    ranking: Sequence[Ranked], tried: Mapping[int, Trial], order: Sequence[int], i: int
) -> str:
    rival = order[1] if i == order[0] else order[0]
    gap, name = _gap(tried[i], tried[rival]), ranking[rival].backbone
    told = f"{100 * gap.value:+.1f} points, {100 * gap.low:+.1f} to {100 * gap.high:+.1f}"
    return f"fine-tuned for a few epochs: {tried[i].merit.mean():.1%}, {told} to {name}"
