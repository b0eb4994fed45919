"""A pretrained network as a row of stages."""

import copy
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from headstart.backbone.digests import Digests, digests_of
from headstart.backbone.writing import Writer, distinct
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Modality


@dataclass(frozen=True)
class Origin:
    """Where weights came from."""

    source: str
    """ "shipped", "file", "hub", "folder" or "random"."""
    place: str
    """A path, a hub id, or the seed of random weights."""
    license: str = "unknown"
    note: str = ""
    """What they were trained on, and the parent they started from, in a sentence."""

    @property
    def pretrained(self) -> bool:
        """Whether there is anything to transfer."""
        return self.source != "random"


@dataclass(frozen=True)
class Architecture:
    """All that is needed to build the same network again, without weights."""

    name: str
    """What users call it: "mobilenetv2_100"."""
    settings: tuple[tuple[str, str | int | float | bool | tuple[int, ...]], ...] = ()
    """Arguments of the builder besides the name, such as ("pad_type", "same")."""


class Frozen(nn.Sequential):
    """Stages in inference mode, always: `train()` does not reach them and nothing is updated."""

    def __init__(self, stages: OrderedDict[str, nn.Module]) -> None:
        super().__init__(stages)
        self.requires_grad_(False)
        super().train(False)

    def train(self, mode: bool = True) -> "Frozen":  # noqa: FBT001, FBT002 - torch's signature
        """Stay in inference mode, whatever is asked."""
        return self


@dataclass(frozen=True, eq=False)
class Backbone:
    """Stages run left to right; the last gives pooled rows of `width` numbers."""

    architecture: Architecture
    stages: nn.Sequential
    """Named stages that follow the architecture's own blocks, in inference mode."""
    width: int
    modality: Modality
    """The input contract: how a source becomes the input of the first stage."""
    origin: Origin
    writer: Writer | None = None
    """The half that writes, of a network that has one."""
    loaded: Digests = field(default_factory=dict, repr=False)
    """Of all tensors, taken when the weights were there and before anything ran. `replace` hands
    them on; whoever gives the network other weights says `loaded={}`, and they are taken anew."""

    def __post_init__(self) -> None:
        if not self.loaded:
            object.__setattr__(self, "loaded", digests_of(tensors_of(self.stages, self.writer)))

    @property
    def name(self) -> str:
        """What users call it."""
        return self.architecture.name

    @property
    def depth(self) -> int:
        """How many stages there are."""
        return len(self.stages)

    @property
    def contents(self) -> str:
        """Names all that its numbers follow from: weights, those of a half that writes too,
        architecture and input contract (16 hex digits).
        """  # noqa: D205 - one sentence
        writer, sha = self.writer, hashlib.sha256(self.digest(self.depth).encode())
        sha.update(f"{self.modality!r} {self.width} {self.origin.pretrained}".encode())
        if writer is not None:
            sha.update(f"{writer.tokens!r}".encode())
            _add(sha.update, writer)
        return sha.hexdigest()[:16]

    def need_stages(self) -> None:
        """Raise `BackboneError` where the network is one stage: no part of it can be frozen."""
        if self.depth < 2:
            raise BackboneError(
                "M403",
                f"{printable(self.name)} can't be cut: it is one stage",
                "--strategy probe, which trains none of it, or --strategy full, which trains all",
            )

    def cut(self, at: int) -> tuple[nn.Sequential, nn.Sequential]:
        """Copy out a frozen prefix of `at` stages and a trainable suffix of the rest.

        `suffix(prefix(x))` gives pooled feature rows, shape (n, width), for every cut.
        """
        if not 0 <= at <= self.depth:
            raise BackboneError(
                "M401",
                f"cannot cut {self.name} at stage {at}, it has {self.depth}",
                f"choose a cut from 0 (all trainable) to {self.depth} (all frozen)",
            )
        stages = copy.deepcopy(self.stages)
        return Frozen(OrderedDict(stages[:at].named_children())), stages[at:].requires_grad_(True)

    def digest(self, at: int) -> str:
        """Names the weights left of the cut, and the network they are in (16 hex digits)."""
        sha = hashlib.sha256(f"{self.architecture!r} {at}".encode())
        _add(sha.update, self.stages[:at])
        return sha.hexdigest()[:16]


def _add(update: Callable[[bytes], None], network: nn.Module) -> None:
    """All parameters and buffers, by name."""
    for name, tensor in network.state_dict().items():
        update(name.encode())
        update(tensor.detach().cpu().contiguous().numpy().tobytes())


def tensors_of(stages: nn.Sequential, writer: nn.Module | None) -> Mapping[str, Tensor]:
    """Parameters and buffers of both halves of a network, by their names in its files."""
    written = distinct(writer) if writer else {}
    return {**stages.state_dict(), **{in_writer(name): t for name, t in written.items()}}


def in_writer(name: str) -> str:
    """What a tensor of the half that writes is called beside those of the half that reads."""
    return f"writer:{name}"
