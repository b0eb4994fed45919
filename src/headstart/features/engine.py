"""The fastest way to run a frozen network that this machine has, found by trying.

Small jobs run folded in single precision. Where that would take long, the other ways are tried on
one batch each, and the quickest in all, setting up included, is taken and remembered in the cache.
"""

import contextlib
import json
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from headstart import durable
from headstart.events import Tell, detail
from headstart.features.folding import fast, noise
from headstart.modality import Modality

WORTH_S = 10.0
"""CPU seconds from which a job is long enough to try other engines for."""
GAIN = 1.3
"""How many times less CPU time another engine has to promise, its setting up included."""
COSINE = 0.98
"""Least cosine between its rows and those in single precision; no less exact engine is taken. Heads
hardly notice: see decision 8."""
CONVERTING_S = 3.0
"""Of OpenVINO: 2.1 s for mobilenetv3_large, 3.1 for resnet50, 3.5 for ViT-S, 7 for inception_v3."""
MOVING_S = 2.0
"""Of a graphics processor: its first use, mostly. Guessed: there was none to measure it on."""
MEMORY = "engines.json"

Run = Callable[[Shaped[Tensor, "b ..."]], Shaped[Tensor, "b ..."]]
"""Batches of one shape in, rows out; called from several threads at once."""


@dataclass(frozen=True)
class Engine:
    """A way to run a network forward."""

    name: str
    """Part of every table's fingerprint."""
    make: Callable[[nn.Sequential, Shaped[Tensor, "b ..."]], Run]
    """From a network and a full batch, which every batch will be shaped like."""
    any_size: bool = True
    """Whether batches of another size than the first can be run, too."""
    setup_s: float = 0.0
    """CPU seconds that setting it up usually takes. It is tried where twice that is less than the
    job would take by the best engine so far."""


def engines(workers: int) -> tuple[Engine, ...]:
    """Those that this machine has, the default first."""
    found, half = [FOLDED], torch.cpu._is_amx_tile_supported()
    if half:
        found.append(Engine("folded bfloat16, channels last, 1", _half))
    if torch.cuda.is_available():
        name = f"{torch.cuda.get_device_name()} bfloat16, channels last, 1"
        found.append(Engine(name, partial(_elsewhere, device="cuda"), setup_s=MOVING_S))
    with contextlib.suppress(PackageNotFoundError):
        precision = "bf16" if half else "f32"
        name = f"OpenVINO {version('openvino')} {_SPELLED[precision]}, 1"
        make = partial(_openvino, workers=workers, precision=precision)
        found.append(Engine(name, make, any_size=False, setup_s=CONVERTING_S))
    return tuple(found)


def recall(memory: Path, key: str, workers: int) -> Engine:
    """The engine that was chosen for this network on this machine, else the default."""
    return called(_read(memory / MEMORY).get(key, ""), workers) or FOLDED


def called(name: str, workers: int) -> Engine | None:
    """The engine of this name; None where this machine has none such."""
    return next((engine for engine in engines(workers) if engine.name == name), None)


@torch.inference_mode()
def choose(
    network: nn.Sequential,
    batch: Shaped[Tensor, "b ..."],
    rows: int,
    workers: int,
    tell: Tell,
    *,
    any_size: bool = False,
) -> tuple[Engine, Run]:
    """The engine that needs the least CPU time for so many rows, tried on a full batch.

    `any_size` says that not all batches will be shaped like this one.
    """
    plain = FOLDED.make(network, batch)
    if _timed(plain, batch[:2])[0] / 2 * rows < WORTH_S:
        return FOLDED, plain
    (least, expected), batches = _timed(plain, batch), rows / len(batch)
    best, bar = (FOLDED, plain), least * batches / GAIN
    told = [f"{FOLDED.name} {1000 * least / len(batch):.1f} ms"]
    for engine in (one for one in engines(workers)[1:] if one.any_size or not any_size):
        if 2 * engine.setup_s > bar:
            continue
        began = time.process_time()
        try:
            run = engine.make(network, batch)
            each, made = _timed(run, batch)
        except Exception as error:  # converters fail in more ways than can be named
            told.append(f"{engine.name} failed with {type(error).__name__}")
            continue
        setup = time.process_time() - began
        alike = float(cosine_similarity(expected.flatten(1), made.flatten(1)).min())
        told.append(f"{engine.name} {1000 * each / len(batch):.1f} ms, cosine {alike:.4f}")
        if alike >= COSINE and setup + each * batches < bar:
            best, bar = (engine, run), setup + each * batches
    detail(tell, f"engine {best[0].name} (an item: {'; '.join(told)})")
    return best


@torch.inference_mode()
def milliseconds(network: nn.Sequential, modality: Modality, like: Sequence[Tensor] = ()) -> float:
    """CPU time of one item by the default engine, on one thread; of the middle one of `like`.

    Without any, and where items are all of a size, of an item that is made up.
    """
    batch = torch.cat([noise(modality)] * 4)
    if like and modality.varies:
        batch = modality.batch([sorted(like, key=len)[len(like) // 2]] * 8)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return 1000 * _timed(FOLDED.make(network, batch), batch)[0] / len(batch)
    finally:
        torch.set_num_threads(threads)


def remember(memory: Path, key: str, engine: Engine) -> None:
    """Take the same engine the next time, so that rows are the same to the bit."""
    known = {**_read(memory / MEMORY), key: engine.name}
    durable.write(memory / MEMORY, durable.to_json(known, indent=1))


def _timed(run: Run, batch: Tensor) -> tuple[float, Tensor]:
    """CPU time of this thread and of those that work for it, of the faster of two passes; rows."""
    spent = []
    for _ in range(2):
        began = time.process_time()
        made = run(batch)
        spent.append(time.process_time() - began)
    return min(spent), made


def _half(network: nn.Sequential, batch: Shaped[Tensor, "b ..."]) -> Run:
    folded = fast(network, batch[:2])

    def run(rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        with torch.autocast("cpu", torch.bfloat16):
            made: Tensor = folded(rows)
        return made.float()

    return run


def _elsewhere(network: nn.Sequential, batch: Shaped[Tensor, "b ..."], device: str) -> Run:
    """In bfloat16 on another device, which rows come back from."""
    folded = fast(network, batch[:2]).to(device)

    def run(rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            made: Tensor = folded(rows.to(device))
        return made.float().cpu()

    return run


def _folded(network: nn.Sequential, batch: Shaped[Tensor, "b ..."]) -> Run:
    return fast(network, batch[:2])


FOLDED = Engine("folded float32, channels last, 3", _folded)


_SPELLED = {"bf16": "bfloat16", "f32": "float32"}


def _openvino(
    network: nn.Sequential, batch: Shaped[Tensor, "b ..."], workers: int, precision: str
) -> Run:
    """One stream a worker, each on one thread."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # nobody is told
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    front = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the way of tracing that the decoder needs is deprecated
        decoder = TorchScriptPythonDecoder(network, example_input=(batch[:2],))
        model = front.convert(front.load(decoder))
    model.reshape(list(batch.shape))
    streams = {"INFERENCE_NUM_THREADS": workers, "NUM_STREAMS": workers}
    numbers = {"INFERENCE_PRECISION_HINT": precision}
    compiled = openvino.Core().compile_model(model, "CPU", {**streams, **numbers})
    own = threading.local()

    def run(rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        return torch.from_numpy(own.request.infer([rows.numpy()])[0].copy())

    return run


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return {}
