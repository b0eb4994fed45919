"""The backbone that a run starts from: as asked, or the first that ranking gives."""

from pathlib import Path

from headstart.backbone import HEARING, LANGUAGE, Backbone, load_backbone
from headstart.data import Found
from headstart.events import Tell, note
from headstart.run.choosing import candidates, rank
from headstart.run.finding import need_kind
from headstart.run.settings import AUTO, Settings


def start_of(found: Found, settings: Settings, root: Path, tell: Tell) -> Backbone:
    """The backbone to start from. Raises `BackboneError`."""
    backbone = load_backbone(
        _named(found, settings, root, tell),
        settings.weights or None,
        settings.seed,
        settings.offline,
        size=settings.size or None,
        channels=settings.channels or None,
    )
    need_kind(backbone, found)
    return backbone


def _named(found: Found, settings: Settings, root: Path, tell: Tell) -> str:
    """The backbone's name: as asked, or the first in the ranking of those that are here."""
    if settings.backbone != AUTO:
        return settings.backbone
    if found.holds == "text":
        return LANGUAGE
    if found.holds == "sounds":
        return HEARING
    if settings.weights or len(candidates(found)) < 2:
        return "shipped"
    first = rank(found, seed=settings.seed, offline=settings.offline, cache=root, tell=tell)[0]
    note(tell, f"starting from {first.backbone}: {first.why}")
    return first.backbone
