"""The fastest way to run a frozen network that this machine has, found by trying.

A graphics processor is asked first (`graphics_card`). Without one, small jobs run folded in single
precision. Where that would take long, the other ways are tried on one batch each, and the quickest
in all, setting up included, is taken and remembered in the cache (`choices`).
"""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from headstart.events import Tell, detail
from headstart.features import openvino_engine
from headstart.features.choices import Choice, Memory
from headstart.features.folding import fast, noise
from headstart.features.graphics_card import MOVING_S, ROWS, card, card_called, choose_on
from headstart.features.running import Engine, Run, alike
from headstart.modality import Modality

WORTH_S = 10.0
"""CPU seconds from which a job is long enough to try other engines for."""
GAIN = 1.3
"""How many times less CPU time another engine has to promise, its setting up included."""
LEAD = 1.1
"""The same of a second one, over the one that was taken."""
CONVERTING_S = 1.5
"""Of OpenVINO: 1.2 s for mobilenetv3_large_100 and resnet50, 2.1 for ViT-S."""
SAVING = 0.2
"""Least share of CPU time that OpenVINO saves: of resnet50 at 224 px 100 ms a picture became 81 in
single precision, and 50 became 40 in bfloat16; of mobilenetv3_large_100 15 became 8, 6.5 3.7."""
ONCE_S = 0.5
"""CPU seconds from which one pass says enough: what only a first pass takes is little beside it."""
AGAIN = 2
"""How many times the rows that the default was found best for it is taken for without trying."""


def engines(workers: int) -> tuple[Engine, ...]:
    """Those that this machine has, the default first, then in the order in which they are tried.

    In bfloat16 only where the processor has instructions for it. Tiles are what makes PyTorch
    quicker than OpenVINO for some networks.
    """
    found, tiles = [FOLDED], torch.cpu._is_amx_tile_supported()
    here, converted = _version("openvino"), openvino_engine.once()
    for precision, spelled in openvino_engine.PRECISIONS.items() if here else ():
        take = partial(openvino_engine.compiled, workers=workers, precision=precision)
        found.append(
            Engine(
                f"OpenVINO {here} {spelled}, 1",
                partial(take, converted=converted),
                any_size=False,
                setup_s=CONVERTING_S,
                halves=precision == "bf16",
                otherwise=precision != "bf16",
                unpack=partial(openvino_engine.unpacked, workers=workers, precision=precision),
            )
        )
    found.insert(2 if here else 1, replace(HALVED, otherwise=bool(here) and not tiles))
    return tuple(one for one in found if not one.halves or _has_halves())


def missed(engine: Engine, spent: float) -> float:
    """CPU seconds of so many that OpenVINO would have saved; 0 where it is here, or trying it does
    not pay.
    """  # noqa: D205 - one sentence
    own = engine.name in (FOLDED.name, HALVED.name)
    saved = SAVING * spent - CONVERTING_S
    return saved if own and spent >= WORTH_S and saved > 0 and not _version("openvino") else 0.0


@dataclass(frozen=True)
class Recalled:
    """The engine that was chosen for a network on this machine, else the default."""

    engine: Engine
    rows: int = 0
    """For so many."""

    def holds(self, rows: int) -> bool:
        """Whether so many rows are made by it without trying others.

        Rows that another engine made stay its own, however few there are to come.
        """
        return self.engine != FOLDED or rows <= AGAIN * self.rows


def recall(memory: Memory, workers: int) -> Recalled:
    """What was chosen, with the network as it was kept."""
    known = memory.recalled()
    engine = called(known.engine, workers)
    if engine is None:
        return Recalled(FOLDED)
    if engine.unpack and known.network:
        kept = partial(_kept, engine=engine, memory=memory, known=known)
        engine = replace(engine, make=kept)
    return Recalled(engine, known.rows)


def _kept(
    network: nn.Sequential,
    batch: Shaped[Tensor, "b ..."],
    *,
    engine: Engine,
    memory: Memory,
    known: Choice,
) -> Run:
    """From what was kept; made anew, and kept again, where that is gone, or does not start."""
    if engine.unpack and (packed := memory.network(known.network)):
        with contextlib.suppress(Exception):  # they fail in more ways than can be named
            return engine.unpack(packed)
    run = engine.make(network, batch)
    memory.keep(engine.name, known.rows, _packed(run))
    return run


def _packed(run: Run) -> bytes:
    """The network as an engine has it; nothing where that is not to be kept."""
    made: bytes = getattr(run, "packed", bytes)()
    return made


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
    memory: Memory | None = None,
) -> tuple[Engine, Run]:
    """The engine that needs the least time for so many rows, tried on a full batch of items.

    A graphics processor is asked first, and where it answers, nothing else is tried. `any_size`
    says that not all batches will be shaped like this one. What was tried is remembered.
    """
    device, found = card(), None
    if device and rows >= ROWS:
        found = choose_on(device, network, batch, rows, tell)
    if not found:
        plain = FOLDED.make(network, batch)
        cost = _timed(plain, batch[:2])[0] / 2 * rows
        if device and rows < ROWS and cost > MOVING_S:
            found = choose_on(device, network, batch, rows, tell)
        if not found and cost < WORTH_S:
            return FOLDED, plain
        others = [e for e in engines(workers)[1:] if e.any_size or not any_size]
        found = found or _quickest(network, batch, rows, plain, others, tell)
    if memory:
        memory.keep(found[0].name, rows, _packed(found[1]))
    return found


def _quickest(
    network: nn.Sequential,
    batch: Shaped[Tensor, "b ..."],
    rows: int,
    plain: Run,
    others: Sequence[Engine],
    tell: Tell,
) -> tuple[Engine, Run]:
    """Of the default, which is ready, and others, each tried on the batch."""
    some = batch[: max(2, len(batch) // 2)]
    (least, expected), batches = _timed(plain, some), rows / len(batch)
    best, bar = (FOLDED, plain), least / len(some) * rows / GAIN
    told, rough = [f"{FOLDED.name} {1000 * least / len(some):.1f} ms"], False
    for engine in others:
        needless = (engine.halves and rough) or (engine.otherwise and best[0] != FOLDED)
        if needless or 2 * engine.setup_s > bar:
            continue
        began = time.process_time()
        try:
            run = engine.make(network, batch)
            setup = time.process_time() - began
            each, made = _timed(run, batch)
        except Exception as error:  # converters fail in more ways than can be named
            told.append(f"{engine.name} failed with {type(error).__name__}")
            continue
        cosine, exact = alike(expected, made[: len(some)])
        rough = rough or (engine.halves and not exact)
        told.append(f"{engine.name} {1000 * each / len(batch):.1f} ms, cosine {cosine:.4f}")
        if exact and setup + each * batches < bar:
            best, bar = (engine, run), (setup + each * batches) / LEAD
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


def _version(package: str) -> str:
    """Of a package; empty where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


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
HALVED = Engine("folded bfloat16, channels last, 1", _half, halves=True)
