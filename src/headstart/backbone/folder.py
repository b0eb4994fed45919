"""A backbone as a folder: weights, JSON that says how to build and feed it, and a card."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from headstart import durable
from headstart.backbone.audio_transformers import EXTRACTOR
from headstart.backbone.backbone import Architecture, Backbone, Origin, in_writer
from headstart.backbone.bounds import Shapes, bounded
from headstart.backbone.building import build
from headstart.backbone.decoder_only import SETTING as ALONE
from headstart.backbone.decoder_only import Alone
from headstart.backbone.detector import detects
from headstart.backbone.digests import Digests, digests_of
from headstart.backbone.frames import SETTING as MOMENTS
from headstart.backbone.places import FACTS, WEIGHTS
from headstart.backbone.record import (
    OTHER_VERSION,
    BackboneRecord,
    Bands,
    Heard,
    Pixels,
    Setting,
    Tokens,
    record_of,
)
from headstart.backbone.recurrent import Recurrence, is_recurrent
from headstart.backbone.shapes import need_shapes
from headstart.backbone.transformers_loading import config_of, made
from headstart.backbone.weights import put, read_tensors, written
from headstart.backbone.writing import Writer, distinct
from headstart.errors import BackboneError, HeadstartError, MissingExtra, SecurityError
from headstart.hostile import printable
from headstart.modality import Image, Modality, Prepared, Sound, Text
from headstart.untrusted import MOST_PLAIN, Damaged, Sealed, sealed

WRITER = "writer.safetensors"
CARD = "README.md"
TOKENIZER = "tokenizer.json"


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
    write_record(folder, backbone, writes)


def write_record(
    folder: Path, backbone: Backbone, writes: Mapping[str, object] | None = None
) -> None:
    """Write what is said of a backbone, and what its input contract needs beside; no weights."""
    stated = {
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
    facts = BackboneRecord.model_validate_json(json.dumps(stated))
    durable.write(folder / FACTS, facts.model_dump_json(indent=1, exclude_none=True))


def read_described(seal: Sealed) -> Backbone:
    """The backbone that a sealed folder describes, without stages: its weights lie elsewhere.

    Raises `Damaged`, and `SecurityError` where the record names code to run.
    """
    record = record_of(seal.content(FACTS), printable(seal.folder))
    contract = record.contract
    beside = {Tokens: (TOKENIZER,), Heard: (EXTRACTOR,)}.get(type(contract), ())
    seal.compare((FACTS, *beside))
    settings = tuple((k, _setting(v)) for k, v in record.settings.items())
    origin = Origin("folder", str(seal.folder), record.license, record.note)
    architecture = Architecture(record.architecture, settings)
    modality = _modality(seal.folder, contract)
    return Backbone(architecture, nn.Sequential(), record.width, modality, origin)


def digests_in(folder: Path) -> Digests:
    """Of every tensor in the files of a backbone's folder, by the names that `loaded` has."""
    tensors = read_tensors(folder / WEIGHTS)
    if (folder / WRITER).exists():
        tensors |= {in_writer(n): t for n, t in read_tensors(folder / WRITER).items()}
    return digests_of(tensors)


def read_backbone(folder: Path, source: str = "folder") -> Backbone:
    """Read what `save_backbone` wrote. Raises `BackboneError` where it is not that any more.

    Whoever made the folder need not be trusted. Sizes and shapes are compared before anything is
    built, contents before they are used, and what was read is run once on a blank item. Raises
    `SecurityError` where a file lies elsewhere, is a device, or names code to run.
    """
    try:
        seal = sealed(folder, MOST_PLAIN)
        record = record_of(seal.content(FACTS), printable(folder))
        backbone = _checked(seal, record, source)
        if source != "shipped":
            _run_once(backbone)
        return backbone
    except (SecurityError, MissingExtra):
        raise
    except HeadstartError as error:
        if error.code == OTHER_VERSION:
            raise
        raise _damaged(folder, f"{error.what}; {error.why}") from error
    except Exception as error:  # what a stranger's network can fail with has no end
        raise _damaged(folder, f"{type(error).__name__}: {printable(error, limit=300)}") from error


def _checked(seal: Sealed, record: BackboneRecord, source: str) -> Backbone:
    """What the files hold, once shapes and then digests were compared."""
    folder, contract = seal.folder, record.contract
    settings = tuple((k, _setting(v)) for k, v in record.settings.items())
    architecture = Architecture(record.architecture, settings)
    shapes = seal.header(WEIGHTS)
    besides: Shapes = seal.header(WRITER) if record.writes else {}
    if source != "shipped":
        need_shapes(architecture, shapes, WEIGHTS, besides=besides)
        _need_writer_shapes(architecture, record.writes, besides, shapes)
    beside = {Tokens: (TOKENIZER,), Heard: (EXTRACTOR,)}.get(type(contract), ())
    seal.compare((FACTS, WEIGHTS, *beside, *((WRITER, TOKENIZER) if record.writes else ())))
    stages = build(architecture)
    put(stages, architecture, read_tensors(folder / WEIGHTS), WEIGHTS)
    place = folder.name if source == "shipped" else str(folder)
    origin = Origin(source, place, record.license, record.note)
    return Backbone(
        architecture,
        stages,
        record.width,
        _modality(folder, contract),
        origin,
        _writer(folder, architecture, record.writes),
    )


def _need_writer_shapes(
    architecture: Architecture, tokens: Tokens | None, shapes: Shapes, others: Shapes
) -> None:
    """Raise `Damaged` where the half that writes has other tensors; no memory is taken for it."""
    if tokens is None:
        return
    every = {**others, **{f"writer.{name}": shape for name, shape in shapes.items()}}
    with bounded(every), torch.device("meta"):
        writer = _fresh_writer(architecture, Text(**tokens.model_dump()), 0)
    wanted = {name: tuple(tensor.shape) for name, tensor in writer.state_dict().items()}
    if other := [name for name, shape in shapes.items() if wanted.get(name) != shape]:
        raise Damaged(f"{WRITER} holds other tensors than this network has: {printable(other[0])}")


@torch.inference_mode()
def _run_once(backbone: Backbone) -> None:
    """Raise where a blank item does not become a row as wide as the record says."""
    modality = backbone.modality
    if isinstance(modality, Text):
        _need_known(modality, backbone.architecture)
    rows = backbone.stages(modality.batch([modality.blank()]))
    apart = rows.ndim == 3 and dict(backbone.architecture.settings).get(MOMENTS)
    width = rows.shape[-1] - 1 if apart else rows.shape[-1]
    if (
        rows.ndim != (3 if apart or detects(backbone.architecture) else 2)
        or width != backbone.width
    ):
        raise Damaged(f"rows have {width} numbers, {FACTS} says {backbone.width}")
    if not bool(torch.isfinite(rows).all()):
        raise Damaged("a blank item becomes numbers that are not finite")


def _need_known(modality: Text, architecture: Architecture) -> None:
    """Raise `Damaged` where the tokenizer has more words than the network."""
    settings = dict(architecture.settings)
    known = settings.get("words") or config_of(architecture).get("vocab_size")
    if isinstance(known, int) and modality.words > known:
        raise Damaged(f"the tokenizer has {modality.words:,} words, the network {known:,}")


def _fresh_writer(architecture: Architecture, tokens: Text, seed: int) -> Writer:
    settings = dict(architecture.settings)
    if is_recurrent(architecture):
        plain = tuple((k, v) for k, v in settings.items() if k not in (ALONE, MOMENTS))
        network: Any = Recurrence(build(replace(architecture, settings=plain), seed))
    else:
        network = made(architecture, seed, whole=True)
    task = settings.get(ALONE)
    return Alone(network, tokens, task=str(task)) if task else Writer(network, tokens)


def _writer(folder: Path, architecture: Architecture, tokens: Tokens | None) -> Writer | None:
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
        return {name: getattr(modality, name) for name in Heard.model_fields}
    found = asdict(modality)  # type: ignore[call-overload]
    return {name: value for name, value in found.items() if (name, value) != ("bits", 16)}


def _modality(folder: Path, contract: Pixels | Tokens | Bands | Heard) -> Modality:
    if isinstance(contract, Tokens):
        return Text(**contract.model_dump(), place=(folder / TOKENIZER).absolute())
    if isinstance(contract, Heard):
        return Prepared(**contract.model_dump(), place=(folder / EXTRACTOR).absolute())
    if isinstance(contract, Bands):
        return Sound(**contract.model_dump())
    return Image(**_tuples(contract))


def fresh(backbone: Backbone, seed: int) -> Backbone:
    """The same network with random weights: there is nothing in it to transfer."""
    stages, writer = build(backbone.architecture, seed), backbone.writer
    if writer:
        writer = _fresh_writer(backbone.architecture, writer.tokens, seed)
    origin = Origin("random", f"seed {seed}", "none")
    return replace(backbone, stages=stages, origin=origin, writer=writer, loaded={})


def _kept(tensor: Tensor, *, half: bool) -> Tensor:
    kept = tensor.half() if half and tensor.is_floating_point() else tensor
    return kept.detach().contiguous()


def _setting(value: Setting) -> str | int | float | bool | tuple[int, ...]:
    return tuple(value) if isinstance(value, list) else value


def _tuples(contract: Pixels) -> dict[str, Any]:
    found = contract.model_dump()
    return {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}


def _damaged(folder: Path, why: str) -> BackboneError:
    return BackboneError(
        "M431",
        "the backbone's folder is damaged",
        "copy it again from its source, or make it again",
        where=printable(folder),
        why=why,
    )
