"""What choosing an engine of the CPU takes the first and the second time, and what it gains.

`python -m benchmarks choosing`: for 1,897 pictures, with a cache of its own; cosines on 128 of
flowers5. CPU seconds of the process, one thread, with OpenVINO imported before the second time.
"""

import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from benchmarks.measuring import FLOWERS, SHARED, figure, here
from headstart.backbone import Backbone, load_backbone
from headstart.events import quiet
from headstart.features.choices import memory_of
from headstart.features.engine import FOLDED, choose, engines, recall
from headstart.features.running import alike

ROWS, SOME, BATCH = 1_897, 128, 16
_WEIGHTS = SHARED / "weights"
NETWORKS = (
    ("shipped", None),
    ("mobilenetv3_large_100", "random"),
    ("resnet50", "random"),
    ("mobilenetv2_100", _WEIGHTS / "mobilenetv2_100.safetensors"),
    ("mobilenetv1_100", _WEIGHTS / "mobilenetv1_100.safetensors"),
)


def main() -> None:
    if not here(FLOWERS, _WEIGHTS):
        return
    torch.set_num_threads(1)
    for name, weights in NETWORKS:
        backbone = load_backbone(name, weights)
        with torch.inference_mode():
            figure(f"choosing, {name}", **_chosen(backbone), **_each(backbone))


def _pictures(backbone: Backbone) -> list[torch.Tensor]:
    """Full batches of pictures from all over; the first is chosen by."""
    files = sorted(FLOWERS.rglob("*.jpg"))
    some = [files[i * len(files) // SOME] for i in range(SOME)]
    items = [backbone.modality.look(file)[1] for file in some]
    return [backbone.modality.batch(items[i :: SOME // BATCH]) for i in range(SOME // BATCH)]


def _chosen(backbone: Backbone) -> dict[str, object]:
    batches, stages = _pictures(backbone), backbone.stages
    with tempfile.TemporaryDirectory() as cache:
        memory, began = memory_of(Path(cache), (backbone.name,), 1), time.process_time()
        first, run = choose(stages, batches[0], ROWS, 1, quiet, memory=memory)
        then = time.process_time()
        known = recall(memory, 1)
        held = known.holds(ROWS)
        again = known.engine.make(stages, batches[0]) if held else run
        now = time.process_time()
        same = torch.equal(run(batches[1]), again(batches[1]))
    spent = {"first_s": round(then - began, 2), "second_s": round(now - then, 2)}
    return {"engine": first.name, **spent, "remembered": held, "same_rows": same}


def _each(backbone: Backbone) -> dict[str, object]:
    """Milliseconds a picture in each engine, and cosines on pictures that none was chosen by."""
    found, batches = dict[str, object](), _pictures(backbone)
    expected = torch.cat([backbone.stages(batch) for batch in batches])
    for engine in engines(1):
        run = engine.make(nn.Sequential(*backbone.stages.children()), batches[0])
        run(batches[0])
        began = time.process_time()
        made = torch.cat([run(batch) for batch in batches])
        each = 1000 * (time.process_time() - began) / SOME
        least, exact = alike(expected, made)
        found[engine.name.rpartition(",")[0]] = f"{each:.2f} ms, {least:.5f}, exact: {exact}"
        assert engine.name != FOLDED.name or least > 0.9999
    return found
