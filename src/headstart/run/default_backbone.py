"""The backbone that a run starts from: as asked, or the first that ranking gives."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from headstart.advise import Ranked
from headstart.backbone import DETECTING, HEARING, LANGUAGE, RECURRENT, Backbone
from headstart.data import Dataset, Found
from headstart.errors import UsageError
from headstart.events import Tell, note
from headstart.modality import Text
from headstart.run.box_sizes import suited_side
from headstart.run.candidate_ranking import candidates, rank
from headstart.run.division import dataset_at, usual_modality
from headstart.run.named_backbones import backbones_in, taken
from headstart.run.recipes import need_fitting
from headstart.run.settings import AUTO, Given, RankSettings, Settings
from headstart.run.suggesting import offered
from headstart.run.units import seconds
from headstart.task import task_type

_USUAL = {"text": LANGUAGE, "sounds": HEARING}
"""Not ranked unless that is asked for: a hub's cache may hold networks of many gigabytes."""
Ranking = tuple[Ranked, ...]


@dataclass(frozen=True, eq=False)
class Start:
    """Where a run starts."""

    backbone: Backbone
    ranking: Ranking = ()
    """Candidates, best first, where it was chosen."""
    dataset: Dataset | None = None
    """The data as they were divided for that."""
    name: str = ""
    """What it was loaded by, with `weights` and what is `given`."""
    weights: str = ""
    given: Given = field(default_factory=Given)


def start_of(
    found: Found, settings: Settings, root: Path, tell: Tell, dataset: Dataset | None = None
) -> Start:
    """The backbone to start from, and the ranking that chose it, on the data as divided already.

    Raises `BackboneError`.
    """
    name, weights, ranking, dataset = _named(found, settings, root, tell, dataset)
    task = task_type(found.examples.kind)
    given = settings.given
    if task.locates and not given.size:
        given = replace(given, size=suited_side(found, seconds(settings.budget), tell))
    backbone = taken(name, weights, found, given, settings.seed, settings.network, tell)
    own = isinstance(backbone.modality, Text) and bool(backbone.modality.languages())
    need_fitting(settings, backbone.modality, task)
    if own and task.needs_writer and not task.continues and not settings.given.languages:
        note(tell, "texts read and written are marked with one language: --languages A,B tells two")
    return Start(backbone, ranking, dataset, name, weights or "", given)


def _named(
    found: Found, settings: Settings, root: Path, tell: Tell, dataset: Dataset | None
) -> tuple[str, str | None, Ranking, Dataset | None]:
    """Name and weights: as asked, or the first in the ranking of several, or of those here."""
    pool = "all"
    if settings.backbone != AUTO:
        asked = list(backbones_in(settings.backbone))
        if len(asked) == 1:
            name, weights = asked[0]
            return name, settings.weights or weights, (), None
        _need_no_file(settings)
        pool = settings.backbone
    elif unranked := _unranked(found):
        return unranked, settings.weights or None, (), None
    elif settings.weights or not (pool := _pool(found, settings, tell)):
        return _USUAL.get(found.holds, "shipped"), settings.weights or None, (), None
    dataset = dataset or _usual(found, settings, root, tell)
    wanted = RankSettings(pool, seed=settings.seed, given=settings.given, network=settings.network)
    ranking = rank(dataset, wanted, root, tell)
    note(tell, f"starting from {ranking[0].backbone}: {ranking[0].why}")
    return *next(backbones_in(ranking[0].backbone)), tuple(ranking), dataset


def _pool(found: Found, settings: Settings, tell: Tell) -> str:
    """Names to be ranked where nobody named any; empty where the usual one is taken unseen."""
    usual = _USUAL.get(found.holds)
    here = (usual,) if usual else candidates(found)
    more = offered(found, settings.network, tell)
    if len(here) + len(more) < 2:
        return ""
    return ",".join([*here, *more]) if more else "all"


def usual_name(found: Found) -> str:
    """What is started from where nothing is asked for and nothing ranked."""
    return _unranked(found) or _USUAL.get(found.holds, "shipped")


def _unranked(found: Found) -> str:
    """What alone can be started from; empty where candidates are ranked."""
    task = task_type(found.examples.kind)
    if task.locates:
        return DETECTING
    return RECURRENT if task.continues else ""


def _usual(found: Found, settings: Settings, root: Path, tell: Tell) -> Dataset:
    usual, seed = usual_modality(found), settings.seed
    return dataset_at(found, usual, root, tell, test=settings.test_size, seed=seed)[0]


def _need_no_file(settings: Settings) -> None:
    """Raise `UsageError` where one file is to be the weights of several backbones."""
    if settings.weights:
        raise UsageError(
            "U162",
            "--weights is one file, and --backbone names several backbones",
            "--backbone NAME=FILE,NAME=FILE",
        )
