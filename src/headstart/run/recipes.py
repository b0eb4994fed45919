"""How each strategy learns unless somebody says otherwise."""

from dataclasses import replace

from torch import nn

from headstart.backbone import Backbone, is_recurrent, need_writer
from headstart.errors import UsageError
from headstart.head import FrameHead, linear
from headstart.modality import Augmentation, Image, Masks, Modality, Sound, Variation
from headstart.run.settings import Settings
from headstart.task import (
    Task,
)
from headstart.train import (
    AS_USUAL,
    Full,
    Gradual,
    Hyperparameters,
    Probe,
    Recipe,
    Scratch,
    Strategy,
    Ulmfit,
    Unfreeze,
    rates_of,
    trial_of,
)

VIEWS = Augmentation(crop=(0.6, 1.0), flip=False, color=0.2)
"""Nothing is mirrored: digits, letters and X-rays would become something else."""

BOX_VIEWS = Augmentation(crop=(0.5, 1.0), flip=True, color=0.2, kept=4)
"""Things that are found are found in mirrors, too."""
BOX_BATCH = 8
"""Pictures a step where boxes are found: few hundred make too few steps of more."""


def recipe_of(
    strategy: Strategy,
    backbone: Backbone,
    task: Task,
    seed: int = 0,
    asked: Hyperparameters = AS_USUAL,
) -> Recipe:
    """How a strategy learns what the answers are, unless somebody asked for something else.

    Pictures have views where whole networks learn, recordings where they are transcribed.
    """
    own = task.schedule(probe=isinstance(strategy, Probe))
    if own:
        masked = task.masks and isinstance(backbone.modality, Sound)  # samples have no bands
        told = Recipe(epochs=own[0], patience=own[1], views=Masks() if masked else None)
        told = replace(told, views=BOX_VIEWS, batch=BOX_BATCH) if task.locates else told
    elif isinstance(strategy, Ulmfit):
        told = Recipe(epochs=12, patience=4)
    elif is_recurrent(backbone.architecture) and isinstance(strategy, Full | Unfreeze | Gradual):
        told = Recipe(epochs=20, patience=6)  # they learn slower than attention
    else:
        told = _usual(strategy, backbone.modality.kind)
    told = replace(told, views=_varied(asked)) if asked.augment else told
    return told.with_seed(seed).holding(asked)


def need_fitting(settings: Settings, modality: Modality, task: type[Task]) -> None:
    """Raise `UsageError` where something was asked of training that these data cannot have, or
    where nothing is trained.
    """  # noqa: D205 - one sentence
    asked = settings.hyperparameters
    closed = isinstance(settings.plan, Probe) and not settings.compare and not task.coded_rows
    if asked.asked and closed:
        flag = f"--{next(iter(asked.asked)).replace('_', '-')}"
        raise UsageError(
            "U170",
            f"{flag} applies to trained networks, but the head of a probe is fitted in closed form",
            f"--strategy full, or leave {flag} out",
        )
    known = _ways(modality)
    wrong = [word for word in asked.varied if word not in known]
    if wrong:
        raise UsageError(
            "U171",
            f"--augment {wrong[0]} is not for {modality.things}",
            f"--augment {','.join(known[1:]) or 'none'}, or leave it out",
        )


def _ways(modality: Modality) -> tuple[str, ...]:
    """The words of `--augment` for such things."""
    if isinstance(modality, Image):
        return ("none", "crop", "color", "flip")
    return ("none", "masks") if isinstance(modality, Sound) else ("none",)


def _varied(asked: Hyperparameters) -> Variation | None:
    words = asked.varied
    if words == ("none",):
        return None
    if words == ("masks",):
        return Masks()
    return Augmentation(
        crop=VIEWS.crop if "crop" in words else (1.0, 1.0),
        flip="flip" in words,
        color=VIEWS.color if "color" in words else 0.0,
    )


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


def passes_of(
    strategy: Strategy,
    backbone: Backbone,
    task: Task,
    rows: int,
    asked: Hyperparameters = AS_USUAL,
) -> int:
    """How many passes over so many training rows it takes at most, its search for a rate included:
    fewer where it stops early.
    """  # noqa: D205 - one sentence
    recipe = recipe_of(strategy, backbone, task, asked=asked)
    if asked.rate:
        return recipe.epochs
    rates = rates_of(strategy, recipe, backbone, _like(backbone, task), rows)
    return recipe.epochs + len(rates) * trial_of(recipe)


def expected_passes(
    strategy: Strategy,
    backbone: Backbone,
    task: Task,
    rows: int,
    asked: Hyperparameters = AS_USUAL,
) -> float:
    """Passes that training is expected to take: `Recipe.expected_epochs`, and all of the search."""
    recipe = recipe_of(strategy, backbone, task, asked=asked)
    most = passes_of(strategy, backbone, task, rows, asked)
    return float(most if task.locates else most - recipe.epochs + recipe.expected_epochs)


def _like(backbone: Backbone, task: Task) -> nn.Module:
    """A head of the kind that training starts from."""
    if task.writes:
        return need_writer(backbone.name, backbone.writer)
    if task.locates:
        return task.layer(backbone.width)
    return FrameHead(1, 1, 1) if task.coded_rows else linear(1, 1)
