"""Whatever a user points at, as examples."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from headstart.backbone import LANGUAGE, Alone, Backbone, load_backbone, need_writer
from headstart.data import (
    GENERATED,
    TABLES,
    WRITTEN,
    Columns,
    Found,
    Frame,
    Held,
    Pair,
    collect,
    find,
    from_frame,
    heard,
    meant,
    need_task,
)
from headstart.errors import BackboneError, UsageError
from headstart.hostile import printable
from headstart.modality import Image, Modality, Sound, Text

KINDS = {"files": "image", "text": "text", "sounds": "audio"}
"""What backbones take where examples are such."""
_THINGS = {"files": "pictures", "text": "texts", "sounds": "recordings"}


def label_of(name: str, weights: str | None) -> str:
    """What rankings call a model: the name, and the file that its weights are from."""
    return f"{name}={weights}" if weights else name


def content_of(digests: Sequence[str], labels: Sequence[object]) -> str:
    """Names what a data set holds, wherever it lies (16 hex digits)."""
    text = "".join(digests) + repr(tuple(labels))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def need_kind(backbone: Backbone, found: Found) -> None:
    """Raise `BackboneError` where source and target differ in what they are, or it cannot write."""
    given = backbone.modality
    if KINDS[found.holds] != given.kind:
        raise BackboneError(
            "M461",
            f"{printable(backbone.name)} takes {given.things}, the examples are "
            f"{_THINGS[found.holds]}",
            "leave --backbone out, or name one for their kind: headstart backbones",
        )
    if found.examples.kind in (WRITTEN, GENERATED):
        need_writer(backbone.name, backbone.writer)
    if found.examples.kind == GENERATED and not isinstance(backbone.writer, Alone):
        raise BackboneError(
            "M480",
            f"{printable(backbone.name)} answers texts, it does not continue them",
            "--backbone gpt2, or a folder with GPT-2, Llama, Qwen, Gemma or another decoder",
        )


def usual_modality(found: Found) -> Modality:
    """What examples are looked at with before there is a backbone. Raises `MissingExtra`."""
    if found.holds == "sounds":
        return Sound()
    return fitting(load_backbone(LANGUAGE).modality, found) if found.holds == "text" else Image()


def fitting(modality: Modality, found: Found) -> Modality:
    """The same contract for what the examples are: one text each, or two."""
    if not isinstance(modality, Text):
        return modality
    first = found.examples.sources[0]
    return replace(modality, paired=isinstance(first, Held) and isinstance(first.content, Pair))


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
    if columns.task == GENERATED and found.holds != "text":
        raise UsageError(
            "U161",
            f"--task {GENERATED} goes on with texts, and these are {_THINGS[found.holds]}",
            "leave --task out, or name a .txt file or a table with texts",
        )
    return meant(heard(found), columns.task)
