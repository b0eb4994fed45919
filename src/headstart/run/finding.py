"""Whatever a user points at, as examples."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from headstart.backbone import LANGUAGE, load_backbone
from headstart.data import (
    ENTITIES,
    GENERATED,
    SPOKEN,
    TABLES,
    WRITTEN,
    Columns,
    Found,
    Frame,
    collect,
    find,
    from_frame,
    heard,
    meant,
    need_task,
)
from headstart.errors import UsageError
from headstart.modality import Image, Modality, Sound
from headstart.run.taking import THINGS, fitting

READS = {
    GENERATED: ("text",),
    WRITTEN: ("text", "sounds"),
    SPOKEN: ("sounds",),
    ENTITIES: ("text",),
}
"""What examples have to be for a task; for others they may be anything."""


def content_of(digests: Sequence[str], labels: Sequence[object]) -> str:
    """Names what a data set holds, wherever it lies (16 hex digits)."""
    text = "".join(digests) + repr(tuple(labels))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def usual_modality(found: Found) -> Modality:
    """What examples are looked at with before there is a backbone. Raises `MissingExtra`."""
    if found.holds == "sounds":
        return Sound()
    return fitting(load_backbone(LANGUAGE).modality, found) if found.holds == "text" else Image()


def found_at(place: Path | str | Found | Frame, columns: Columns, root: Path) -> Found:
    """Examples in a folder, a table, an archive, a DataFrame, or in what is found already."""
    need_task(columns.task)
    if isinstance(place, Found):
        found = place
    elif isinstance(place, Frame):
        found = from_frame(place, columns)
    elif columns.task == GENERATED and Path(place).suffix.casefold() not in TABLES:
        found = collect(Path(place), cache=root)
    else:
        found = find(Path(place), columns, cache=root)
    found = heard(found)
    fit = READS.get(columns.task, (found.holds,))
    if found.holds not in fit:
        asked = " or ".join(THINGS[kind] for kind in fit)
        raise UsageError(
            "U161",
            f"--task {columns.task} is for {asked}, and these are {THINGS[found.holds]}",
            f"leave --task out, or name {asked}",
        )
    return meant(found, columns.task)
