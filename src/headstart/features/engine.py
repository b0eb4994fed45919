"""The fastest way to run a frozen network that this machine has, found by trying.

A graphics processor is asked first (`graphics_card`). Without one, small jobs run folded in single
precision. Where that would take long, the other ways are tried on one batch each, and the quickest
in all, setting up included, is taken and remembered in the cache.
"""

import contextlib
import json
import sys
import threading
import time
import warnings
from collections.abc import Sequence
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
from headstart.features.graphics_card import MOVING_S, ROWS, card, card_called, choose_on
from headstart.features.running import COSINE, Engine, Run
from headstart.modality import Modality

WORTH_S = 10.0
"""CPU seconds from which a job is long enough to try other engines for."""
GAIN = 1.3
"""How many times less CPU time another engine has to promise, its setting up included."""
CONVERTING_S = 3.0
"""Of OpenVINO: 2.1 s for mobilenetv3_large, 3.1 for resnet50, 3.5 for ViT-S, 7 for inception_v3."""
SAVING = {True: 0.55, False: 0.2}
"""Share of the default engine's CPU time that OpenVINO saves in bfloat16, where the processor has
it, and else: of resnet50 at 224 px 106 ms a picture became 44 and 82."""
ONCE_S = 0.5
"""CPU seconds from which one pass says enough: what only a first pass takes is little beside it."""
MEMORY = "engines.json"


def engines(workers: int) -> tuple[Engine, ...]:
    """Those that this machine has, the default first."""
    found, tiles = [FOLDED], torch.cpu._is_amx_tile_supported()
    if tiles:
        found.append(Engine("folded bfloat16, channels last, 1", _half))
    with contextlib.suppress(PackageNotFoundError):
        for precision in ("bf16", "f32") if _has_halves() else ("f32",):
            name = f"OpenVINO {version('openvino')} {_SPELLED[precision]}, 1"
            make = partial(_openvino, workers=workers, precision=precision)
            found.append(Engine(name, make, any_size=False, setup_s=CONVERTING_S))
    return tuple(found)


def missed(engine: Engine, spent: float) -> float:
    """CPU seconds of so many that OpenVINO would have saved; 0 where it is here, or trying it does
    not pay.
    """  # noqa: D205 - one sentence
    with contextlib.suppress(PackageNotFoundError):
        version("openvino")
        return 0.0
    saved = SAVING[_has_halves()] * spent - CONVERTING_S
    return saved if engine == FOLDED and spent >= WORTH_S and saved > 0 else 0.0


def recall(memory: Path, key: str, workers: int) -> Engine:
    """The engine that was chosen for this network on this machine, else the default."""
    return called(_read(memory / MEMORY).get(key, ""), workers) or FOLDED


def called(name: str, workers: int) -> Engine | None:
    """The engine of this name; None where this machine has none such."""
    own = (engine for engine in engines(workers) if engine.name == name)
    return next(own, None) or card_called(name)


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
    """The engine that needs the least time for so many rows, tried on a full batch of items.

    A graphics processor is asked first, and where it answers, nothing else is tried. `any_size`
    says that not all batches will be shaped like this one.
    """
    device = card()
    if device and rows >= ROWS and (found := choose_on(device, network, batch, rows, tell)):
        return found
    plain = FOLDED.make(network, batch)
    cost = _timed(plain, batch[:2])[0] / 2 * rows
    if device and rows < ROWS and cost > MOVING_S:
        return choose_on(device, network, batch, rows, tell) or (FOLDED, plain)
    if cost < WORTH_S:
        return FOLDED, plain
    some = batch[: max(2, len(batch) // 2)]
    (least, expected), batches = _timed(plain, some), rows / len(batch)
    best, bar = (FOLDED, plain), least / len(some) * rows / GAIN
    told = [f"{FOLDED.name} {1000 * least / len(some):.1f} ms"]
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
        made = made[: len(some)]
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


def _has_halves() -> bool:
    """Whether the processor multiplies in bfloat16."""
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def _timed(run: Run, batch: Tensor) -> tuple[float, Tensor]:
    """CPU time of this thread and of those that work for it, of the faster of two passes; rows.

    Of one, where that takes long.
    """
    spent = []
    for _ in range(2):
        began = time.process_time()
        made = run(batch)
        spent.append(time.process_time() - began)
        if spent[0] >= ONCE_S:
            break
    return min(spent), made


def _half(network: nn.Sequential, batch: Shaped[Tensor, "b ..."]) -> Run:
    folded = fast(network, batch[:2])

    def run(rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        with torch.autocast("cpu", torch.bfloat16):
            made: Tensor = folded(rows)
        return made.float()

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
