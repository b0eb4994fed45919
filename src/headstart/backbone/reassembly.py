"""Stages of transformers' networks put together again, as the library itself has them."""

from typing import Any

from torch import Tensor

from headstart.backbone.backbone import Backbone
from headstart.backbone.layers import row_of_layers
from headstart.backbone.transformers_loading import made, two_halves

_SHELL = "network."
"""What names of tensors in a stage begin with."""


def whole_network(backbone: Backbone) -> tuple[Any, dict[str, Tensor]] | None:
    """Transformers' network with the weights of these stages, and those weights by its names.

    What no stage has, such as a pooler that nothing uses, stays fresh in the network and is not
    among the weights. None where layers were shared, or are not a plain row; whoever asks compares
    what it computes.
    """
    network = made(backbone.architecture, 0)
    if two_halves(network):
        return None
    try:
        path, layers = row_of_layers(network)
    except ValueError:
        return None
    wanted, given = network.state_dict(), dict[str, Tensor]()
    if len(layers) != len(network.get_submodule(path)):
        return None
    for name, stage in backbone.stages.named_children():
        for inside, tensor in stage.state_dict().items():
            at = _name(inside.removeprefix(_SHELL), path, name.removeprefix("layer_"))
            if at in wanted and wanted[at].shape == tensor.shape:
                given.setdefault(at, tensor)
    network.load_state_dict({**wanted, **given})
    return network.requires_grad_(False).eval(), given


def _name(name: str, path: str, index: str) -> str:
    """The network's name of a tensor in a shell: its one layer is the layer of that number.

    >>> _name("encoder.layer.0.output.weight", "encoder.layer", "4")
    'encoder.layer.4.output.weight'
    """
    first = f"{path}.0."
    return (
        f"{path}.{index}.{name[len(first) :]}"
        if name.startswith(first) and index.isdecimal()
        else name
    )
