"""Whatever a user points at, as examples."""

from pathlib import Path

from headstart.backbone import LANGUAGE, Backbone, load_backbone
from headstart.data import (
    TABLES,
    Columns,
    Dataset,
    Found,
    Frame,
    collect,
    dataset_of,
    find,
    from_frame,
    heard,
    meant,
    need_task,
)
from headstart.errors import UsageError
from headstart.events import Tell
from headstart.features import Survey, survey
from headstart.modality import Image, Modality, Sound
from headstart.run.settings import Settings
from headstart.run.taking import KINDS, THINGS, fitting
from headstart.task import TASKS


def divided(
    found: Found, backbone: Backbone, settings: Settings, root: Path, tell: Tell
) -> tuple[Dataset, Survey]:
    """The data of a run as its settings divide them, and how this backbone reads them."""
    return dataset_at(
        found, backbone.modality, root, tell, test=settings.test_size, seed=settings.seed
    )


def dataset_at(
    found: Found,
    modality: Modality,
    root: Path,
    tell: Tell,
    *,
    test: float = 0.2,
    seed: int = 0,
) -> tuple[Dataset, Survey]:
    """Read everything once and divide it; the division is the same whatever the modality.

    Raises `DataError`.
    """
    seen = survey(found.examples, modality, cache=root, tell=tell)
    return dataset_of(found, seen.looks, test=test, seed=seed), seen


def usual_modality(found: Found) -> Modality:
    """What examples are looked at with before there is a backbone. Raises `MissingExtra`."""
    if found.holds == "sounds":
        return Sound()
    return fitting(load_backbone(LANGUAGE).modality, found) if found.holds == "text" else Image()


def found_at(place: Path | str | Found | Frame, columns: Columns, root: Path) -> Found:
    """Examples in a folder, a table, an archive, a DataFrame, or in what is found already."""
    need_task(columns.task)
    continues = columns.task and TASKS[columns.task].continues
    if isinstance(place, Found):
        found = place
    elif isinstance(place, Frame):
        found = from_frame(place, columns)
    elif continues and Path(place).suffix.casefold() not in TABLES:
        found = collect(Path(place), cache=root)
    else:
        found = find(Path(place), columns, cache=root)
    found = heard(found)
    fit = TASKS[columns.task].modalities if columns.task else ()
    if fit and KINDS[found.holds] not in fit:
        asked = " or ".join(THINGS[holds] for holds, kind in KINDS.items() if kind in fit)
        raise UsageError(
            "U161",
            f"--task {columns.task} is for {asked}, and these are {THINGS[found.holds]}",
            f"leave --task out, or name {asked}",
        )
    return meant(found, columns.task)
