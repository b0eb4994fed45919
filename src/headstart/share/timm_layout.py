"""Pictures: `config.json` and `model.safetensors` as `timm.create_model("local-dir:…")` reads them.

The classifier of timm's network is our head, so that its outputs are our scores.
"""

from collections.abc import Sequence
from typing import Any

import torch
from safetensors.torch import save as packed
from torch import Tensor, nn

from headstart import durable
from headstart.backbone import Backbone
from headstart.backbone.vision import timm_call, timm_name
from headstart.modality import Image
from headstart.share.layout import WEIGHTS, Layout, Unlike, need_equal, plain

_USE = 'timm.create_model("local-dir:FOLDER", pretrained=True)'
_KNOWN = ("classifier", "first_conv", "pool_size", "fixed_input_size")
"""What timm says of a network besides its input, and needs to start other classes from it."""


def timm_layout(backbone: Backbone, head: nn.Linear | None, classes: Sequence[str]) -> Layout:
    """The files, once timm's network was run on noise and gave what ours gives.

    Raises `Unlike` where timm has no such network.
    """
    modality, call = backbone.modality, timm_call(backbone.architecture)
    if not isinstance(modality, Image) or call is None:
        raise Unlike("timm has no name for this network")
    name, arguments = call
    count = head.out_features if head is not None else 0
    network = _filled(name, arguments, backbone, head)
    difference = _compared(network, backbone, modality, head)
    known = {k: v for k, v in network.pretrained_cfg.items() if k in _KNOWN}
    config: dict[str, Any] = {
        "architecture": name,
        "num_classes": count,
        "num_features": int(network.num_features),
        "model_args": arguments,
        "pretrained_cfg": {**known, **_input(modality), "num_classes": count},
    }
    if classes:
        config["label_names"] = list(classes)
    files = {
        "config.json": durable.to_json(config, indent=2).encode(),
        WEIGHTS: packed(plain(network.state_dict()), {"format": "pt"}),
    }
    return Layout("timm", files, _USE, difference)


def _input(modality: Image) -> dict[str, object]:
    side = modality.size_px
    return {
        "input_size": [modality.channels, side, side],
        "mean": list(modality.mean),
        "std": list(modality.std),
        "interpolation": modality.interpolation,
        "crop_pct": modality.crop_pct,
        "crop_mode": modality.crop_mode,
        "custom_load": False,
    }


def _filled(
    name: str, arguments: dict[str, Any], backbone: Backbone, head: nn.Linear | None
) -> Any:
    """Timm's network with these weights and this classifier. Raises `Unlike`."""
    import timm

    count = head.out_features if head is not None else 0
    with torch.random.fork_rng(devices=[]):
        network = timm.create_model(name, num_classes=count, **arguments).eval()
    tensors = {timm_name(n): t for n, t in backbone.stages.state_dict().items()}
    for layer, wanted in _classifiers(network) if head is not None else ():
        tensors |= _fitted(layer, wanted, head)  # type: ignore[arg-type]  # it is there
    state = network.state_dict()
    if different := [n for n in state.keys() | tensors.keys() if _shape(state, tensors, n)]:
        raise Unlike(f"timm's {name} has other tensors: {sorted(different)[0]}")
    network.load_state_dict(tensors)
    return network.requires_grad_(False)


def _shape(one: dict[str, Tensor], other: dict[str, Tensor], name: str) -> bool:
    """Whether a tensor is not in both, or of another shape."""
    return name not in one or name not in other or one[name].shape != other[name].shape


def _classifiers(network: Any) -> list[tuple[str, nn.Module]]:
    """The output layers by their names: one, or two that are averaged."""
    found = network.get_classifier()
    layers = list(found) if isinstance(found, tuple | list) else [found]
    return [(n, m) for n, m in network.named_modules() if any(m is layer for layer in layers)]


def _fitted(name: str, layer: nn.Module, head: nn.Linear) -> dict[str, Tensor]:
    """Our head's weights in the shape of timm's layer."""
    weight, bias = getattr(layer, "weight", None), getattr(layer, "bias", None)
    if not isinstance(weight, Tensor) or weight.numel() != head.weight.numel():
        raise Unlike("timm's classifier is no layer of this size")
    given = {f"{name}.weight": head.weight.detach().reshape(weight.shape)}
    if isinstance(bias, Tensor):
        given[f"{name}.bias"] = torch.zeros(len(bias)) if head.bias is None else head.bias.detach()
    return given


@torch.inference_mode()
def _compared(
    network: nn.Module, backbone: Backbone, modality: Image, head: nn.Linear | None
) -> float:
    """The largest difference on pictures of noise. Raises `Unlike`."""
    generator = torch.Generator().manual_seed(0)
    shape = (modality.channels, modality.size_px, modality.size_px)
    items = [torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator) for _ in range(3)]
    batch = modality.batch(items)
    rows = backbone.stages(batch)
    return need_equal(head(rows) if head is not None else rows, network(batch))
