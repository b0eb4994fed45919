"""timm's networks as rows of stages: one small adapter a family says which parts follow which.

Running all stages gives what timm's `forward_head(forward_features(x), pre_logits=True)` gives.
Pooling and the norms around it belong to the last stage that has weights, so that unfreezing
one stage always trains something worth it.
"""

import difflib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import timm
import torch
from jaxtyping import Float
from timm.data.config import resolve_data_config
from timm.models import get_pretrained_cfg, is_model, is_model_pretrained, model_entrypoint
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image

Stages = Mapping[str, nn.Module]


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for a name or settings that
    make no network.
    """
    return nn.Sequential(OrderedDict(_staged(architecture, seed)[1])).requires_grad_(False).eval()


def timm_names(architecture: Architecture) -> dict[str, str]:
    """Our name of every tensor -> timm's name of it."""
    with torch.device("meta"):
        network, stages = _staged(architecture, 0)
    theirs = {id(tensor): name for name, tensor in _tensors(network)}
    ours = nn.Sequential(OrderedDict(stages))
    return {name: theirs[id(tensor)] for name, tensor in _tensors(ours)}


def width_of(stages: nn.Sequential, modality: Image) -> int:
    """How many numbers a pooled row has."""
    with torch.inference_mode():
        return int(stages(modality.batch([modality.blank()])).shape[-1])


def contract(architecture: Architecture) -> Image:
    """The input that timm's weights of this name were evaluated with; ours for our own."""
    if architecture.name in _OWN_CONTRACTS:
        return _OWN_CONTRACTS[architecture.name]
    found = resolve_data_config(pretrained_cfg=_described(architecture.name), verbose=False)
    return Image(
        size_px=int(found["input_size"][-1]),
        mean=tuple(map(float, found["mean"])),
        std=tuple(map(float, found["std"])),
        interpolation=str(found["interpolation"]),
        crop_pct=float(found["crop_pct"]),
        crop_mode=str(found["crop_mode"]),
        channels=int(found["input_size"][0]),
    )


def hub_id(architecture: Architecture) -> str:
    """The hub's name of timm's own weights; empty where there are none."""
    return str(_described(architecture.name).get("hf_hub_id") or "")


def license_of(architecture: Architecture) -> str:
    """Of timm's own weights."""
    return str(_described(architecture.name).get("license") or "unknown")


def classifier_names(architecture: Architecture) -> tuple[str, ...]:
    """What timm calls the output layers, which no backbone has."""
    named = _described(architecture.name).get("classifier") or ("fc", "classifier", "head")
    return (named,) if isinstance(named, str) else tuple(named)


def names() -> tuple[str, ...]:
    """Every architecture that `build` takes."""
    found = [name for module in _FAMILIES for name in timm.list_models(module=module)]
    return tuple(sorted({*found, *_OWN}))


def _staged(architecture: Architecture, seed: int) -> tuple[nn.Module, Stages]:
    _known(architecture.name)
    settings = _allowed(architecture)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            if architecture.name in _OWN:
                network = _OWN[architecture.name](settings)
            else:
                network = timm.create_model(architecture.name, num_classes=0, **settings)
            return network, _adapter(architecture.name)(network)
        except (TypeError, ValueError, RuntimeError, AttributeError, AssertionError) as error:
            raise BackboneError(
                "M412",
                f"cannot build {printable(architecture.name)} as a row of stages",
                "choose another: headstart backbones",
                why=printable(error),
            ) from error


def _allowed(architecture: Architecture) -> dict[str, Any]:
    """Settings may come from a stranger's folder, so none that makes timm fetch or read files."""
    wrong = [name for name, _ in architecture.settings if name not in _SETTINGS]
    if wrong:
        raise BackboneError(
            "M412",
            f"cannot build {printable(architecture.name)} as a row of stages",
            "choose another: headstart backbones",
            why=f"{printable(wrong[0])} is none of its settings: {', '.join(sorted(_SETTINGS))}",
        )
    return dict(architecture.settings)


def _known(name: str) -> None:
    """Refuse what timm would look for elsewhere: a hub's id, a folder, a tag it does not have."""
    plain, _, tag = name.partition(".")
    if name in _OWN or (_module(plain) in _FAMILIES and (not tag or is_model_pretrained(name))):
        return
    near = difflib.get_close_matches(name, names(), 3, 0.6)
    raise BackboneError(
        "M411",
        f"there is no backbone {printable(name)!r}",
        f"--backbone {near[0]}" if near else "headstart backbones",
        why=f"close to it: {', '.join(near)}" if near else "",
    )


def _module(name: str) -> str:
    """The file of timm that the name is from; empty where there is none."""
    plain = name.partition(".")[0]
    return str(model_entrypoint(plain).__module__).rpartition(".")[2] if is_model(plain) else ""


def _described(name: str) -> dict[str, Any]:
    _known(name)
    found = None if name in _OWN else get_pretrained_cfg(name)
    return found.to_dict() if found else {}


def _tensors(network: nn.Module) -> list[tuple[str, Tensor]]:
    return [*network.named_parameters(), *network.named_buffers()]


# One adapter a family: a network of timm -> its stages, in order, each with weights.


def _adapter(name: str) -> Callable[[Any], Stages]:
    return _OWN_ADAPTERS[name] if name in _OWN_ADAPTERS else _FAMILIES[_module(name)]


def _resnet(net: Any) -> Stages:
    return {
        "stem": nn.Sequential(net.conv1, net.bn1, net.act1, net.maxpool),
        "layer1": net.layer1,
        "layer2": net.layer2,
        "layer3": net.layer3,
        "layer4": nn.Sequential(net.layer4, net.global_pool),
    }


def _vgg(net: Any) -> Stages:
    blocks: list[list[nn.Module]] = [[]]
    for layer in net.features:
        blocks[-1].append(layer)
        if isinstance(layer, nn.MaxPool2d):
            blocks.append([])
    stages = {f"block{i}": nn.Sequential(*b) for i, b in enumerate(blocks, 1) if b}
    return {**stages, "mlp": nn.Sequential(net.pre_logits, net.head.global_pool, nn.Flatten(1))}


def _efficientnet(net: Any) -> Stages:
    blocks = {f"blocks{i}": block for i, block in enumerate(net.blocks)}
    head = [net.conv_head, net.bn2, net.global_pool]
    stem = nn.Sequential(net.conv_stem, net.bn1)
    if any(True for _ in net.conv_head.parameters()):
        return {"stem": stem, **blocks, "head": nn.Sequential(*head)}
    last = list(blocks)[-1]
    return {"stem": stem, **blocks, last: nn.Sequential(blocks[last], *head)}


def _mobilenetv3(net: Any) -> Stages:
    blocks = {f"blocks{i}": block for i, block in enumerate(net.blocks)}
    named = ("global_pool", "conv_head", "norm_head", "act2", "flatten")
    parts = [getattr(net, name) for name in named if hasattr(net, name)]
    stem = nn.Sequential(net.conv_stem, net.bn1)
    return {"stem": stem, **blocks, "head": nn.Sequential(*parts)}


def _convnext(net: Any) -> Stages:
    stages = {f"stage{i}": stage for i, stage in enumerate(net.stages)}
    last, head = list(stages)[-1], net.head
    end = [net.norm_pre, head.global_pool, head.norm, head.flatten, head.pre_logits]
    return {"stem": net.stem, **stages, last: nn.Sequential(stages[last], *end)}


def _regnet(net: Any) -> Stages:
    end = nn.Sequential(net.s4, net.final_conv, net.head.global_pool, nn.Flatten(1))
    return {"stem": net.stem, "s1": net.s1, "s2": net.s2, "s3": net.s3, "s4": end}


def _vit(net: Any) -> Stages:
    if getattr(net, "attn_pool", None) is not None or getattr(net, "dist_token", None) is not None:
        raise ValueError("attention pooling and distillation tokens are not supported")
    blocks = {f"block{i}": block for i, block in enumerate(net.blocks)}
    last = list(blocks)[-1]
    return {"embed": _Embed(net), **blocks, last: nn.Sequential(blocks[last], _Pooled(net))}


class _Embed(nn.Module):
    """Patches, class and register tokens, positions."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.patch_embed, self.pos_drop, self.norm_pre = net.patch_embed, net.pos_drop, net.norm_pre
        self.cls_token, self.reg_token, self.pos_embed = net.cls_token, net.reg_token, net.pos_embed
        self.patches_only = bool(net.no_embed_class)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b t d"]:
        rows = self.patch_embed(x)  # (b, patches, d)
        tokens = [t for t in (self.cls_token, self.reg_token) if t is not None]
        front = [token.expand(len(rows), -1, -1) for token in tokens]
        if self.patches_only:
            rows = torch.cat([*front, rows + self.pos_embed], dim=1)
        else:
            rows = torch.cat([*front, rows], dim=1) + self.pos_embed
        out: Tensor = self.norm_pre(self.pos_drop(rows))
        return out


class _Pooled(nn.Module):
    """The last norm, and one row for each picture."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.norm, self.fc_norm = net.norm, net.fc_norm
        self.pool, self.prefix = str(net.global_pool), int(net.num_prefix_tokens)
        if self.pool not in ("token", "avg"):
            raise ValueError(f"pooling {self.pool!r} is not supported")

    def forward(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b d"]:
        rows = self.norm(x)
        pooled = rows[:, 0] if self.pool == "token" else rows[:, self.prefix :].mean(dim=1)
        out: Tensor = self.fc_norm(pooled)
        return out


_SETTINGS = frozenset(
    {"channels", "depth", "drop_path_rate", "drop_rate", "img_size", "mlp_ratio"}
    | {"pad_type", "stem_width"}
)
"""What an `Architecture` may say besides the name."""

_FAMILIES: Mapping[str, Callable[[Any], Stages]] = {
    "resnet": _resnet,
    "vgg": _vgg,
    "efficientnet": _efficientnet,
    "mobilenetv3": _mobilenetv3,
    "convnext": _convnext,
    "regnet": _regnet,
    "vision_transformer": _vit,
    "deit": _vit,
}
"""By the file of timm that holds the family."""


def _resnet10(settings: dict[str, Any]) -> nn.Module:
    """resnet10t with a narrow stem; 2.8 million parameters as it comes."""
    narrow = {"channels": (48, 96, 192, 384), "stem_width": 16}
    made: nn.Module = timm.create_model("resnet10t", num_classes=0, **{**narrow, **settings})
    return made


def _mobilenetv1_050(settings: dict[str, Any]) -> nn.Module:
    """Half the width of mobilenetv1_100, which timm can build but has no name for."""
    made: nn.Module = timm.models.efficientnet._gen_mobilenet_v1(
        "mobilenetv1_100", 0.5, pretrained=False, num_classes=0, **settings
    )
    return made


_OWN: Mapping[str, Callable[[dict[str, Any]], nn.Module]] = {
    "headstart_resnet10": _resnet10,
    "mobilenetv1_050": _mobilenetv1_050,
}
_OWN_ADAPTERS = {"headstart_resnet10": _resnet, "mobilenetv1_050": _efficientnet}
_HALF = (0.5, 0.5, 0.5)
_OWN_CONTRACTS = {
    "headstart_resnet10": Image(48, _HALF, _HALF, "bilinear", 1.0),
    "mobilenetv1_050": Image(160, _HALF, _HALF),
}
