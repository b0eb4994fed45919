"""Suggestions after a run: at most three, each from a figure that the run measured."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from headstart.advise import prior_of
from headstart.backbone.suggestions import SUGGESTED
from headstart.counting import counted
from headstart.evaluate import OVERLAP, FittedArms, Outcome, Report
from headstart.evaluate.summary import NO_DOUBTS, Doubts, Step, Sureness
from headstart.head import Known
from headstart.hostile import printable
from headstart.run.command_line import rank_command, train_command
from headstart.run.folds import CHEAP, FOLDS
from headstart.run.settings import Settings
from headstart.stats import Interval, lead
from headstart.task import Task

MOST_STEPS = 3
"""The most suggestions, largest expected gain first."""
DOUBTED, DOUBTED_SHARE = 3, 0.01
"""The least number of labels that look wrong, and their least share, for a suggestion."""
COARSE = 0.05
"""The least half width of the verdict's interval for which folds are suggested."""
NARROWER = 0.8
"""The most of that width that may remain with folds."""
NEXT_BEST = 0.005
"""The least lead of a ranked candidate over the chosen one for a suggestion."""
PUBLISHED_LEAD = 2.0
"""The least lead of another backbone on other data, in points, for a suggestion."""
OFF = 0.05
"""The calibration error, by its lower bound, above which percentages are unreliable."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The measurements of a run that suggestions use."""

    place: str
    """Of the data; empty for memory."""
    settings: Settings
    folder: str
    """Of the run."""
    task: Task
    arms: FittedArms
    outcome: Outcome
    labels: Known
    """Of the test rows."""
    report: Report
    pool: int
    """Rows to learn from."""
    doubts: Doubts = NO_DOUBTS
    sure: Sureness | None = None
    split: bool = False
    """Whether the data came with a test part."""


def next_steps(found: Evidence) -> tuple[Step, ...]:
    """The suggestions, largest gain first; empty where no measurement supports one."""
    ways: tuple[Callable[[Evidence], Iterator[Step]], ...] = (
        *(doubted_labels, more_of_a_class, folds_instead, deeper_cut, better_start),
        rely_on_sure,
    )
    steps = [step for way in ways for step in way(found)]
    return tuple(sorted(steps, key=lambda step: -step.points)[:MOST_STEPS])


def doubted_labels(found: Evidence) -> Iterator[Step]:
    """Correct labels that look wrong, where leaving them out does not lower the figure."""
    doubts = found.doubts
    if doubts.count < DOUBTED or doubts.count < DOUBTED_SHARE * doubts.of:
        return
    gain = doubts.gain
    if gain is not None and gain.value < 0:
        return
    first = doubts.lines[0]
    yield Step(
        f"Look at {counted(doubts.count, 'label that looks', 'labels that look')} wrong",
        f"{printable(first[0], 80)} is labeled {printable(first[1], 40)} and looks like "
        f"{printable(first[2], 40)}; suspects.csv has all, the report shows the first",
        f"headstart report {_quoted(found.folder)} --open",
        f"{_points(gain)} on the test without them"
        if gain
        else f"{doubts.count / doubts.of:.1%} of the labels it learned from",
        100 * gain.value if gain else 0.0,
    )


def more_of_a_class(found: Evidence) -> Iterator[Step]:
    """Collect more of the class that gained most from twice the examples, if significantly.

    Among c classes the luckiest one is looked at, so its lead has to hold for a share of its
    classes: the bound is that of `lead`, and the gain is what it would add to the whole figure.
    """
    growth, task = found.outcome.growth, found.task
    if growth is None or not task.single_label or found.labels.ndim != 1:
        return
    after, before = map(np.asarray, next(iter(growth.merits.values()))[:-3:-1])
    best: tuple[float, int, Interval] | None = None
    for number in sorted(set(found.labels.tolist())):
        rows = found.labels == number
        groups = _picked(found.outcome.clusters, rows)
        gained = lead(after[rows], before[rows], groups)
        whole = gained.value * float(rows.mean())
        if gained.low > 0 and (best is None or whole > best[0]):
            best = (whole, number, gained)
    if best is None:
        return
    name = printable(task.classes[best[1]], 60)
    yield Step(
        f"Add examples of {name}",
        f"when the examples were doubled it was right on {_points(best[2])} more of them",
        train_command(found.place, found.settings),
        f"about {100 * best[0]:+.1f} points in all, if the next doubling does as much",
        100 * best[0],
    )


def folds_instead(found: Evidence) -> Iterator[Step]:
    """Use folds, where the test part is too small for a narrow interval."""
    verdict, n = found.report.verdict, len(found.outcome.rows)
    half = (verdict.high - verdict.low) / 2
    every = n + found.pool
    blocked = found.outcome.fold_of or found.split or found.task.coded_rows or every > CHEAP
    if blocked or not verdict.against or half <= COARSE:
        return
    numbers = found.task.merit(found.outcome.model.answers, found.labels).dtype.kind == "f"
    left = OVERLAP["number" if numbers else "right"] * (n / every) ** 0.5
    if left > NARROWER:
        return
    yield Step(
        f"Test every example once, in {FOLDS} folds",
        f"{n:,} test examples leave the difference uncertain by {100 * half:.0f} points",
        train_command(found.place, found.settings, folds=FOLDS),
        f"uncertain by about {100 * half * left:.0f} points instead of {100 * half:.0f}",
        100 * half * (1 - left),
    )


def deeper_cut(found: Evidence) -> Iterator[Step]:
    """Retrain stages, where earlier ones are more informative and none was retrained."""
    depth, arms = found.arms.depth, found.arms
    if depth is None or depth.linear or any(_trains(arm.strategy) for arm in arms.candidates):
        return
    last = max(1, len(depth.stages) - 1 - depth.best)
    yield Step(
        f"Retrain the last {last} stages" if last > 1 else "Retrain the last stage",
        "earlier stages hold what the last one lost, and none was retrained within the budget",
        train_command(found.place, found.settings, strategy=f"unfreeze:{last}"),
        f"up to {_points(depth.gain)}: what heads on all stages have over one on the last",
        100 * depth.gain.value,
    )


def better_start(found: Evidence) -> Iterator[Step]:
    """Another backbone: one that ranked higher, one with better published figures, or any."""
    ranking = found.arms.ranking
    if ranking:
        best = max(ranking, key=lambda one: one.predicted)
        gain = best.predicted - ranking[0].predicted
        if best is not ranking[0] and gain >= NEXT_BEST:
            yield Step(
                f"Start from {printable(best.backbone, 80)}",
                f"it ranked {100 * gain:.1f} points higher, within the noise, and is larger: "
                f"{best.params / 1e6:.1f}M parameters",
                train_command(found.place, found.settings, backbone=best.backbone),
                f"about {100 * gain:+.1f} points on unseen rows, for "
                f"{best.ms_per_item / max(1e-9, ranking[0].ms_per_item):.1f} times the time",
                100 * gain,
            )
        return
    if published := _published_lead(found):
        yield published
        return
    yield from _like_random(found)


def _published_lead(found: Evidence) -> Step | None:
    """A backbone whose published mean over other data is higher than the chosen one's."""
    backbone = found.arms.fitted.backbone
    mine = prior_of(backbone.name, backbone.name)
    if mine is None or found.settings.network.offline:
        return None
    known = [(one, prior_of(one.name, one.name)) for one in SUGGESTED]
    ahead = [(one, prior) for one, prior in known if prior and one.kind == backbone.modality.kind]
    if not ahead:
        return None
    one, prior = max(ahead, key=lambda pair: pair[1].points if pair[1] else 0.0)
    gain = prior.points - mine.points
    if gain < PUBLISHED_LEAD:
        return None
    return Step(
        f"Try {one.name} as a start",
        f"fine-tuned on {prior.sets} other sets it was {gain:.1f} points better",
        rank_command(found.place, found.settings, backbones=f"{backbone.name},{one.name}"),
        f"about {gain:+.1f} points there; rank measures it here ({one.megabytes:.0f} MB to fetch)",
        gain,
    )


def _like_random(found: Evidence) -> Iterator[Step]:
    """Any other backbone, where this one is not significantly better than random weights."""
    named = {arm.name: arm for arm in found.outcome.arms}
    other, task = named.get("probe on random weights"), found.task
    if other is None or not found.outcome.transfer.transfer:
        return
    merits = [task.merit(arm.answers, found.labels) for arm in (found.outcome.transfer, other)]
    gap = found.outcome.lead(merits[0], merits[1])
    if gap.low > 0:
        return
    yield Step(
        "Compare other starts",
        f"what {printable(found.arms.fitted.backbone.name, 60)} learned elsewhere is not clearly "
        f"better than random weights here ({_points(gap)})",
        rank_command(found.place, found.settings),
        "unknown before a ranking, which takes about a minute",
    )


def rely_on_sure(found: Evidence) -> Iterator[Step]:
    """Rely on "sure", where percentages are miscalibrated and sure answers are right."""
    off, sure = found.report.scores.figures.get("ece"), found.sure
    if off is None or off.low <= OFF or sure is None or sure.right is None:
        return
    accuracy = found.report.scores.main.value
    if sure.right.low <= accuracy:
        return
    yield Step(
        'Go by "sure", not by the percentages',
        f"these are off by {100 * off.value:.0f} points on average",
        f"headstart predict {_quoted(found.folder)} FILES --out answers.csv",
        f"sure answers ({sure.count:,} of {sure.of:,}) are right in {sure.right.value:.1%}, all in "
        f"{accuracy:.1%}",
    )


def _trains(strategy: str) -> bool:
    """Whether this strategy trains pretrained stages."""
    return not strategy.startswith(("probe", "none", "linear", "scratch"))


def _points(found: Interval) -> str:
    value, low, high = (100 * each for each in (found.value, found.low, found.high))
    return f"{value:+z.1f} points ({low:+z.1f} to {high:+z.1f})"


def _picked(groups: Sequence[str], which: np.ndarray) -> tuple[str, ...]:
    return tuple(np.asarray(groups, dtype=object)[which]) if len(groups) else ()


def _quoted(text: str) -> str:
    return shlex.quote(text)
