"""The backbone that a run starts from: as asked, or the first that ranking gives."""

from dataclasses import replace
from pathlib import Path

from headstart.advise import Ranked
from headstart.backbone import HEARING, LANGUAGE, RECURRENT, Backbone, load_backbone
from headstart.data import GENERATED, WRITTEN, Found
from headstart.errors import UsageError
from headstart.events import Tell, note
from headstart.modality import Modality, Text
from headstart.run.choosing import candidates, rank
from headstart.run.finding import fitting, need_kind
from headstart.run.settings import AUTO, Settings

_USUAL = {"text": LANGUAGE, "sounds": HEARING}
"""Not ranked unless that is asked for: a hub's cache may hold networks of many gigabytes."""
Ranking = tuple[Ranked, ...]


def start_of(found: Found, settings: Settings, root: Path, tell: Tell) -> tuple[Backbone, Ranking]:
    """The backbone to start from, and the ranking that chose it. Raises `BackboneError`."""
    name, ranking = _named(found, settings, root, tell)
    backbone = load_backbone(
        name,
        settings.weights or None,
        settings.seed,
        settings.offline,
        size=settings.given.size or None,
        channels=settings.given.channels or None,
        writes=found.examples.kind if found.examples.kind in (WRITTEN, GENERATED) else "",
    )
    need_kind(backbone, found)
    modality = fitting(_begun(backbone.modality, settings.given.prefix), found)
    return replace(backbone, modality=modality), ranking


def _begun(modality: Modality, prefix: str) -> Modality:
    """With this before every text; as it is where nothing was asked. Raises `UsageError`."""
    if not prefix:
        return modality
    if not isinstance(modality, Text):
        raise UsageError(
            "U159", f"--prefix stands before texts, and these are {modality.things}", "leave it out"
        )
    return replace(modality, prefix=prefix)


def _named(found: Found, settings: Settings, root: Path, tell: Tell) -> tuple[str, Ranking]:
    """The backbone's name: as asked, or the first in the ranking of those that are here."""
    if settings.backbone != AUTO:
        return settings.backbone, ()
    if found.examples.kind == GENERATED:
        return RECURRENT, ()
    if found.holds in _USUAL:
        return _USUAL[found.holds], ()
    if settings.weights or len(candidates(found)) < 2:
        return "shipped", ()
    ranking = rank(found, seed=settings.seed, offline=settings.offline, cache=root, tell=tell)
    note(tell, f"starting from {ranking[0].backbone}: {ranking[0].why}")
    return ranking[0].backbone, tuple(ranking)
