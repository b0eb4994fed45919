"""Files of weights: read without running anything, and matched without leaving anything out."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as packed
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture
from headstart.backbone.vision import adapted, classifier_names, timm_name
from headstart.counting import counted
from headstart.errors import BackboneError, SecurityError
from headstart.hostile import printable

_COUNTER = "num_batches_tracked"  # of batch norm: older files lack it, and inference ignores it
_SHOWN = 8
AGAIN, LARGE = "again", 65_536
"""Where a file says which tensors are equal to which, and the numbers in one that is looked at."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor in a safetensors file; half precision becomes single.

    Raises `SecurityError` for a kind of file that could run code, `BackboneError` for one that
    is not there, is torn, or holds numbers that are not finite.
    """
    if path.suffix.lower() not in (".safetensors",):
        raise SecurityError(
            "S611",
            f"weights are read from safetensors files only, this is {printable(path.suffix)!r}",
            "convert it where you trust it: safetensors.torch.save_file(state_dict, FILE)",
            where=printable(path),
            why="other formats can run code when they are opened",
        )
    if not path.is_file():
        raise BackboneError(
            "M421",
            "there is no such file of weights",
            "--weights FILE, with a safetensors file that is there",
            where=printable(path),
        )
    try:
        tensors = load_file(path)
        with safe_open(path, "pt") as file:
            again = json.loads((file.metadata() or {}).get(AGAIN, "{}"))
        tensors |= {name: tensors[first] for name, first in again.items()}
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackboneError(
            "M422",
            "this file of weights cannot be read",
            "fetch or copy it again",
            where=printable(path),
            why=printable(error),
        ) from error
    return {name: _single(name, tensor, path) for name, tensor in tensors.items()}


def written(tensors: Mapping[str, Tensor]) -> bytes:
    """A file of these, in which large ones that are equal to the bit are kept once.

    So networks that go through the same layers again and again are no larger than they were.
    """
    first, again = dict[tuple[object, ...], list[str]](), dict[str, str]()
    for name, tensor in tensors.items():
        if tensor.numel() < LARGE:
            continue
        alike = first.setdefault((tensor.dtype, tensor.shape, *tensor.flatten()[:4].tolist()), [])
        same = next((known for known in alike if torch.equal(tensors[known], tensor)), None)
        if same is None:
            alike.append(name)
        else:
            again[name] = same
    kept = {name: tensor for name, tensor in tensors.items() if name not in again}
    return packed(kept, {AGAIN: json.dumps(again)} if again else None)


def put(
    stages: nn.Sequential, architecture: Architecture, tensors: Mapping[str, Tensor], where: str
) -> None:
    """Copy weights into stages that were built for this architecture.

    Names may be timm's, with or without its classifier, or our own. Raises `BackboneError` with
    the list of tensors that differ.
    """
    wanted = stages.state_dict()
    stages.load_state_dict({**wanted, **need_fit(wanted, architecture, tensors, where)})


def need_fit(
    wanted: Mapping[str, Tensor],
    architecture: Architecture,
    tensors: Mapping[str, Tensor],
    where: str,
) -> dict[str, Tensor]:
    """These tensors under the names that are wanted; both may be without memory.

    Raises `BackboneError` with the list of tensors that differ.
    """
    given = dict(tensors) if set(wanted) == set(tensors) else _ours(architecture, wanted, tensors)
    differences = _differences(wanted, given)
    if differences:
        more = len(differences) - _SHOWN
        lines = differences[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise BackboneError(
            "M423",
            f"these weights are not for {printable(architecture.name)}: "
            f"{counted(len(differences), 'tensor differs', 'tensors differ')}",
            "--backbone NAME, with the architecture they were made for",
            where=where,
            why="; ".join(lines),
        )
    return given


def _ours(
    architecture: Architecture, wanted: Iterable[str], tensors: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Timm's under our names; a classifier is left out, anything else unknown keeps its name."""
    ours = {timm_name(name): name for name in wanted}
    outputs = tuple(f"{name}." for name in classifier_names(architecture))
    kept = {name: t for name, t in tensors.items() if not name.startswith(outputs) or name in ours}
    fit = adapted(architecture, kept)
    return {ours.get(name, name): tensor for name, tensor in fit.items()}


def _differences(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> list[str]:
    missing = [f"missing {name}" for name in wanted if name not in given and _COUNTER not in name]
    unknown = [f"unknown {printable(name)}" for name in given if name not in wanted]
    shapes = [
        f"{name} has shape {tuple(given[name].shape)}, not {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if name in given and given[name].shape != tensor.shape
    ]
    return [*shapes, *missing, *unknown]


def _single(name: str, tensor: Tensor, path: Path) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    if not bool(torch.isfinite(tensor).all()):
        raise BackboneError(
            "M424",
            "these weights hold numbers that are not finite",
            "fetch or make them again",
            where=f"{printable(path)}, tensor {printable(name)}",
        )
    return tensor.float()
