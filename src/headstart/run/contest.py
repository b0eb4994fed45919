"""Which arms a run compares, and the fits behind them."""

from dataclasses import replace
from pathlib import Path

from headstart.backbone import Backbone
from headstart.evaluate import Candidate, Contest, from_fit, majority, priced, raw, untrained
from headstart.events import Tell, note
from headstart.modality import Views
from headstart.run.settings import Settings
from headstart.train import Fitted, Lesson, Probe, Recipe, Scratch, Strategy, Unfreeze, fit

VIEWS = Views(crop=(0.6, 1.0), flip=False, color=0.2)
"""Nothing is mirrored: digits, letters and X-rays would become something else."""


def recipe_of(strategy: Strategy, seed: int) -> Recipe:
    """How a strategy learns unless somebody says otherwise."""
    match strategy:
        case Probe() | Unfreeze():
            return Recipe(seed=seed)
        case Scratch():
            return Recipe(epochs=40, patience=12, views=VIEWS, seed=seed)
        case _:
            return Recipe(views=VIEWS, seed=seed)


def contest(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """Fit every arm, cheapest first; the test rows stay closed."""
    found: list[Candidate] = []
    with priced(found):
        found.append(majority(lesson))
    with priced(found):
        found.append(raw(lesson, backbone.modality))
    with priced(found):
        probe = fit(lesson, backbone, Probe(), work=work / "probe", tell=tell)
        found.append(from_fit(lesson, probe, "probe", tell))
    with priced(found):
        held = probe.held.numpy().astype(float)
        found.append(untrained(lesson, backbone, settings.seed, held, tell))
    fits: dict[str, Fitted] = {"probe": probe}
    for strategy in _asked(settings):
        with priced(found):
            fits[str(strategy)] = _fitted(lesson, backbone, strategy, settings, work, tell)
            arm = from_fit(lesson, fits[str(strategy)], str(strategy), tell)
            found.append(replace(arm, note=_advice(fits[str(strategy)])))
        if found[-1].note:
            note(tell, found[-1].note)
    return _decided(found, fits, settings)


def _asked(settings: Settings) -> list[Strategy]:
    """Strategies beyond the probe, the run's own first."""
    asked = [settings.plan, *(Scratch() for _ in settings.compare)]
    return [s for s in dict.fromkeys(asked) if not isinstance(s, Probe)]


def _fitted(
    lesson: Lesson,
    backbone: Backbone,
    strategy: Strategy,
    settings: Settings,
    work: Path,
    tell: Tell,
) -> Fitted:
    place = work / str(strategy).replace(":", "-")
    place.mkdir(exist_ok=True)
    recipe = recipe_of(strategy, settings.seed)
    return fit(lesson, backbone, strategy, recipe, work=place, tell=tell)


def _decided(found: list[Candidate], fits: dict[str, Fitted], settings: Settings) -> Contest:
    asked = str(settings.plan)
    named = {candidate.name: candidate for candidate in found}
    model = named[asked]
    transfer = named["probe"] if isinstance(settings.plan, Scratch) else model
    others = {name: fitted for name, fitted in fits.items() if name not in ("probe", asked)}
    return Contest(tuple(found), model, fits[asked], transfer, others)


def _advice(fitted: Fitted) -> str:
    """To ship the probe instead, and why; empty where training went beyond the head it began with.

    Both are judged on validation rows; the head at the start was fitted to training rows alone.
    """
    if not fitted.progress.marks or not fitted.backbone.origin.pretrained:
        return ""
    start, end = fitted.progress.marks[0], fitted.progress.marks[fitted.progress.best]
    if end.val_loss < start.val_loss and end.val_accuracy >= start.val_accuracy:
        return ""
    told = f"validation loss {start.val_loss:.4f}, accuracy {start.val_accuracy:.1%}"
    return f"ship the probe: no epoch was better than the one it started from ({told})"
