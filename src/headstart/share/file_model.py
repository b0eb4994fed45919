"""A model whose network is an ONNX file; it predicts, but can't be trained further."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from headstart.backbone.places import GRAPH
from headstart.errors import UsageError
from headstart.model import Given, Model
from headstart.share.end_to_end import feeds_of
from headstart.share.onnx_file import Runtime

NETWORK = GRAPH
"""The name of the ONNX file in a model folder without weights."""


@dataclass(frozen=True, eq=False)
class FileModel(Model):
    """A model run by onnxruntime; `backbone` has the input contract and no stages."""

    place: Path = field(default=Path(), kw_only=True)
    """The file."""

    def asking(self, *, threshold: float | None = None, looks: int = 1) -> Model:
        """See `Model`. Raises `UsageError` for more than one look, too."""
        if looks > 1:
            raise UsageError("U353", "a network in a file looks once", "leave --tta out")
        return super().asking(threshold=threshold)

    @cached_property
    def _runtime(self) -> Runtime:
        return Runtime(self.place)

    def probabilities(
        self, sources: Sequence[Given], batch: int = 32
    ) -> Float[Tensor, "n classes"]:
        """Probabilities of sources one by one, in the order given: see `Model`."""
        feeds = feeds_of(self.backbone.modality)
        found = [self._runtime(feed) for one in sources for feed in feeds(self._source(one))]
        return self.task.stacked([torch.from_numpy(np.concatenate(found))] if found else [])

    def fold(self) -> None:
        """Load the ONNX file."""
        _ = self._runtime

    @property
    def _in_parts(self) -> bool:
        """Its network takes one source at a time."""
        return True

    def _in_batches(
        self, sources: Sequence[Given], batch: int = 32
    ) -> tuple[Float[np.ndarray, "n c"], list[float]]:
        return self.probabilities(sources).numpy(), []
