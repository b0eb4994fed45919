"""The backbone that a run starts from: as asked, or the first that ranking gives."""

from dataclasses import asdict
from pathlib import Path

from headstart.advise import Ranked
from headstart.backbone import HEARING, LANGUAGE, RECURRENT, Backbone
from headstart.data import GENERATED, WRITTEN, Found
from headstart.errors import UsageError
from headstart.events import Tell, note
from headstart.modality import Text
from headstart.run.choosing import candidates, rank
from headstart.run.settings import AUTO, Settings
from headstart.run.taking import named, taken

_USUAL = {"text": LANGUAGE, "sounds": HEARING}
"""Not ranked unless that is asked for: a hub's cache may hold networks of many gigabytes."""
Ranking = tuple[Ranked, ...]


def start_of(found: Found, settings: Settings, root: Path, tell: Tell) -> tuple[Backbone, Ranking]:
    """The backbone to start from, and the ranking that chose it. Raises `BackboneError`."""
    name, weights, ranking = _named(found, settings, root, tell)
    backbone = taken(name, weights, found, settings.given, settings.seed, offline=settings.offline)
    own = isinstance(backbone.modality, Text) and bool(backbone.modality.languages())
    if own and found.examples.kind == WRITTEN and not settings.given.languages:
        note(tell, "texts read and written are marked with one language: --languages A,B tells two")
    return backbone, ranking


def _named(
    found: Found, settings: Settings, root: Path, tell: Tell
) -> tuple[str, str | None, Ranking]:
    """Name and weights: as asked, or the first in the ranking of several, or of those here."""
    pool = "all"
    if settings.backbone != AUTO:
        asked = list(named(settings.backbone))
        if len(asked) == 1:
            name, weights = asked[0]
            return name, settings.weights or weights, ()
        _need_no_file(settings)
        pool = settings.backbone
    elif found.examples.kind == GENERATED:
        return RECURRENT, None, ()
    elif found.holds in _USUAL:
        return _USUAL[found.holds], settings.weights or None, ()
    elif settings.weights or len(candidates(found)) < 2:
        return "shipped", settings.weights or None, ()
    options = {"seed": settings.seed, "offline": settings.offline, **asdict(settings.given)}
    ranking = rank(found, backbones=pool, cache=root, tell=tell, **options)
    note(tell, f"starting from {ranking[0].backbone}: {ranking[0].why}")
    return *next(named(ranking[0].backbone)), tuple(ranking)


def _need_no_file(settings: Settings) -> None:
    """Raise `UsageError` where one file is to be the weights of several backbones."""
    if settings.weights:
        raise UsageError(
            "U162",
            "--weights is one file, and --backbone names several backbones",
            "--backbone NAME=FILE,NAME=FILE",
        )
