"""A frozen network on a graphics processor: in which precision, and how many rows at once.

It is asked before engines of the CPU are, and where it answers those are not tried.
"""

import contextlib
import copy
import os
import re
import threading
import time
from collections.abc import Iterator
from functools import partial

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from headstart.events import Tell, detail
from headstart.features.folding import fast
from headstart.features.running import COSINE, Engine, Run
from headstart.modality import moved

ROWS = 256
"""Rows from which it is asked; fewer only where the CPU takes longer than `MOVING_S` for them."""
MOVING_S = 2.0
"""Seconds of its first use, mostly."""
GROWTH = 1.05
"""How many times more rows a second twice the batch has to bring to be taken."""
MOST = 256
"""Times the usual batch, at most."""
ROOM = 0.3
"""Share of its memory that a batch may take: twice that is tried, and three are in flight."""
PRECISIONS = ("bfloat16", "autocast bfloat16", "float32")
"""From the quickest on; the first whose rows are exact enough is taken."""
_NAME = re.compile(rf"(.+), ({'|'.join(PRECISIONS)}), ([1-9][0-9]{{0,2}}) batches at once, 2")


def card() -> torch.device | None:
    """The graphics processor that PyTorch sees first; None where it sees none.

    Of processes that torchrun started each has the one of its number. `CUDA_VISIBLE_DEVICES=` in
    the environment hides them all.
    """
    number = int(os.environ.get("LOCAL_RANK") or 0)
    return torch.device("cuda", number) if torch.cuda.is_available() else None


def card_engine(device: torch.device, precision: str, scale: int) -> Engine:
    """An engine of a device. Its name holds all that changes the last bits of a row."""
    model = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    name = f"{model}, {precision}, {scale} batches at once, 2"
    make = partial(_made, device=device, precision=precision)
    return Engine(name, make, device=device, scale=scale)


def card_called(name: str) -> Engine | None:
    """The engine of this name; None where it is none of the card that is here."""
    found, device = _NAME.fullmatch(name), card()
    if not found or device is None:
        return None
    engine = card_engine(device, found[2], int(found[3]))
    return engine if engine.name == name else None


@torch.inference_mode()
def choose_on(
    device: torch.device,
    network: nn.Sequential,
    batch: Shaped[Tensor, "b ..."],
    rows: int,
    tell: Tell,
) -> tuple[Engine, Run] | None:
    """The quickest precision that is exact enough, and the batch beyond which nothing is gained.

    `batch` is of real items: made-up ones may hide what a precision loses. None where the device
    can't compute the network at all.
    """
    told, given = list[str](), moved(batch, device)
    with _exact():
        try:
            whole = copy.deepcopy(network).to(device)
            expected = whole(given).float()
        except RuntimeError as error:  # out of memory, or an operation that it has not
            detail(tell, f"no engine on {device}: {type(error).__name__}")
            return None
    del whole
    for precision in PRECISIONS:
        try:
            run = _made(network, batch, device=device, precision=precision)
            made = run(given).float()
        except RuntimeError as error:  # DeBERTa masks with a number that bfloat16 has not
            told.append(f"{precision} failed with {type(error).__name__}")
            continue
        alike = float(cosine_similarity(expected.flatten(1), made.flatten(1)).min())
        told.append(f"{precision} cosine {alike:.5f}")
        if alike >= COSINE:
            scale = grown(run, given, rows)
            engine = card_engine(device, precision, scale)
            detail(tell, f"engine {engine.name} ({'; '.join(told)})")
            return engine, run
    detail(tell, f"no engine on {device}: {'; '.join(told)}")
    return None


@torch.inference_mode()
def grown(run: Run, given: Shaped[Tensor, "b ..."], rows: int) -> int:
    """How many times this batch rides at once: doubled while that gains and memory allows."""
    if given.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(given.device)
    scale, best = 1, _rate(run, given)
    while 2 * scale <= MOST and 2 * scale * len(given) <= rows and _room(given.device):
        larger = given.repeat(2 * scale, *[1] * (given.ndim - 1))
        try:
            rate = _rate(run, larger)
        except torch.OutOfMemoryError:
            break
        if rate < GROWTH * best:
            break
        scale, best = 2 * scale, rate
    return scale


@contextlib.contextmanager
def apart(device: torch.device) -> Iterator[None]:
    """Work of this thread beside that of others: copies of one batch while another is computed."""
    if device.type != "cuda":
        yield
        return
    if not hasattr(_OWN, "stream"):
        _OWN.stream = torch.cuda.Stream(device)
    with torch.cuda.stream(_OWN.stream):
        yield


_OWN = threading.local()


def _rate(run: Run, batch: Tensor) -> float:
    """Rows a second, of the quicker of two passes after one that sets up."""
    run(batch)
    spent = []
    for _ in range(2):
        _wait(batch.device)
        began = time.perf_counter()
        run(batch)
        _wait(batch.device)
        spent.append(time.perf_counter() - began)
    return len(batch) / max(min(spent), 1e-9)


def _room(device: torch.device) -> bool:
    """Whether what the largest batch took so far leaves memory for twice that, three times over."""
    if device.type != "cuda":
        return True
    total = torch.cuda.get_device_properties(device).total_memory
    return 2 * torch.cuda.max_memory_allocated(device) <= ROOM * total


def _made(
    network: nn.Sequential, batch: Shaped[Tensor, "b ..."], *, device: torch.device, precision: str
) -> Run:
    """The network on a device, in a precision; batches and rows of its run lie there, too."""
    with _exact():
        folded = fast(copy.deepcopy(network).to(device), moved(batch[:2], device))
    if precision == "bfloat16":
        folded = folded.to(torch.bfloat16)
    _wait(device)  # what other threads will use is there

    def run(rows: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        if precision == "bfloat16" and rows.is_floating_point():
            rows = rows.to(torch.bfloat16)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision.startswith("auto")):
            made: Tensor = folded(rows)
        return made

    return run


@contextlib.contextmanager
def _exact() -> Iterator[None]:
    """Convolutions without TF32, which is on unless somebody turns it off."""
    with torch.backends.cudnn.flags(
        enabled=torch.backends.cudnn.enabled,
        benchmark=torch.backends.cudnn.benchmark,
        deterministic=torch.backends.cudnn.deterministic,
        allow_tf32=False,
    ):
        yield


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
