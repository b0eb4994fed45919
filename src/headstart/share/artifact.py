"""The model folder: a backbone folder with a head and the meaning of its scores beside it."""

from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as packed
from torch import Tensor, nn

from headstart import durable
from headstart.backbone import Writer, read_backbone, write_backbone
from headstart.errors import BackboneError
from headstart.head import (
    Classification,
    Continuing,
    Dictating,
    Labeling,
    Reciting,
    Tagging,
    Task,
    Transcribing,
    Trust,
    Valuing,
    Writing,
    linear,
)
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.card import card_of

HEAD, FACTS, CARD = "head.safetensors", "model.json", "README.md"


class _Facts(BaseModel):
    """What `model.json` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    task: Literal[
        "classification",
        "multilabel",
        "regression",
        "transcribe",
        "text-to-text",
        "entities",
        "generation",
    ]
    classes: list[str]
    """In the order of the head's scores; none where the backbone writes."""
    words: list[tuple[str, PositiveInt]] = []
    """That transcripts were made of, with how often each was there."""
    sure_above: float = Field(ge=0, le=1)
    margin: float = Field(default=0.0, ge=0)
    center: float = 0.0
    spread: float = Field(default=1.0, gt=0)
    """Of values: scores times the spread, plus the center."""
    cut: int = Field(ge=0)


def save_model(folder: Path, model: Model, figures: dict[str, Any]) -> None:
    """Write the whole folder or nothing; `figures` are what `metrics.json` holds, for the card.

    Equal models and equal figures give equal bytes.
    """
    facts = _facts(model)
    with durable.folder(folder) as temp:
        write_backbone(temp, model.backbone)
        if not isinstance(model.head, Writer):
            state = {name: t.detach().contiguous() for name, t in model.head.state_dict().items()}
            durable.write(temp / HEAD, packed(state))
        durable.write(temp / FACTS, facts.model_dump_json(indent=1))
        durable.write(temp / CARD, card_of(model, figures))


def load(place: Path | str) -> Model:
    """Read the model in a run's folder, or in a model folder.

    Raises `BackboneError` where there is none, or where its files are not what was written.
    """
    path = Path(place)
    folder = path / "model" if (path / "model" / FACTS).exists() else path
    if not (folder / FACTS).exists():
        started = (path / "run.json").exists()
        raise BackboneError(
            "M451",
            "this run has not ended" if started else "there is no model in this folder",
            "give the command that started it again" if started else "headstart train PATH",
            where=printable(path),
        )
    if not durable.whole(folder):
        raise _damaged(folder, "a file is missing or differs from the manifest")
    try:
        facts = _Facts.model_validate_json((folder / FACTS).read_bytes())
        head = _head(facts, load_file(folder / HEAD)) if facts.classes else None
    except (OSError, ValidationError, SafetensorError, KeyError, IndexError, ValueError) as error:
        raise _damaged(folder, type(error).__name__) from error
    return _written(folder, facts) if head is None else _joined(folder, facts, head)


def _written(folder: Path, facts: _Facts) -> Model:
    """A model whose backbone writes."""
    backbone = read_backbone(folder)
    if (writer := backbone.writer) is None:
        raise _damaged(folder, "its backbone does not write")
    kinds = {kind.kind: kind for kind in (Writing, Dictating, Continuing)}
    task = kinds[facts.task](writer)
    return Model(backbone, writer, task, Trust(facts.sure_above, facts.margin), facts.cut)


def _head(facts: _Facts, state: dict[str, Tensor]) -> nn.Linear | Reciting:
    if facts.task not in (Transcribing.kind, Labeling.kind):
        weight, bias = state["weight"], state["bias"]
        return linear(weight.shape[1], len(facts.classes), weight, bias)
    weight, bias = state["linear.weight"], state["linear.bias"]
    scores = _task(facts).width
    head = Reciting(weight.shape[1], scores, len(weight) // scores)
    head.linear.weight.data, head.linear.bias.data = weight, bias
    return head


def _joined(folder: Path, facts: _Facts, head: nn.Linear | Reciting) -> Model:
    backbone = read_backbone(folder)
    task = _task(facts)
    plain = head.linear if isinstance(head, Reciting) else head
    rows = task.width * (head.per_moment if isinstance(head, Reciting) else 1)
    if plain.weight.shape != (rows, backbone.width):
        raise _damaged(folder, "head, classes and backbone do not fit together")
    if not bool(torch.isfinite(plain.weight).all() and torch.isfinite(plain.bias).all()):
        raise _damaged(folder, "the head holds numbers that are not finite")
    trust = Trust(facts.sure_above, facts.margin)
    return Model(backbone, head.requires_grad_(False).eval(), task, trust, facts.cut)


def _facts(model: Model) -> _Facts:
    task, values = model.task, dict[str, Any]()
    if isinstance(task, Transcribing):
        values = {"words": list(task.words)}
    if isinstance(task, Valuing):
        values = {"center": task.center, "spread": task.spread}
    return _Facts(
        task=task.kind,  # type: ignore[arg-type]  # which pydantic looks at
        classes=list(task.classes),
        sure_above=model.trust.sure_above,
        margin=model.trust.margin,
        cut=model.cut,
        **values,
    )


def _task(facts: _Facts) -> Task:
    match facts.task:
        case "classification":
            return Classification(tuple(facts.classes))
        case "multilabel":
            return Tagging(tuple(facts.classes))
        case "transcribe" | "text-to-text" | "generation":
            return Transcribing(tuple(facts.classes), words=tuple(facts.words))
        case "entities":
            return Labeling(tuple(facts.classes))
        case "regression":
            return Valuing(facts.center, facts.spread)


def _damaged(folder: Path, why: str) -> BackboneError:
    return BackboneError(
        "M452",
        "the model folder is damaged",
        "copy it again from where it came, or train again",
        where=printable(folder),
        why=why,
    )
