"""A backbone as a folder: weights, JSON that says how to build and feed it, and a card."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from headstart import durable
from headstart.backbone.alone import SETTING as ALONE
from headstart.backbone.alone import Alone
from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.building import build
from headstart.backbone.library import made
from headstart.backbone.moments import SETTING as MOMENTS
from headstart.backbone.recurrent import Recurrence, is_recurrent
from headstart.backbone.speech import EXTRACTOR
from headstart.backbone.weights import put, read_tensors, written
from headstart.backbone.writing import Writer, distinct
from headstart.errors import BackboneError, HeadstartError
from headstart.hostile import printable
from headstart.modality import Image, Modality, Prepared, Sound, Text

WRITER = "writer.safetensors"
WEIGHTS, FACTS, CARD = "backbone.safetensors", "backbone.json", "README.md"
TOKENIZER = "tokenizer.json"
Setting = str | int | float | bool | list[int]


class _Contract(BaseModel):
    """The fields of `Image`."""

    model_config = ConfigDict(extra="forbid")

    size_px: int = Field(ge=1, le=4096)
    mean: list[float]
    std: list[float]
    interpolation: str
    crop_pct: float
    crop_mode: str
    channels: int
    background: tuple[int, int, int]


class _Tokens(BaseModel):
    """The fields of `Text` but for the place of the tokenizer, which lies beside."""

    model_config = ConfigDict(extra="forbid")

    tokenizer: str
    max_tokens: int = Field(ge=2)
    paired: bool = False
    prefix: str = Field(default="", max_length=2000)
    language: str = Field(default="", max_length=20)


class _Bands(BaseModel):
    """The fields of `Sound`."""

    model_config = ConfigDict(extra="forbid")

    rate_hz: int = Field(ge=1000, le=192_000)
    bands: int = Field(ge=1, le=1024)
    low_hz: float
    high_hz: float
    window_s: float = Field(gt=0, le=1)
    hop_s: float = Field(gt=0, le=1)
    least_s: float = Field(ge=0, le=60)
    most_s: float = Field(gt=0, le=600)


class _Heard(BaseModel):
    """The fields of `Prepared` but for the place of the feature extractor, which lies beside."""

    model_config = ConfigDict(extra="forbid")

    extractor: str
    rate_hz: int = Field(ge=1000, le=192_000)
    most_s: float = Field(gt=0, le=600)


class _Facts(BaseModel):
    """What `backbone.json` holds."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    kind: Literal["image", "text", "audio"]
    architecture: str
    settings: dict[str, Setting]
    contract: _Contract | _Tokens | _Bands | _Heard
    width: int = Field(ge=1)
    license: str
    note: str
    writes: _Tokens | None = None
    """Tokens of the half that writes, where there is one."""


def save_backbone(folder: Path, backbone: Backbone, card: str, *, half: bool = False) -> None:
    """Write the whole folder or nothing; `half` keeps weights in half precision."""
    with durable.folder(folder) as temp:
        write_backbone(temp, backbone, half=half)
        durable.write(temp / CARD, card)


def write_backbone(folder: Path, backbone: Backbone, *, half: bool = False) -> None:
    """Write weights and JSON into a folder that somebody else makes whole."""
    state = backbone.stages.state_dict()
    kept = {name: _kept(tensor, half=half) for name, tensor in state.items()}
    durable.write(folder / WEIGHTS, written(kept))
    writes = None
    if writer := backbone.writer:
        tensors = {name: _kept(tensor, half=half) for name, tensor in distinct(writer).items()}
        durable.write(folder / WRITER, written(tensors))
        writes = _contract(folder, writer.tokens)
    facts = _Facts.model_validate(
        {
            "kind": backbone.modality.kind,
            "architecture": backbone.architecture.name,
            "settings": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in backbone.architecture.settings
            },
            "contract": _contract(folder, backbone.modality),
            "width": backbone.width,
            "license": backbone.origin.license,
            "note": backbone.origin.note,
            "writes": writes,
        }
    )
    durable.write(folder / FACTS, facts.model_dump_json(indent=1, exclude_none=True))


def read_backbone(folder: Path, source: str = "folder") -> Backbone:
    """Read what `save_backbone` wrote. Raises `BackboneError` where it is not that any more."""
    if (folder / durable.MANIFEST).exists() and not durable.whole(folder):
        raise _damaged(folder, "a file is missing or differs from the manifest")
    try:
        facts = _Facts.model_validate_json((folder / FACTS).read_bytes())
        settings = tuple((k, _setting(v)) for k, v in facts.settings.items())
        architecture = Architecture(facts.architecture, settings)
        modality = _modality(folder, facts.contract)
    except (OSError, ValidationError, TypeError) as error:
        raise _damaged(folder, printable(error, limit=300)) from error
    stages = build(architecture)
    try:
        put(stages, architecture, read_tensors(folder / WEIGHTS), printable(folder))
        writer = _writer(folder, architecture, facts.writes)
    except HeadstartError as error:
        raise _damaged(folder, f"{error.what}; {error.why}") from error
    place = folder.name if source == "shipped" else str(folder)
    origin = Origin(source, place, facts.license, facts.note)
    return Backbone(architecture, stages, facts.width, modality, origin, writer)


def _fresh_writer(architecture: Architecture, tokens: Text, seed: int) -> Writer:
    settings = dict(architecture.settings)
    if is_recurrent(architecture):
        plain = tuple((k, v) for k, v in settings.items() if k not in (ALONE, MOMENTS))
        network: Any = Recurrence(build(replace(architecture, settings=plain), seed))
    else:
        network = made(architecture, seed, whole=True)
    task = settings.get(ALONE)
    return Alone(network, tokens, task=str(task)) if task else Writer(network, tokens)


def _writer(folder: Path, architecture: Architecture, tokens: _Tokens | None) -> Writer | None:
    if tokens is None:
        return None
    contract = Text(**tokens.model_dump(), place=(folder / TOKENIZER).absolute())
    writer = _fresh_writer(architecture, contract, 0)
    tensors = read_tensors(folder / WRITER)
    if tensors.keys() != distinct(writer).keys():
        raise _damaged(folder, f"{WRITER} holds other tensors than this network has")
    writer.load_state_dict(tensors, strict=False)  # what shares its memory has no name of its own
    return writer.eval()


def _contract(folder: Path, modality: Modality) -> dict[str, object]:
    """As JSON has it; a tokenizer is copied beside."""
    if isinstance(modality, Text):
        durable.write(folder / TOKENIZER, modality.place.read_bytes())
        found: dict[str, object] = {
            "tokenizer": modality.tokenizer,
            "max_tokens": modality.max_tokens,
        }
        asked = {name: getattr(modality, name) for name in ("paired", "prefix", "language")}
        return {**found, **{name: value for name, value in asked.items() if value}}
    if isinstance(modality, Prepared):
        durable.write(folder / EXTRACTOR, modality.place.read_bytes())
        return {name: getattr(modality, name) for name in _Heard.model_fields}
    return asdict(modality)  # type: ignore[call-overload, no-any-return]


def _modality(folder: Path, contract: _Contract | _Tokens | _Bands | _Heard) -> Modality:
    if isinstance(contract, _Tokens):
        return Text(**contract.model_dump(), place=(folder / TOKENIZER).absolute())
    if isinstance(contract, _Heard):
        return Prepared(**contract.model_dump(), place=(folder / EXTRACTOR).absolute())
    if isinstance(contract, _Bands):
        return Sound(**contract.model_dump())
    return Image(**_tuples(contract))


def fresh(backbone: Backbone, seed: int) -> Backbone:
    """The same network with random weights: there is nothing in it to transfer."""
    stages, writer = build(backbone.architecture, seed), backbone.writer
    if writer:
        writer = _fresh_writer(backbone.architecture, writer.tokens, seed)
    origin = Origin("random", f"seed {seed}", "none")
    return replace(backbone, stages=stages, origin=origin, writer=writer)


def _kept(tensor: Tensor, *, half: bool) -> Tensor:
    kept = tensor.half() if half and tensor.is_floating_point() else tensor
    return kept.detach().contiguous()


def _setting(value: Setting) -> str | int | float | bool | tuple[int, ...]:
    return tuple(value) if isinstance(value, list) else value


def _tuples(contract: _Contract) -> dict[str, Any]:
    found = contract.model_dump()
    return {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}


def _damaged(folder: Path, why: str) -> BackboneError:
    return BackboneError(
        "M431",
        "the backbone's folder is damaged",
        "copy it again from where it came, or make it again",
        where=printable(folder),
        why=why,
    )
