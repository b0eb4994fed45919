"""The model folder: a backbone folder with a head and the meaning of its scores beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator
from safetensors.torch import save as packed
from torch import Tensor, nn

from headstart import durable
from headstart.backbone import (
    Backbone,
    Writer,
    read_backbone,
    read_described,
    read_tensors,
    validated,
    write_backbone,
    write_record,
)
from headstart.backbone.record import OTHER_VERSION, need_version
from headstart.counting import counted
from headstart.errors import BackboneError, HeadstartError, MissingExtra, SecurityError
from headstart.head import MOST_KEPT_ROWS, BoxHead, Familiar, FrameHead, linear
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.card import card_of
from headstart.share.end_to_end import need_answers
from headstart.share.file_model import NETWORK, FileModel
from headstart.share.loading import FACTS
from headstart.task import TASKS, Calibration, Task, task_type
from headstart.untrusted import MOST_PLAIN, Damaged, Sealed, parsed, sealed

HEAD, CARD, FAMILIAR = "head.safetensors", "README.md", "familiar.safetensors"
MOST_FACTS = 64 * 2**20
"""Bytes of `model.json`, which may name many words."""


class _Facts(BaseModel):
    """What `model.json` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    format: Literal[1] = 1
    task: str
    """A word that `--task` takes."""
    classes: list[Annotated[str, Field(max_length=100_000)]] = Field(max_length=1_000_000)
    """In the order of the head's scores; none where the backbone writes."""
    words: list[tuple[str, PositiveInt]] = []
    """That transcripts were made of, with how often each was there."""
    sure_above: float = Field(ge=0, le=1)
    sure_share: float | None = Field(default=None, ge=0, le=1)
    margin: float = Field(default=0.0, ge=0)
    center: float = 0.0
    spread: float = Field(default=1.0, gt=0)
    """Of values: scores times the spread, plus the center."""
    side_px: int = Field(default=0, ge=0, le=100_000)
    """Of boxes: the side of the square that the network sees."""
    placing: Literal["grid", "queries", "anchors"] = "grid"
    """How rows say where a box is."""
    cut: int = Field(ge=0, le=100_000)

    @field_validator("task")
    @classmethod
    def _word(cls, task: str) -> str:
        if task not in TASKS:
            raise ValueError(f"there is no task {task!r}")
        return task

    @field_validator("classes")
    @classmethod
    def _each_once(cls, classes: list[str]) -> list[str]:
        if len(set(classes)) < len(classes):
            raise ValueError("a class is named twice")
        return classes


def save_model(folder: Path, model: Model, figures: dict[str, Any]) -> None:
    """Write the whole folder or nothing; `figures` are what `metrics.json` holds, for the card.

    Equal models and equal figures give equal bytes.
    """
    facts = _facts(model)
    with durable.folder(folder) as temp:
        if isinstance(model, FileModel):
            write_record(temp, model.backbone)
            durable.write(temp / NETWORK, model.place.read_bytes())
        else:
            write_backbone(temp, model.backbone)
        if not isinstance(model.head, Writer | nn.Identity):
            state = {name: t.detach().contiguous() for name, t in model.head.state_dict().items()}
            durable.write(temp / HEAD, packed(state))
        if model.familiar is not None:
            rows, far = model.familiar.rows.contiguous(), model.familiar.distances.contiguous()
            durable.write(temp / FAMILIAR, packed({"rows": rows, "distances": far.float()}))
        durable.write(temp / FACTS, facts.model_dump_json(indent=1))
        durable.write(temp / CARD, card_of(model, figures))


def read_model(folder: Path) -> Model:
    """Read what `save_model` wrote. Raises `BackboneError` where it is not that any more."""
    try:
        return _read(sealed(folder, MOST_PLAIN))
    except (SecurityError, MissingExtra):
        raise
    except HeadstartError as error:
        if error.code == OTHER_VERSION:
            raise
        raise _damaged(folder, f"{error.what}; {error.why}") from error
    except Exception as error:  # what a stranger's files can fail with has no end
        raise _damaged(folder, f"{type(error).__name__}: {printable(error, limit=300)}") from error


def _read(seal: Sealed) -> Model:
    """Shapes of all files are compared before any digest, digests before contents are used."""
    raw = seal.content(FACTS, MOST_FACTS)
    need_version(parsed(raw, MOST_FACTS), 1, printable(seal.folder))
    facts: _Facts = validated(_Facts, raw, MOST_FACTS)
    if NETWORK in seal.digests:
        return _in_file(seal, facts)
    shape = _head_shape(seal, facts) if facts.classes else None
    backbone = read_backbone(seal.folder)  # compares all that the manifest names
    if facts.cut > backbone.depth:
        raise Damaged(f"cut at {facts.cut}, the backbone has {counted(backbone.depth, 'stage')}")
    if shape is None:
        return _written(backbone, facts)
    if shape[1] != backbone.width:
        raise Damaged(f"the head takes {shape[1]} numbers, the backbone gives {backbone.width}")
    familiar = _familiar(seal, backbone.width)
    model = _joined(backbone, facts, _head(facts, read_tensors(seal.folder / HEAD)))
    model = replace(model, familiar=familiar)
    _run_once(model)
    return model


def _in_file(seal: Sealed, facts: _Facts) -> Model:
    """A model whose network is an ONNX file."""
    backbone = read_described(seal)  # compares all that the manifest names
    trust, place = _trust(facts), seal.folder / NETWORK
    model = FileModel(backbone, nn.Identity(), _task(facts), trust, facts.cut, place=place)
    need_answers(model)
    return model


def _familiar(seal: Sealed, width: int) -> Familiar | None:
    """What was learned from, where that was kept. Raises `Damaged` where it is not that."""
    if FAMILIAR not in seal.digests:
        return None
    shapes = seal.header(FAMILIAR)
    rows, far = shapes.get("rows", ()), shapes.get("distances", ())
    fits = len(rows) == 2 and rows[1] == width and len(far) == len(shapes) - 1 == 1
    if not (fits and 0 < rows[0] <= MOST_KEPT_ROWS and 0 < far[0] <= MOST_KEPT_ROWS):
        raise Damaged(f"{FAMILIAR} holds rows of shape {rows} and distances of {far}")
    tensors = read_tensors(seal.folder / FAMILIAR)
    known, distances = tensors["rows"], tensors["distances"]
    sorted_ = bool((distances[1:] >= distances[:-1]).all())
    right = known.dtype == distances.dtype == torch.float32  # halves are read as such
    if not (right and sorted_ and known.isfinite().all() and distances.isfinite().all()):
        raise Damaged(f"{FAMILIAR} holds no distances that can be compared")
    return Familiar(known.half(), distances)


def _head_shape(seal: Sealed, facts: _Facts) -> tuple[int, ...]:
    """Of the head's weights. Raises `Damaged` where they are not for the classes."""
    shapes = seal.header(HEAD)
    begin = "linear." if task_type(facts.task).coded_rows else ""
    weight, bias = (shapes.get(f"{begin}{name}", ()) for name in ("weight", "bias"))
    rows, wanted = (*weight, 0)[0], _task(facts).width
    located = task_type(facts.task).locates
    most = 8 if begin and not located else 1
    fits = rows % wanted == 0 and 0 < rows <= most * wanted
    if located:
        fits &= shapes.get("thresholds") == (len(facts.classes),)
    if len(weight) != 2 or bias != (rows,) or len(shapes) != 2 + located or not fits:
        raise Damaged(f"the head is of shape {weight}, for {len(facts.classes)} classes")
    return weight


def _written(backbone: Backbone, facts: _Facts) -> Model:
    """A model whose backbone writes."""
    if (writer := backbone.writer) is None or not task_type(facts.task, writer=True).writes:
        raise Damaged("its backbone does not write, and there are no classes")
    task = _task(facts, writer)
    return Model(backbone, writer, task, _trust(facts), facts.cut)


def _head(facts: _Facts, state: dict[str, Tensor]) -> nn.Linear | FrameHead | BoxHead:
    if not task_type(facts.task).coded_rows:
        weight, bias = state["weight"], state["bias"]
        return linear(weight.shape[1], len(facts.classes), weight, bias)
    weight, bias = state["linear.weight"], state["linear.bias"]
    if task_type(facts.task).locates:
        boxes = BoxHead(weight.shape[1], len(facts.classes))
        boxes.load_state_dict(state)
        return boxes
    scores = _task(facts).width
    head = FrameHead(weight.shape[1], scores, len(weight) // scores)
    head.linear.weight.data, head.linear.bias.data = weight, bias
    return head


def _joined(backbone: Backbone, facts: _Facts, head: nn.Module) -> Model:
    trust = _trust(facts)
    return Model(backbone, head.requires_grad_(False).eval(), _task(facts), trust, facts.cut)


@torch.inference_mode()
def _run_once(model: Model) -> None:
    """Raise where what the head says of a blank item can't be read as an answer."""
    modality = model.backbone.modality
    scores = model.head(model.backbone.stages(modality.batch([modality.blank()])))
    model.task.answers(scores)


def _trust(facts: _Facts) -> Calibration:
    return Calibration(facts.sure_above, facts.margin, facts.sure_share)


def _facts(model: Model) -> _Facts:
    task = model.task
    return _Facts(
        task=task.kind,
        classes=list(task.classes),
        sure_above=model.trust.sure_above,
        sure_share=model.trust.sure_share,
        margin=model.trust.margin,
        cut=model.cut,
        **task.record(),
    )


def _task(facts: _Facts, writer: Writer | None = None) -> Task:
    kind = task_type(facts.task, writer=writer is not None)
    return kind.restored(tuple(facts.classes), facts.model_dump(), writer)


def _damaged(folder: Path, why: str) -> BackboneError:
    return BackboneError(
        "M452",
        "the model folder is damaged",
        "copy it again from where it came, or train again",
        where=printable(folder),
        why=why,
    )
