"""How each strategy learns unless somebody says otherwise."""

from torch import nn

from headstart.backbone import Backbone, is_recurrent, need_writer
from headstart.head import FrameHead, linear
from headstart.modality import Masks, Sound, Views
from headstart.task import (
    Task,
)
from headstart.train import (
    Full,
    Gradual,
    Probe,
    Recipe,
    Scratch,
    Strategy,
    Ulmfit,
    Unfreeze,
    rates_of,
    trial_of,
)

VIEWS = Views(crop=(0.6, 1.0), flip=False, color=0.2)
"""Nothing is mirrored: digits, letters and X-rays would become something else."""


def recipe_of(strategy: Strategy, backbone: Backbone, task: Task, seed: int = 0) -> Recipe:
    """How a strategy learns what the answers are.

    Pictures have views where whole networks learn, recordings where they are transcribed.
    """
    own = task.schedule(probe=isinstance(strategy, Probe))
    if own:
        masked = task.masks and isinstance(backbone.modality, Sound)  # samples have no bands
        told = Recipe(epochs=own[0], patience=own[1], views=Masks() if masked else None)
    elif isinstance(strategy, Ulmfit):
        told = Recipe(epochs=12, patience=4)
    elif is_recurrent(backbone.architecture) and isinstance(strategy, Full | Unfreeze | Gradual):
        told = Recipe(epochs=20, patience=6)  # they learn slower than attention
    else:
        told = _usual(strategy, backbone.modality.kind)
    return told.with_seed(seed)


def _usual(strategy: Strategy, kind: str) -> Recipe:
    views = VIEWS if kind == "image" else None
    match kind, strategy:
        case _, Scratch():
            return Recipe(epochs=40, patience=12, views=views)
        case "text", _:
            return Recipe(epochs=5, patience=2)
        case "image", Probe() | Unfreeze():
            return Recipe(epochs=12, patience=12)
        case "image", _:  # losses fall with the rates, which fall to the end
            return Recipe(epochs=12, patience=12, views=views)
        case _:
            return Recipe()


def passes_of(strategy: Strategy, backbone: Backbone, task: Task, rows: int) -> int:
    """How many passes over so many training rows it takes at most, its search for a rate included:
    fewer where it stops early.
    """  # noqa: D205 - one sentence
    recipe = recipe_of(strategy, backbone, task)
    rates = rates_of(strategy, recipe, backbone, _like(backbone, task), rows)
    return recipe.epochs + len(rates) * trial_of(recipe)


def _like(backbone: Backbone, task: Task) -> nn.Module:
    """A head of the kind that training starts from."""
    if task.writes:
        return need_writer(backbone.name, backbone.writer)
    return FrameHead(1, 1, 1) if task.coded_rows else linear(1, 1)
