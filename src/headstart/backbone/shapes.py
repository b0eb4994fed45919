"""Shapes that a network would have, found without its memory and compared with those in a file."""

from types import MappingProxyType
from typing import Any

import torch

from headstart.backbone import detection_torchvision
from headstart.backbone.backbone import Architecture
from headstart.backbone.bounds import Shapes, bounded
from headstart.backbone.building import build
from headstart.backbone.decoder_only import SETTING as ALONE
from headstart.backbone.detection_torchvision import is_anchor_detector
from headstart.backbone.language import is_language
from headstart.backbone.transformers_loading import made
from headstart.backbone.weights import need_fit
from headstart.errors import BackboneError, HeadstartError
from headstart.hostile import printable

_RESHAPED = (1, 1)
"""Of what stands in the place of embeddings where a network is cut."""


def need_shapes(
    architecture: Architecture,
    shapes: Shapes,
    where: str,
    *,
    besides: Shapes = MappingProxyType({}),
) -> None:
    """Raise `BackboneError` where a file's tensors are not those of this architecture.

    No memory is taken for either. Networks of transformers are staged by running them, which takes
    weights: of those, each shape in the file is one that the network has. `besides` are the tensors
    of the half that writes.
    """
    whole = {**shapes, **{f"writer.{name}": shape for name, shape in besides.items()}}
    try:
        with bounded(whole), torch.device("meta"):
            network: Any = None
            if is_anchor_detector(architecture):
                network = detection_torchvision.network(architecture, 0)
            elif not is_language(architecture) or dict(architecture.settings).get(ALONE):
                tensors = {name: torch.empty(shape) for name, shape in shapes.items()}
                need_fit(build(architecture).state_dict(), architecture, tensors, where)
                return
            network = network or made(architecture, 0)
    except HeadstartError:
        raise
    except Exception as error:  # settings fail in more ways than can be named
        why = f"{type(error).__name__}: {printable(error, limit=300)}"
        raise _other(architecture, where, why) from error
    known = {tuple(tensor.shape) for tensor in network.state_dict().values()} | {_RESHAPED}
    strange = next((name for name, shape in shapes.items() if shape not in known), None)
    if strange is not None:
        raise _other(architecture, where, f"{strange} has the shape {shapes[strange]}")


def _other(architecture: Architecture, where: str, why: str) -> BackboneError:
    return BackboneError(
        "M425",
        f"these weights are for another network than {printable(architecture.name)}",
        "copy the folder again from where it came",
        where=where,
        why=why,
    )
