"""Recordings: a folder as transformers' `AutoModelForAudioClassification` reads it.

Its class for networks that take samples projects every moment, then takes the mean over what is
heard: with a projection that changes nothing that is our pooling, and its classifier is our head.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import Backbone
from headstart.backbone.audio_transformers import AST, EXTRACTOR
from headstart.backbone.profile import SETTING as PROFILE
from headstart.backbone.transformers_loading import config_of, quietly
from headstart.modality import Prepared
from headstart.share.layout import WEIGHTS, Layout, Unlike, need_equal

_CLASS = "AutoModelForAudioClassification"
_USE = f'transformers.{_CLASS}.from_pretrained("FOLDER")'
_LENGTHS_S = (1.0, 0.73)
"""Of noise that both are asked about; the shorter is padded."""
_OTHER = {
    "whisper": "transformers' class for whisper takes the mean over all 30 seconds, padding too",
    AST: "transformers' class for this network has a norm between the pooling and the classes",
}
"""Families whose own classes compute something else."""


def audio_layout(backbone: Backbone, head: nn.Linear | None, classes: Sequence[str]) -> Layout:
    """The files, once transformers' class read them and gave on noise what ours gives.

    Raises `Unlike` where its pooling is another, or the network is not transformers'.
    """
    modality, kind = backbone.modality, config_of(backbone.architecture).get("model_type", "")
    if not isinstance(modality, Prepared) or head is None:
        raise Unlike("transformers has no class for recordings without a head")
    if dict(backbone.architecture.settings).get(PROFILE) or backbone.writer:
        raise Unlike("it pools recordings in a way that transformers does not know")
    if why := _OTHER.get(str(kind)):
        raise Unlike(why)
    with tempfile.TemporaryDirectory() as place, quietly():
        _filled(backbone, head, classes).save_pretrained(place)
        difference = _compared(Path(place), backbone, head)
        files = {name: (Path(place) / name).read_bytes() for name in ("config.json", WEIGHTS)}
    files[EXTRACTOR] = modality.place.read_bytes()
    return Layout("transformers", files, _USE, difference)


def _filled(backbone: Backbone, head: nn.Linear, classes: Sequence[str]) -> Any:
    """Transformers' network with these weights, a projection that changes nothing, this head."""
    from transformers import AutoConfig, AutoModelForAudioClassification

    facts = config_of(backbone.architecture)
    names = dict(enumerate(classes or map(str, range(head.out_features))))
    told = {"id2label": names, "label2id": {name: at for at, name in names.items()}}
    asked = {"classifier_proj_size": backbone.width, "use_weighted_layer_sum": False}
    try:
        config = AutoConfig.for_model(facts.pop("model_type"), **{**facts, **asked, **told})
        with torch.random.fork_rng(devices=[]):
            network: Any = AutoModelForAudioClassification.from_config(config).eval()
    except (ValueError, KeyError) as error:
        raise Unlike("transformers has no class for recordings with this network") from error
    body = getattr(network, network.base_model_prefix)
    weights = {_name(name): tensor for name, tensor in backbone.stages.state_dict().items()}
    lost = [n for n in body.state_dict() if n not in weights and n != "masked_spec_embed"]
    if lost or not hasattr(network, "projector"):
        raise Unlike("transformers has the layers of this network in another form")
    body.load_state_dict({**body.state_dict(), **weights}, strict=False)
    bias = torch.zeros(head.out_features) if head.bias is None else head.bias
    network.projector.load_state_dict(
        {"weight": torch.eye(backbone.width), "bias": torch.zeros(backbone.width)}
    )
    network.classifier.load_state_dict({"weight": head.weight, "bias": bias})
    return network


def _name(name: str) -> str:
    """Transformers' name of a tensor in a stage.

    >>> _name("layer_4.layer.attention.k_proj.bias"), _name("features.network.masked_spec_embed")
    ('encoder.layers.4.attention.k_proj.bias', 'masked_spec_embed')
    >>> _name("layer_11.norm.weight")
    'encoder.layer_norm.weight'
    """
    stage, part, inside = name.split(".", 2)
    index = stage.removeprefix("layer_")
    if not index.isdecimal():
        return inside
    return f"encoder.layers.{index}.{inside}" if part == "layer" else f"encoder.layer_norm.{inside}"


@torch.inference_mode()
def _compared(place: Path, backbone: Backbone, head: nn.Linear) -> float:
    """The largest difference of scores on noise. Raises `Unlike`."""
    from transformers import AutoModelForAudioClassification

    network = AutoModelForAudioClassification.from_pretrained(place, local_files_only=True).eval()
    rows = backbone.modality.batch(list(_noise(round(backbone.modality.rate_hz))))  # type: ignore[attr-defined]
    theirs = network(rows[..., 0], attention_mask=rows[..., -1].long()).logits
    return need_equal(head(backbone.stages(rows)), theirs)


def _noise(rate_hz: int) -> list[Float[Tensor, " t"]]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(round(length * rate_hz), generator=generator) for length in _LENGTHS_S]
