"""Hundreds of model folders of strangers, each read in a process of its own.

STRANGERS=N tries N of them (400). None may be believed, end in X100, hang, or take much memory.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from language import save_network
from strangers import Outcome, changed, read, wrong
from torture.tally import Count, report, stop_at

from headstart.backbone import Backbone, load_backbone
from headstart.head import linear
from headstart.model import Model
from headstart.share import save_model
from headstart.task import Calibration, Classification

pytestmark = pytest.mark.torture
MANY = int(os.environ.get("STRANGERS", "400"))
HANGS_S = 300.0
MOST_MB = 500.0
SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}
FIGURES = {
    "figure": "accuracy",
    "n": {"train": 10, "val": 2, "test": 3},
    "test": {"accuracy": SHARE, "macro_f1": SHARE},
    "arms": [{"name": "probe", "accuracy": SHARE}],
    "verdict": {"word": "helps", "sentence": "Transfer helps: +10 points"},
}


def saved(backbone: Backbone, place: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    head = linear(backbone.width, 3, torch.randn(3, backbone.width, generator=generator))
    model = Model(
        backbone, head, Classification(("a", "b", "c")), Calibration(0.75), backbone.depth
    )
    save_model(place, model, FIGURES)
    return place


@pytest.fixture(scope="module")
def bases(tiny: Backbone, tmp_path_factory) -> list[tuple[Path, list[object]]]:
    place = tmp_path_factory.mktemp("bases")
    pixels = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(place / "a.png")
    bert = load_backbone(str(save_network(place / "bert")))
    return [
        (saved(tiny, place / "picture"), [place / "a.png"]),
        (saved(bert, place / "text"), ["the cat runs"]),
        (saved(load_backbone("headstart_lstm"), place / "words"), ["the cat runs"]),
    ]


def apart(work: Callable[[], Outcome]) -> tuple[Outcome | None, float]:
    """Of work in a fork: what came out, None where it hung, and MB that it took beyond ours."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = work()
        took = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        said = "\x1f".join((found.code, str(found.exit_code), str(took), found.told[:20_000]))
        os.write(writes, said.encode("utf-8", "replace"))
        os._exit(0)
    os.close(writes)
    until = time.monotonic() + HANGS_S
    while time.monotonic() < until and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.005)
    with os.fdopen(reads, "rb") as pipe:
        if time.monotonic() >= until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None, 0.0
        code, exit_code, took, told = pipe.read().decode().split("\x1f", 3)
    return Outcome(code, int(exit_code), told), float(took)


def tried(bases, at: Path) -> Iterator[tuple[str, str, float]]:
    plain = [read(model, asked) for model, asked in bases]
    for seed in range(MANY):
        (model, asked), like = bases[seed % 3], plain[seed % 3]
        place = at / str(seed)
        what, sealed = changed(model, place, seed)
        outcome, took = apart(lambda place=place, asked=asked: read(place, asked))
        told = "HANGS" if outcome is None else wrong(outcome, like, sealed=sealed)
        yield f"{seed} {model.name} {what}", told, took


def test_no_folder_of_a_stranger_is_believed_hangs_or_takes_the_memory(bases, tmp_path) -> None:
    torch.set_num_threads(1)
    count, most = Count("strangers", stop_at(1.0)), 0.0
    for what, told, took in tried(bases, tmp_path):
        most = max(most, took)
        told = told or (f"takes {took:.0f} MB" if took > MOST_MB else "")
        count.add(what, told, believed="BELIEVED" in told)
        if count.over:
            break
    report(count.tally())
    print(f"strangers: at most {most:.0f} MB more than the process had")
    assert count.tried and count.survived == count.tried
