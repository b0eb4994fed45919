"""A frozen network in OpenVINO: converted once for all precisions, and kept as compiled."""

import functools
import io
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from headstart.features.running import Run

Converter = Callable[[nn.Sequential, Shaped[Tensor, "b ..."]], Any]
"""From a network and a full batch to OpenVINO's model."""
PRECISIONS = {"bf16": "bfloat16", "f32": "float32"}
"""OpenVINO's word and ours, the quicker first."""
MOST_NUMBERS = 10**8
"""In a network that is kept as compiled: 4 bytes each, held in memory meanwhile."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A compiled network as a run: one request for each thread that calls it."""

    network: Any
    """OpenVINO's."""
    numbers: int
    """In its weights."""
    _own: threading.local = field(default_factory=threading.local)

    def __call__(self, rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        """Rows of a batch."""
        if not hasattr(self._own, "request"):
            self._own.request = self.network.create_infer_request()
        return torch.from_numpy(self._own.request.infer([rows.numpy()])[0].copy())

    def packed(self) -> bytes:
        """What `unpacked` takes; nothing where that would be large."""
        if self.numbers > MOST_NUMBERS:
            return b""
        made = io.BytesIO()
        self.network.export_model(made)
        return made.getvalue()


def compiled(
    network: nn.Sequential,
    batch: Shaped[Tensor, "b ..."],
    *,
    workers: int,
    precision: str,
    converted: Converter,
) -> Run:
    """One stream a worker, each on one thread."""
    options, numbers = _options(workers, precision), sum(p.numel() for p in network.parameters())
    model = converted(network, batch)
    return Compiled(_openvino().Core().compile_model(model, "CPU", options), numbers)


def unpacked(packed: bytes, *, workers: int, precision: str) -> Run:
    """What was compiled on this machine before, without its being converted and traced."""
    options = _options(workers, precision)
    return Compiled(_openvino().Core().import_model(io.BytesIO(packed), "CPU", options), 0)


def once() -> Converter:
    """A way to convert that gives what it made first again: for one network and batch only."""
    held = list[Any]()

    def converted(network: nn.Sequential, batch: Shaped[Tensor, "b ..."]) -> Any:
        if not held:
            held.append(convert(network, batch))
        return held[0]

    return converted


def convert(network: nn.Sequential, batch: Shaped[Tensor, "b ..."]) -> Any:
    """OpenVINO's model, traced once: to trace again for comparison took up to 1.6 CPU seconds."""
    _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    front, once = FrontEndManager().load_by_framework("pytorch"), {"check_trace": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the way of tracing that the decoder needs is deprecated
        decoder = TorchScriptPythonDecoder(network, example_input=(batch[:2],), trace_kwargs=once)
        model = front.convert(front.load(decoder))
    model.reshape(list(batch.shape))
    return model


def _options(workers: int, precision: str) -> dict[str, Any]:
    streams = {"INFERENCE_NUM_THREADS": workers, "NUM_STREAMS": workers}
    return {**streams, "INFERENCE_PRECISION_HINT": precision}


@functools.cache
def _openvino() -> Any:
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # nobody is told
    import openvino

    return openvino
