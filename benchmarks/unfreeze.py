"""An epoch of training the last stages from kept activations, against recomputing what is frozen.

`python -m benchmarks unfreeze`. CPU seconds of one epoch over the same pictures, in one process:
from kept rows; with the frozen stages run anew for every batch, as a plain loop does; of training
everything; and the share of the forward pass that is not frozen. Measured 2026-11-21 on two shared
cores without AMX: mobilenetv3_large_100, two stages, 0.48 against 3.53 (7.3 times), .050 of a full
epoch where .041 is unfrozen; resnet50, one stage, 6.97 against 17.4 (2.5 times), .173 where .198
is. With AMX, in bfloat16, 2026-11-22: 0.29 against 2.10 (7.1 times), .021 of a full epoch; resnet50
4.52 against 9.17 (2.0 times), .179. Asked: 2.2 and 3 times, and 1.25 times the share. Three times
is out of reach for resnet50 where a step costs three passes: (.802 + 3 x .198) / (3 x .198) = 2.35.
"""

import tempfile
import time
from pathlib import Path

import torch

from benchmarks.measuring import figure

PICTURES, BATCH = 128, 32


def main() -> None:
    """In bfloat16 where the processor has AMX, else in single precision."""
    for name, last in (("mobilenetv3_large_100", 2), ("resnet50", 1)):
        _measure(name, last, half=torch.cpu._is_amx_tile_supported())


def _measure(name: str, last: int, *, half: bool) -> None:
    from headstart.backbone import load_backbone, multiply_adds
    from headstart.data import Partition
    from headstart.head import linear
    from headstart.task import Classification
    from headstart.train import Recipe, TaskData
    from headstart.train.loop import Steps, TrainState, learn, optimizer_for

    backbone, recipe = load_backbone(name, "random"), Recipe(epochs=2, batch=BATCH)
    labels = torch.arange(PICTURES) % 5
    rows, at = tuple(range(PICTURES)), backbone.depth - last
    task = Classification(tuple("abcde"))

    def epoch(cut: int, feed) -> float:
        _, suffix = backbone.cut(cut)
        suffix = suffix.to(memory_format=torch.channels_last)
        head = linear(backbone.width, 5)
        train_state = TrainState(
            torch.nn.Sequential(suffix, head), optimizer_for(suffix, head, recipe)
        )
        spent, began = [], time.process_time()
        for _ in learn(train_state, feed, labels, task, recipe, made=Steps(half=half)):
            spent.append(time.process_time() - began)
            began = time.process_time()
        return min(spent)

    with tempfile.TemporaryDirectory() as place:
        task_data = TaskData(Drawn(), labels, (), Partition(rows, (), (), "all"), task, Path(place))
        kept = task_data.rows_feed(rows, backbone, at)
        prefix, _ = backbone.cut(at)
        prefix = prefix.to(memory_format=torch.channels_last)

        def anew(positions, keys):
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
                return prefix(backbone.modality.batch(task_data.items.take(positions)))

        whole = task_data.items_feed(rows, backbone.modality, None)
        cached, recomputed, full = epoch(at, kept), epoch(at, anew), epoch(0, whole)
    adds = multiply_adds(backbone)
    figure(
        f"{name}, unfreeze:{last}, {'bfloat16' if half else 'single precision'}",
        kept_s=round(cached, 2),
        anew_s=round(recomputed, 2),
        times=round(recomputed / cached, 2),
        full_s=round(full, 2),
        share_of_full=round(cached / full, 3),
        unfrozen_share=round(sum(adds[at:]) / sum(adds), 3),
    )


class Drawn:
    """Pictures of noise."""

    digests = tuple(f"drawn {i}" for i in range(PICTURES))

    def take(self, rows):
        """Each from its own seed."""
        make = (torch.Generator().manual_seed(row) for row in rows)
        return [torch.randint(0, 256, (3, 224, 224), generator=g, dtype=torch.uint8) for g in make]
