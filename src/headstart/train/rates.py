"""How fast stages learn beside one another, and the rates that are tried for them."""

from dataclasses import replace

from torch import nn

from headstart.backbone import Backbone, Recurrent, Writer, learning_stages
from headstart.head import BoxHead
from headstart.train.recipe import BIT, EVEN, Recipe
from headstart.train.strategy import (
    BitFit,
    Gradual,
    LowRank,
    Probe,
    Scratch,
    Strategy,
    Ulmfit,
    cut_of,
)

RATES: tuple[float, ...] = (3e-5, 1e-4, 3e-4, 1e-3)
"""Rates that are tried for pretrained stages."""
BIT_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
"""Rates that are tried for pretrained convolutions, which learn by the rule of BiT."""
STEPS = 500
"""Steps that the rule of BiT makes at least: where there are fewer, it hardly moves anything."""
FRESH_RATES = (3e-4, 1e-3, 3e-3)
"""Rates that are tried where all weights are fresh, the head learning at the same rate; and for
convolutions without the rule of BiT and recurrent networks, where short trials at lower rates only
stay where they are."""
WRITING_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
"""Rates that are tried where a half that writes learns: all but the highest where it was trained,
all but the lowest where it was not, or where few numbers learn."""
FEW_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
"""Rates that are tried where few numbers learn: biases, or changes of low rank; the head too."""
TAUGHT_RATE = 1e-3
"""Of convolutions that learn to answer as a teacher does, in many views of few things."""
LOCATING_RATE, SLOWER = 2e-3, 0.7
"""Of the last stages of a detector, and what a stage before another learns at beside it."""
MANY, MIXUP = 20_000, 0.1
"""Rows from which the rule of BiT mixes pictures, and how much."""


def paced(
    strategy: Strategy,
    recipe: Recipe,
    suffix: nn.Module,
    head: nn.Module,
    *,
    rows: int,
    kind: str,
    pretrained: bool = True,
    taught: bool = False,
) -> tuple[Recipe, tuple[float, ...]]:
    """The recipe with the pace that suits the strategy and the network, and the rates to try: one
    where that was asked for, which wins over the rules here. `taught` is a student of a teacher.

    Stages before the last learn slower and slower, but where all are fresh, where few numbers
    learn, and in networks of convolutions for pictures under a fitted head, which follow the
    hyper-rule of BiT (Kolesnikov et al. 2020) where they make 500 steps. Under a fitted head
    pretrained batch norms keep the statistics that its features were computed with: with those of
    each batch, what it was fitted to is gone before the first step.
    """  # noqa: D205 - one sentence
    if isinstance(head, BoxHead):
        plan, rates = _located(strategy, recipe, pretrained=pretrained)
    elif taught and kind == "image" and convolutional(suffix):
        plan, rates = _taught(recipe, pretrained=pretrained)
    else:
        plan, rates = _paced(strategy, recipe, suffix, head, rows, kind, pretrained)
    asked = recipe.asked
    if asked.weight_decay is not None:
        held = replace(plan.restraint, weight_decay=asked.weight_decay)
        plan = replace(plan, restraint=held)
    return plan, (asked.rate,) if asked.rate else rates


def _paced(
    strategy: Strategy,
    recipe: Recipe,
    suffix: nn.Module,
    head: nn.Module,
    rows: int,
    kind: str,
    pretrained: bool,  # noqa: FBT001
) -> tuple[Recipe, tuple[float, ...]]:
    fitted = isinstance(head, nn.Linear) and not isinstance(strategy, Scratch)
    held = replace(recipe.restraint, still=fitted and pretrained)
    plan = replace(recipe, gradual=isinstance(strategy, Gradual | Ulmfit), restraint=held)
    even, few = replace(plan, pace=EVEN), isinstance(strategy, LowRank | BitFit)
    writes = isinstance(head, Writer)
    match strategy:
        case Scratch():
            return even, WRITING_RATES[1:] if writes else FRESH_RATES
        case Ulmfit():
            return replace(plan, pace=replace(plan.pace, stage_decay=1 / 2.6)), FRESH_RATES
        case _ if writes:
            slower = replace(plan, pace=replace(plan.pace, head_ratio=1.0))
            return slower, WRITING_RATES[1:] if few else WRITING_RATES[:-1]
        case _ if few or isinstance(strategy, Probe):
            return even, FEW_RATES
        case _:
            return _tuned(plan, suffix, rows, kind) if fitted else (plan, RATES)


def _located(
    strategy: Strategy, recipe: Recipe, *, pretrained: bool
) -> tuple[Recipe, tuple[float, ...]]:
    """Of detectors: one rate, which is not searched for: losses of short trials don't tell rates
    apart while points are still assigned anew.
    """  # noqa: D205 - one sentence
    held = replace(recipe.restraint, still=pretrained and not isinstance(strategy, Scratch))
    even = isinstance(strategy, Scratch | LowRank | BitFit) or not pretrained
    pace = EVEN if even else replace(EVEN, stage_decay=SLOWER)
    return replace(recipe, restraint=held, pace=pace), (LOCATING_RATE,)


def _taught(recipe: Recipe, *, pretrained: bool) -> tuple[Recipe, tuple[float, ...]]:
    """Of students: one rate for every part, which falls along a cosine (Beyer et al. 2022).

    A search would take the epochs that they need, and the rule of BiT, whose steps are cut to a
    length, hardly moves them from where they start.
    """
    held = replace(recipe.restraint, still=pretrained)
    return replace(recipe, restraint=held, pace=EVEN), (TAUGHT_RATE,)


def rates_of(
    strategy: Strategy, recipe: Recipe, backbone: Backbone, head: nn.Module, rows: int
) -> tuple[float, ...]:
    """The rates that are tried on so many rows."""
    learning = learning_stages(backbone)
    suffix = backbone.cut(cut_of(strategy, backbone.depth, learning))[1]
    return paced(strategy, recipe, suffix, head, rows=rows, kind=backbone.modality.kind)[1]


def _tuned(
    plan: Recipe, suffix: nn.Module, rows: int, kind: str
) -> tuple[Recipe, tuple[float, ...]]:
    """Under a head that was fitted first."""
    if kind != "image" or not convolutional(suffix):
        remembers = any(isinstance(part, Recurrent) for part in suffix.modules())
        return plan, FRESH_RATES if remembers else RATES
    if plan.epochs * rows < STEPS * plan.batch:
        return plan, FRESH_RATES
    held = replace(plan.restraint, weight_decay=0.0, mixup=MIXUP if rows >= MANY else 0.0)
    return replace(plan, pace=BIT, restraint=held), BIT_RATES


def convolutional(network: nn.Module) -> bool:
    """Whether most of its numbers are those of convolutions over pictures, none of attention."""
    sizes = [(p.numel(), p.ndim) for p in network.parameters()]
    folded = sum(size for size, ndim in sizes if ndim == 4)
    attends = any("attention" in type(part).__name__.lower() for part in network.modules())
    return not attends and 2 * folded > sum(size for size, _ in sizes)
