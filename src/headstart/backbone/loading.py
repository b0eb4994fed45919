"""From a name to a backbone: the package's own, a folder, a file of weights, or the hub."""

import os
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from headstart import durable
from headstart.backbone import (
    audio_transformers,
    detection_torchvision,
    detection_transformers,
    language,
    spectrogram_images,
)
from headstart.backbone.addresses import HUB, is_address
from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.building import build, contract
from headstart.backbone.catalog import CATALOG, Known
from headstart.backbone.decoder_only import meant_for
from headstart.backbone.fetching import PLENTY, Fetch, fetched
from headstart.backbone.folder import fresh, read_backbone
from headstart.backbone.frames import pooled
from headstart.backbone.hub import fetched_network, fetched_weights, license_in, repository_of
from headstart.backbone.hub_folder import hub_folder
from headstart.backbone.places import FACTS, GRAPH, WEIGHTS, shipped
from headstart.backbone.published import published_in
from headstart.backbone.pyramid import SIDE
from headstart.backbone.timm_folder import from_timm, is_timm
from headstart.backbone.vision import (
    classifier_names,
    hub_id,
    license_of,
    sized,
    timm_name,
    width_of,
)
from headstart.backbone.weights import put, read_tensors
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image


def load_backbone(
    name: str,
    weights: str | Path | None = None,
    seed: int = 0,
    offline: bool = False,  # noqa: FBT001, FBT002 - read aloud with its name
    *,
    size: int | None = None,
    channels: int | None = None,
    writes: str = "",
    fetch: Fetch = PLENTY,
) -> Backbone:
    """A pretrained backbone, or the same network with fresh weights.

    `name` is "shipped", an architecture ("picture:NAME" gives it spectrograms), a folder that
    `pretrain`, `train` or `publish` left or that has a network of timm's or transformers', the
    hub's name of one ("intfloat/e5-small-v2"), or an address of what was published
    ("https://…/index.json", "hf://owner/name"); `fetch` says how much may be downloaded. `weights`
    is a safetensors file, "random" (drawn from `seed`), or
    None for those that belong to the name. `size` and `channels` are of the pictures it is to
    take, in pixels a side, where they are not those that it was made for: position embeddings
    are resampled, and the first convolution is adapted. `writes` is a task for which a decoder is
    needed with its output layer: "text-to-text" or "generation". Raises `BackboneError` where there
    are none, naming every missing file, or where they don't fit; `SecurityError` for files that
    could run code.
    """
    if name.startswith(spectrogram_images.WORD):
        return _crossed(name, weights, seed, fetch, offline=offline, size=size)
    repository = repository_of(name)
    backbone = _in_folder(name, writes) if not repository and not is_address(name) else None
    if name in detection_torchvision.anchor_detectors():
        detection_torchvision.need_file(name, weights)
        backbone = detection_torchvision.named(name)
    if is_address(name):
        backbone = _elsewhere(name, writes, fetch, offline=offline)
    if repository:
        folder = fetched_network(repository, fetch, offline=offline)
        origin = Origin("hub", repository, license_in(folder))
        backbone = _of_transformers(folder, writes, name, origin)
    if str(weights) == "random":
        return fresh(resized(backbone or _built(Architecture(name)), size, channels), seed)
    if weights:
        return resized(_from_file(name, Path(weights), backbone), size, channels)
    return resized(backbone or _from_hub(name, fetch, offline=offline), size, channels)


def _elsewhere(name: str, writes: str, fetch: Fetch, *, offline: bool) -> Backbone:
    """From an address; its origin says of which revision or list of files it is."""
    source = "hub" if name.startswith(HUB) else "url"
    take = hub_folder if source == "hub" else fetched
    folder, place = take(name, fetch, offline=offline)
    if (backbone := _at(folder, writes)) is None:
        raise BackboneError(
            "M487",
            "headstart does not know the network at this place",
            "name one of timm's, of transformers' or of headstart's own",
            where=printable(place),
        )
    known = backbone.origin.license
    license_ = license_in(folder) if known == "unknown" else known
    return replace(backbone, origin=Origin(source, place, license_, backbone.origin.note))


def _crossed(
    name: str,
    weights: str | Path | None,
    seed: int,
    fetch: Fetch,
    *,
    offline: bool,
    size: int | None,
) -> Backbone:
    """A network for pictures, of one channel, that is given spectrograms."""
    plain = name.removeprefix(spectrogram_images.WORD)
    backbone = load_backbone(plain, weights, seed, offline, size=size, channels=1, fetch=fetch)
    if not isinstance(backbone.modality, Image):
        raise BackboneError(
            "M447",
            f"{printable(plain)} is no network for pictures",
            f"--backbone {printable(plain)}, without {spectrogram_images.WORD}",
        )
    return spectrogram_images.crossed(backbone, backbone.modality.size_px)


def output_of(backbone: Backbone, weights: str | Path | None = None) -> nn.Linear | None:
    """The output layer over the classes that a backbone was trained on, where its file has one."""
    if not weights or backbone.modality.kind != "image":
        return None
    tensors = read_tensors(Path(weights))
    for name in classifier_names(backbone.architecture):
        weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
        if weight is not None and weight.flatten(1).shape[1] == backbone.width:
            layer: nn.Linear = nn.utils.skip_init(nn.Linear, backbone.width, len(weight))
            layer.weight.data = weight.flatten(1)
            layer.bias.data = torch.zeros(len(weight)) if bias is None else bias
            return layer.requires_grad_(False)
    return None


def _in_folder(name: str, writes: str) -> Backbone | None:
    """The backbone in a folder of this name; None where the name is an architecture's."""
    own = {folder.name: folder for folder in shipped()}
    own |= {"shipped": shipped()[0]} if own else {}
    if name in own:
        return meant_for(read_backbone(own[name], "shipped"), writes)
    if name == language.DEFAULT:
        return language.packaged() or _without_package()
    if (found := _at(Path(name), writes)) is not None:
        return found
    if name == "shipped" or os.sep in name or Path(name).is_dir():
        raise BackboneError(
            "M441",
            "there is no backbone in this folder" if os.sep in name else "no backbone is shipped",
            "headstart backbones",
            where=printable(name),
        )
    return None


def _at(place: Path, writes: str) -> Backbone | None:
    """What was published, trained or pre-trained there, or has a network of another library's."""
    inside = [f for f in (place, place / "model") if (f / FACTS).is_file()]
    if folder := published_in(place) or next(iter(inside), None):
        _need_weights(folder)
        return meant_for(pooled(read_backbone(folder)), writes)
    if not (place / "config.json").is_file():
        return None
    if is_timm(place):
        return from_timm(place.absolute())
    return _of_transformers(place.absolute(), writes)


def _need_weights(folder: Path) -> None:
    """Raise `BackboneError` where the network is a file that only answers."""
    if (folder / GRAPH).is_file() and not (folder / WEIGHTS).exists():
        raise BackboneError(
            "M723",
            "this model computes in 8 bits and can't be trained",
            "--backbone RUN, with the run that it was compressed from",
            where=printable(folder),
        )


def _of_transformers(
    folder: Path, writes: str, name: str = "", origin: Origin | None = None
) -> Backbone:
    if detection_transformers.is_folder(folder):
        return detection_transformers.from_folder(folder, name, origin)
    if audio_transformers.is_folder(folder):
        return audio_transformers.from_folder(folder, name, origin)
    if writes and (found := language.decoder_in(folder, writes, name, origin)):
        return found
    return language.from_folder(folder, name, origin)


def _without_package() -> Backbone:
    raise BackboneError(
        "M444", f"{language.DEFAULT} is not installed", "pip install 'headstart[text]'"
    )


def _built(architecture: Architecture) -> Backbone:
    """With weights that mean nothing yet."""
    stages, modality = build(architecture), contract(architecture)
    return Backbone(
        architecture, stages, width_of(stages, modality), modality, Origin("random", "seed 0")
    )


def resized(backbone: Backbone, size: int | None, channels: int | None) -> Backbone:
    """The same for pictures of another size or number of channels."""
    usual = backbone.modality
    if not isinstance(usual, Image):
        return backbone
    if SIDE in dict(backbone.architecture.settings):
        _need_colors(backbone, channels)
        return backbone if size in (None, usual.size_px) else _at_side(backbone, usual, size)
    architecture, modality = sized(backbone.architecture, usual, size, channels)
    if modality == usual:
        return backbone
    stages = build(architecture)
    tensors = {timm_name(name): t for name, t in backbone.stages.state_dict().items()}
    put(stages, architecture, tensors, printable(backbone.origin.place))
    return replace(backbone, architecture=architecture, stages=stages, modality=modality, loaded={})


def _from_file(name: str, path: Path, backbone: Backbone | None) -> Backbone:
    tensors = read_tensors(path)
    known = CATALOG.get(durable.sha256(path))
    if backbone is not None:
        origin = Origin("file", str(path), note=f"in the place of those of {backbone.name}")
    elif known is not None and known.architecture.name == name:
        backbone, origin = _known(known), Origin("file", str(path), known.license, known.note)
    else:
        backbone = _built(Architecture(name))
        note = f"input assumed as for timm's own weights of {name}"
        origin = Origin("file", str(path), note=note)
    put(backbone.stages, backbone.architecture, tensors, printable(path))
    return replace(backbone, origin=origin, loaded={})


def _at_side(backbone: Backbone, usual: Image, size: int) -> Backbone:
    """The same weights in a detector for squares of another size."""
    settings = tuple(sorted({**dict(backbone.architecture.settings), SIDE: size}.items()))
    architecture = replace(backbone.architecture, settings=settings)
    stages, modality = build(architecture), replace(usual, size_px=size)
    stages.load_state_dict(backbone.stages.state_dict())
    return replace(backbone, architecture=architecture, stages=stages, modality=modality)


def _need_colors(backbone: Backbone, channels: int | None) -> None:
    """Raise `BackboneError` where a detector of another library is to take other channels."""
    if channels not in (None, 3):
        raise BackboneError(
            "M515",
            f"{printable(backbone.name)} takes pictures of 3 colors",
            "leave --channels out, or --backbone headstart_detector",
        )


def _known(known: Known) -> Backbone:
    stages = build(known.architecture)
    width = width_of(stages, known.contract)
    return Backbone(known.architecture, stages, width, known.contract, Origin("random", "seed 0"))


def _from_hub(name: str, fetch: Fetch, *, offline: bool) -> Backbone:
    backbone = _built(Architecture(name))
    path = fetched_weights(backbone.architecture, fetch, offline=offline)
    put(backbone.stages, backbone.architecture, read_tensors(path), printable(path))
    repository = hub_id(backbone.architecture)
    origin = Origin("hub", repository, license_of(backbone.architecture))
    return replace(backbone, origin=origin, loaded={})
