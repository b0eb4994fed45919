"""Rows of the frozen network, made by workers before the run reads them."""

from dataclasses import dataclass, replace
from pathlib import Path

from headstart.counting import counted
from headstart.events import Tell, note, quiet
from headstart.run.default_backbone import Start
from headstart.run.feature_parts import FeaturePart, cut, features
from headstart.run.inputs import found_at
from headstart.run.settings import FeatureSettings, Settings
from headstart.scale import IN_MEMORY, answers, map_at
from headstart.train import Probe, Unfreeze

A_WORKER = 4
"""Parts for each worker, so that none waits long for another."""


@dataclass(frozen=True)
class Job:
    """A part that a worker makes, which finds the examples by itself."""

    place: str
    settings: FeatureSettings
    root: Path


def spread(
    place: str,
    count: int,
    settings: Settings,
    start: Start,
    root: Path,
    tell: Tell,
    *,
    locates: bool = False,
) -> Settings:
    """Let workers make the rows that a run will read; the settings with which it finds them.

    None where boxes are learned (`locates`), from views that are drawn where it trains.

    Rows lie where machines share them, or beside the cache where nobody named an address.
    """
    on, plan = settings.network.where, settings.plan
    if on.kind == "here":
        return settings
    if not place or locates or (plan and not isinstance(plan, Probe | Unfreeze)):
        why = "views for boxes are drawn where it trains" if locates else "nothing is frozen"
        why = why if place else IN_MEMORY
        note(tell, f"workers compute no rows: {why}")
        return settings
    shared = settings.network.shared or (root.absolute() / "shared").as_uri()
    network = replace(settings.network, shared=shared, on="")
    asked = FeatureSettings(
        backbone=_named(settings, start),
        weights=settings.weights,
        strategy=settings.strategy,
        seed=settings.seed,
        given=settings.given,
        columns=settings.columns,
        network=network,
    )
    parts = min(len(cut(count)), A_WORKER * on.workers) if on.kind == "local" else len(cut(count))
    asked_of = [replace(asked, part=f"{number}/{parts}") for number in range(1, parts + 1)]
    jobs = [Job(place, one, root) for one in asked_of]
    with map_at(on) as over:
        found = answers(over, made, jobs, tell, "making rows in parts")
    note(tell, _told([answer.made for answer in found]))
    return replace(settings, network=network)


def made(job: Job, tell: Tell) -> FeaturePart:
    """What a worker does, and tells nobody."""
    found = found_at(job.place, job.settings.columns, job.root)
    return features(found, job.settings, job.root, quiet)


def _named(settings: Settings, start: Start) -> str:
    """The backbone as it was asked for, or chosen."""
    if start.ranking:
        return start.ranking[0].backbone
    return settings.backbone


def _told(done: list[FeaturePart]) -> str:
    computed, were = sum(one.computed for one in done), sum(one.done_before for one in done)
    return (
        f"{counted(computed, 'row was', 'rows were')} made in {counted(len(done), 'part')}; "
        f"{counted(were, 'unit was', 'units were')} done before"
    )
