"""Folders as timm saves them for hubs: config.json with an architecture, and model.safetensors."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.building import build
from headstart.backbone.hub import license_in
from headstart.backbone.places import FILE
from headstart.backbone.record import Pixels
from headstart.backbone.shapes import need_shapes
from headstart.backbone.transformers_loading import inside, reading
from headstart.backbone.vision import contract, width_of
from headstart.backbone.weights import put, read_tensors
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image
from headstart.untrusted import Damaged, content, header, parsed, record_in, refuse_code

_CONFIG = "config.json"
_KEPT = ("mean", "std", "interpolation", "crop_pct", "crop_mode")


def is_timm(folder: Path) -> bool:
    """Whether a configuration of timm's lies there."""
    try:
        return isinstance(record_in(folder / _CONFIG).get("architecture"), str)
    except (OSError, ValueError):
        return False


def from_timm(folder: Path, origin: Origin | None = None) -> Backbone:
    """The network in such a folder, without its classifier.

    Raises `BackboneError` where it is none or the weights are another network's, `SecurityError`
    for a configuration that names code to run, or a file that lies elsewhere.
    """
    with reading(folder):
        return _in(folder, origin or Origin("folder", str(folder), license_in(folder)))


def _in(folder: Path, origin: Origin) -> Backbone:
    told = parsed(content(inside(folder, _CONFIG)))
    refuse_code(told, folder / _CONFIG)
    if not (folder / FILE).exists():
        raise BackboneError(
            "M483",
            f"this folder lacks {FILE}",
            "save it as safetensors where you trust it: timm.models.push_to_hf_hub, save_for_hf",
            where=printable(folder),
        )
    weights, settings = inside(folder, FILE), told.get("model_args") or {}
    if not isinstance(settings, dict):
        raise Damaged("model_args are no object")
    pairs = tuple(sorted((name, _setting(value)) for name, value in settings.items()))
    architecture = Architecture(str(told["architecture"]), pairs)
    need_shapes(architecture, header(weights), FILE)
    stages, modality = build(architecture), _contract(architecture, told)
    put(stages, architecture, read_tensors(weights), FILE)
    return Backbone(architecture, stages, width_of(stages, modality), modality, origin)


def _setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _contract(architecture: Architecture, told: dict[str, Any]) -> Image:
    """The input as the configuration says it, and as the architecture has it where it says none."""
    given = told.get("pretrained_cfg") or {}
    usual = contract(architecture)
    size = given.get("input_size") or (usual.channels, usual.size_px, usual.size_px)
    changed = {name: given[name] for name in _KEPT if given.get(name)}
    plain = {**asdict(usual), "size_px": size[-1], "channels": size[0], **changed}
    plain |= {name: list(plain[name]) for name in ("mean", "std")}
    found = Pixels.model_validate(plain)
    return Image(**{**found.model_dump(), "mean": tuple(found.mean), "std": tuple(found.std)})
