"""The one look at the test rows, and everything that is said about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from headstart.advise import Depth
from headstart.backbone import multiply_adds
from headstart.data import Examples
from headstart.evaluate.candidates import Candidate
from headstart.evaluate.learning import learning
from headstart.evaluate.metrics import confusion, measure, per_class, reliability
from headstart.evaluate.report import Curve, EpochRow, Fact, Learned, Report, Shown, StageRow
from headstart.evaluate.verdict import judge
from headstart.train import Fitted, Lesson
from headstart.train.loop import stage_rates

SHOWN = 150
"""Test examples whose pictures the page carries, at most."""


@dataclass(frozen=True, eq=False)
class Contest:
    """The candidates, which of them is the run's model, and which stands for transfer."""

    candidates: tuple[Candidate, ...]
    model: Candidate
    fitted: Fitted
    """The network behind `model`."""
    transfer: Candidate
    """The arm the verdict is about: the model, or the pretrained probe where the model has
    nothing pretrained in it."""
    others: Mapping[str, Fitted] = field(default_factory=dict)
    """Further fitted networks by name, for their curves."""
    depth: Depth | None = None
    """What the stages know, where that decided how much to retrain."""
    because: str = ""
    """Why so much was frozen, where nobody had asked for it."""


def examine(
    lesson: Lesson,
    examples: Examples,
    contest: Contest,
    *,
    title: str,
    sure_above: float,
    seeds: tuple[float, ...],
    facts: tuple[Fact, ...],
) -> Report:
    """Open the test rows once, for every arm, and write down what they show."""
    rows = lesson.partition.test
    labels, groups = lesson.labels_of(rows).numpy(), lesson.groups_of(rows)
    arms = {candidate: candidate.tested(rows, labels, groups) for candidate in contest.candidates}
    model = arms[contest.model]
    verdict = judge(
        list(arms.values()),
        arms[contest.transfer],
        labels,
        groups,
        pretrained=contest.transfer.transfer,
    )
    compared = [contest.transfer, *(c for c in contest.candidates if c.name == verdict.against)]
    train, val = (
        lesson.labels_of(p).numpy() for p in (lesson.partition.train, lesson.partition.val)
    )
    found = model.probabilities
    return Report(
        title=title,
        verdict=replace(verdict, learning=learning(lesson, compared, labels, groups)),
        scores=measure(found, labels, groups),
        seeds=seeds,
        arms=tuple(arms.values()),
        classes=per_class(found, labels, examples.classes, train, val, groups),
        confusion=confusion(found, labels, len(examples.classes)),
        shown=_shown(lesson, examples, contest, found, sure_above),
        bins=reliability(found, labels, groups),
        curves=_curves(contest),
        learned=learned_of(contest.fitted, contest.model.strategy, contest.because),
        facts=facts,
    )


def learned_of(fitted: Fitted, strategy: str, because: str = "") -> Learned:
    """What was frozen and what was trained, stage by stage, at which peak rates."""
    backbone, at, recipe = fitted.backbone, fitted.at, fitted.recipe
    names = [name for name, _ in backbone.stages.named_children()]
    rates = stage_rates(len(fitted.suffix), recipe)[::-1] if recipe else []
    sizes = [*map(_size, backbone.stages), _size(fitted.head)]
    learned = [*(0 for _ in range(at)), *fitted.learned, sizes[-1]]
    rates = [*(0.0 for _ in range(at)), *rates, recipe.rate * recipe.head_ratio if recipe else 0.0]
    adds = (*multiply_adds(backbone), sizes[-1])
    shares = [count / max(1, sum(adds)) for count in adds]
    stages = [*map(StageRow, (*names, "head"), sizes, learned, rates, shares)]
    tensors, changed = fitted.frozen
    sentence = (
        f"Froze {at} of {backbone.depth} stages, {sum(shares[:at]):.0%} of the forward pass; "
        f"trained {sum(learned):,} of {sum(sizes):,} parameters. "
        f"{changed} of {tensors} frozen tensors changed."
    )
    if because:
        sentence = f"{because[0].upper()}{because[1:]}. {sentence}"
    return Learned(
        strategy,
        backbone.name,
        at,
        backbone.depth,
        tuple(stages),
        tensors,
        changed,
        sentence,
    )


def _size(module: object) -> int:
    parameters: Iterable[Tensor] = getattr(module, "parameters", list)()
    return sum(parameter.numel() for parameter in parameters)


def _curves(contest: Contest) -> tuple[Curve, ...]:
    curves = []
    for name, fitted in {contest.model.name: contest.fitted, **contest.others}.items():
        marks = fitted.progress.marks
        epochs = (EpochRow(m.number, m.train_loss, m.val_loss, m.val_accuracy) for m in marks[1:])
        if len(marks) > 1:
            curves.append(Curve(name, tuple(epochs), fitted.progress.best))
    return tuple(curves)


def _shown(
    lesson: Lesson,
    examples: Examples,
    contest: Contest,
    probabilities: Float[np.ndarray, "m c"],
    sure_above: float,
) -> tuple[Shown, ...]:
    """Mistakes first, the most confident leading; then right answers, class by class."""
    rows = lesson.partition.test
    labels: Int[np.ndarray, " m"] = lesson.labels_of(rows).numpy()
    shown = []
    for position in _order(probabilities, labels)[:SHOWN]:
        row = rows[position]
        guess = int(probabilities[position].argmax())
        belief = float(probabilities[position, guess])
        mime, data = contest.fitted.backbone.modality.show(lesson.items.take([row])[0])
        name, label = examples.name(row), int(labels[position])
        shown.append(Shown(name, mime, data, label, guess, belief, belief >= sure_above))
    return tuple(shown)


def _order(probabilities: np.ndarray, labels: np.ndarray) -> Sequence[int]:
    guesses, belief = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = [int(i) for i in np.argsort(-belief, kind="stable") if guesses[i] != labels[i]]
    turns: dict[int, int] = {}
    right = []
    for i in np.flatnonzero(guesses == labels).tolist():
        turns[labels[i]] = turns.get(labels[i], 0) + 1
        right.append((turns[labels[i]], int(labels[i]), i))
    return wrong[: SHOWN - SHOWN // 3] + [i for _, _, i in sorted(right)]
