"""timm's networks, built by name and staged; and what timm knows of them.

Running all stages gives what the network gives without its classifier: pooled rows. Functions here
import timm themselves: it imports torchvision, which takes longer than PyTorch, and networks for
texts and recordings need neither.
"""

import difflib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture
from headstart.backbone.profile import EXIT, SETTING, as_profile
from headstart.backbone.pyramid import DETECTS, INNER, detecting
from headstart.backbone.resnet10 import ResNet10
from headstart.backbone.staging import Namer, staged
from headstart.backbone.timm_import import need_timm
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image, Modality


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for a name or settings that
    make no network.
    """
    network = _network(architecture, seed)
    stages = nn.Sequential(staged(network, _namer(network)))
    if width := dict(architecture.settings).get(DETECTS):
        stages = _detecting(architecture, stages, int(str(width)), seed)
    return as_profile(architecture, stages).requires_grad_(False).eval()


def timm_name(name: str) -> str:
    """Timm's name of a tensor, from ours: ours has the stage in front."""
    return name.partition(".")[2].removeprefix(INNER)


def width_of(stages: nn.Sequential, modality: Modality) -> int:
    """How many numbers a pooled row has. Raises `BackboneError` where it is not a row."""
    with torch.inference_mode():
        rows = stages(modality.batch([modality.blank()]))
    if rows.ndim != 2:
        raise BackboneError(
            "M413",
            f"this network gives {tuple(rows.shape[1:])} numbers an item, not one row",
            "choose another: headstart backbones",
        )
    return int(rows.shape[-1])


def contract(architecture: Architecture) -> Image:
    """The input that timm's weights of this name were evaluated with; ours for our own."""
    if architecture.name in _OWN_CONTRACTS:
        return _OWN_CONTRACTS[architecture.name]
    described = _described(architecture.name)
    from timm.data.config import resolve_data_config

    found = resolve_data_config(pretrained_cfg=described, verbose=False)
    return Image(
        size_px=int(found["input_size"][-1]),
        mean=tuple(map(float, found["mean"])),
        std=tuple(map(float, found["std"])),
        interpolation=str(found["interpolation"]),
        crop_pct=float(found["crop_pct"]),
        crop_mode=str(found["crop_mode"]),
        channels=int(found["input_size"][0]),
    )


def timm_call(architecture: Architecture) -> tuple[str, dict[str, Any]] | None:
    """Name and arguments by which timm's own `create_model` makes the same network.

    None for what timm has no name for, or no single network: profiles, networks for spectrograms.
    """
    settings, name = dict(architecture.settings), architecture.name.partition(".")[0]
    if settings.keys() & {SETTING, "hears"} or not {name, architecture.name} & {*names()}:
        return None
    if architecture.name in _OWN:
        return ("resnet10t", {**_NARROW, **settings}) if name == "headstart_resnet10" else None
    return name, settings


def hub_id(architecture: Architecture) -> str:
    """The hub's name of timm's own weights; empty where there are none."""
    return str(_described(architecture.name).get("hf_hub_id") or "")


def license_of(architecture: Architecture) -> str:
    """Of timm's own weights."""
    return str(_described(architecture.name).get("license") or "unknown")


def licenses() -> dict[str, str]:
    """Of timm's own weights, for every architecture that `build` takes."""
    return {name: license_of(Architecture(name)) for name in names()}


def classifier_names(architecture: Architecture) -> tuple[str, ...]:
    """What timm calls the output layers, which no backbone has; none where timm knows no such."""
    if architecture.settings and architecture.name.partition(".")[0] not in names():
        return ()
    named = _described(architecture.name).get("classifier") or ("fc", "classifier", "head")
    return (named,) if isinstance(named, str) else tuple(named)


def names() -> tuple[str, ...]:
    """Every architecture that `build` takes."""
    timm = need_timm()

    return tuple(sorted({*timm.list_models(), *_OWN}))


def sized(
    architecture: Architecture, plain: Image, size_px: int | None, channels: int | None
) -> tuple[Architecture, Image]:
    """The same network and contract for pictures of another size or number of channels."""
    settings = dict(architecture.settings)
    if size_px and size_px != plain.size_px:
        plain = replace(plain, size_px=size_px)
        if _described(architecture.name).get("fixed_input_size"):
            settings["img_size"] = size_px
    if channels and channels != plain.channels:
        mean, std = (sum(values) / len(values) for values in (plain.mean, plain.std))
        plain = replace(plain, channels=channels, mean=(mean,) * channels, std=(std,) * channels)
        settings["in_chans"] = channels
    return Architecture(architecture.name, tuple(sorted(settings.items()))), plain


def adapted(architecture: Architecture, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Timm's tensors for a network of this size and number of channels.

    Position embeddings are resampled, and the first convolution is repeated or summed over colors,
    as timm does it. What can't be adapted stays as it is.
    """
    settings = dict(architecture.settings)
    if not settings.keys() & {"in_chans", "img_size"}:
        return dict(tensors)
    need_timm()
    from timm.models import adapt_input_conv

    with torch.device("meta"):
        network = _network(architecture, 0)
    layers = (item for item in network.named_modules() if isinstance(item[1], nn.Conv2d))
    name, first = next(layers, ("", nn.Identity()))
    name, channels = f"{name}.weight", getattr(first, "in_channels", 0)
    given = dict(tensors)
    if name in given and given[name].shape[1] != channels:
        given[name] = adapt_input_conv(channels, given[name])
    resampled = getattr(sys.modules[type(network).__module__], "checkpoint_filter_fn", None)
    return dict(resampled(given, network)) if resampled and "img_size" in settings else given


def _detecting(
    architecture: Architecture, stages: nn.Sequential, width: int, seed: int
) -> nn.Sequential:
    """With a pyramid and towers of weights drawn from the seed."""
    channels = int(str(dict(architecture.settings).get("in_chans", 3)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return detecting(stages.eval(), torch.rand(1, channels, _TRIED_PX, _TRIED_PX), width)
        except (ValueError, RuntimeError, AssertionError, TypeError, AttributeError) as error:
            raise BackboneError(
                "M511",
                f"{printable(architecture.name)} can't be made a detector",
                "--backbone headstart_detector, or a network of convolutions: mobilenetv2_100",
                why=printable(error, limit=200),
            ) from error


def _network(architecture: Architecture, seed: int) -> nn.Module:
    """Timm's network without its classifier, with fresh weights."""
    _known(architecture.name)
    settings = _allowed(architecture)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            if architecture.name in _OWN:
                return _OWN[architecture.name](settings).eval()
            return _of_timm(architecture.name, settings).eval()
        except (TypeError, ValueError, RuntimeError, AttributeError, AssertionError) as error:
            raise BackboneError(
                "M412",
                f"cannot build {printable(architecture.name)}",
                "choose another: headstart backbones",
                why=printable(error),
            ) from error


def _allowed(architecture: Architecture) -> dict[str, Any]:
    """Settings may come from a stranger's folder, so none that makes timm fetch or read files."""
    wrong = [name for name, _ in architecture.settings if name not in _SETTINGS]
    if wrong:
        raise BackboneError(
            "M412",
            f"cannot build {printable(architecture.name)}",
            "choose another: headstart backbones",
            why=f"{printable(wrong[0])} is not one of its settings: {', '.join(sorted(_SETTINGS))}",
        )
    plain = {n: value for n, value in architecture.settings if n not in (SETTING, EXIT, DETECTS)}
    return {**plain, "global_pool": ""} if DETECTS in dict(architecture.settings) else plain


def _known(name: str) -> None:
    """Refuse what timm would look for elsewhere: a hub's id, a folder, a tag it does not have."""
    if name in _OWN:
        return
    need_timm()
    from timm.models import is_model, is_model_pretrained

    plain, _, tag = name.partition(".")
    if is_model(plain) and (not tag or is_model_pretrained(name)):
        return
    near = difflib.get_close_matches(name, names(), 3, 0.6)
    raise BackboneError(
        "M411",
        f"there is no backbone {printable(name)!r}",
        f"--backbone {near[0]}" if near else "headstart backbones",
        why=f"close to it: {', '.join(near)}" if near else "",
    )


def _described(name: str) -> dict[str, Any]:
    _known(name)
    if name in _OWN:
        return {}
    from timm.models import get_pretrained_cfg

    found = get_pretrained_cfg(name)
    return found.to_dict() if found else {}


def _namer(network: nn.Module) -> Namer | None:
    """How stages are called where the network's own names don't say it."""
    if type(network).__name__ != "VGG" or not isinstance(network.features, nn.Sequential):
        return None
    ends = [i for i, layer in enumerate(network.features) if isinstance(layer, nn.MaxPool2d)]

    def block(name: str) -> str:
        part, _, index = name.partition(".")
        if part == "features":
            return f"block{1 + sum(end < int(index) for end in ends)}"
        return "mlp" if part == "pre_logits" else ""

    return block


_SETTINGS = frozenset(
    {"channels", "depth", "drop_path_rate", "img_size", "in_chans", "mlp_ratio"}
    | {"output_stride", "pad_type", "stem_width", SETTING, EXIT, DETECTS}
)
"""What an `Architecture` may say besides the name."""
_TRIED_PX = 64
"""Side of the picture by which the maps of a network are found."""


def _resnet10(settings: dict[str, Any]) -> nn.Module:
    """resnet10t with a narrow stem; 2.8 million parameters as it comes."""
    settings = {**_NARROW, **settings}
    own = settings.keys() <= {*_NARROW, "in_chans", "output_stride", "global_pool"}
    return ResNet10(**settings) if own else _of_timm("resnet10t", settings)


def _of_timm(name: str, settings: dict[str, Any]) -> nn.Module:
    timm = need_timm()

    made: nn.Module = timm.create_model(name, num_classes=0, **settings)
    return made


def _mobilenetv1_050(settings: dict[str, Any]) -> nn.Module:
    """Half the width of mobilenetv1_100, which timm can build but has no name for."""
    timm = need_timm()

    made: nn.Module = timm.models.efficientnet._gen_mobilenet_v1(
        "mobilenetv1_100", 0.5, pretrained=False, num_classes=0, **settings
    )
    return made


_OWN: Mapping[str, Callable[[dict[str, Any]], nn.Module]] = {
    "headstart_detector": _mobilenetv1_050,
    "headstart_resnet10": _resnet10,
    "mobilenetv1_050": _mobilenetv1_050,
}
_NARROW: Mapping[str, Any] = {"channels": (48, 96, 192, 384), "stem_width": 16}
_HALF = (0.5, 0.5, 0.5)
_OWN_CONTRACTS = {
    "headstart_detector": Image(256, _HALF, _HALF, "bilinear", 1.0, "border"),
    "headstart_resnet10": Image(48, _HALF, _HALF, "bilinear", 1.0),
    "mobilenetv1_050": Image(160, _HALF, _HALF),
}
