"""Probes on the backbone for pictures that ships, and what part of the way it goes.

`python -m benchmarks shipped`. A head on the features of all rows of five sets, judged on rows that
it was not fitted to (five folds, or each row left out for ridge; X-rays by patient): of the network
that ships, and of MobileNetV2 at 224 pixels with ImageNet's weights and with random ones. The part
of the way from random to ImageNet is the mean over the sets. Costs are CPU milliseconds of a
forward pass in single precision, and multiply-adds. 2026-11-22, other jobs beside: flowers .783 of
.853 (random .441), cats and dogs .851 of .980 (.599), rubbish .665 of .762 (.478), X-rays .943 of
.956 (.903), digits .982 of .970 (.927): .84 of the way; 3.5 against 26.4 ms, 148 against 299
millions. Asked is .75 at a third of the cost.
"""

import tempfile
from pathlib import Path

from benchmarks.measuring import SHARED, figure, here
from benchmarks.pool import OPTIONS, SETS, placed
from headstart.backbone import Backbone, load_backbone, multiply_adds
from headstart.data import Columns
from headstart.features import Prefix, extract, milliseconds, survey
from headstart.head import Sample, fit_head
from headstart.run.inputs import found_at
from headstart.task import make_task

NET = "mobilenetv2_100"
FILE = SHARED / "weights" / f"{NET}.safetensors"


def main() -> None:
    if not here(FILE):
        return
    nets = {
        "shipped": load_backbone("shipped"),
        "ImageNet": load_backbone(NET, str(FILE)),
        "random": load_backbone(NET, "random"),
    }
    for name, net in nets.items():
        each = milliseconds(net.stages, net.modality)
        figure(f"shipped, cost of {name}", ms=round(each, 2), madds_m=_millions(net))
    parts = []
    for place in SETS:
        right = {name: _probe(place, net) for name, net in nets.items()}
        part = (right["shipped"] - right["random"]) / (right["ImageNet"] - right["random"])
        parts.append(part)
        figure(
            f"shipped, {place}", **{k: round(v, 4) for k, v in right.items()}, part=round(part, 3)
        )
    figure("shipped", part_of_the_way=round(sum(parts) / len(parts), 3))


def _millions(net: Backbone) -> int:
    return round(sum(multiply_adds(net)) / 1e6)


def _probe(name: str, net: Backbone) -> float:
    """Accuracy on unseen rows."""
    columns = Columns(group=OPTIONS[name][1]) if name in OPTIONS else Columns()
    with placed(name) as (place, root), tempfile.TemporaryDirectory() as cache:
        found = found_at(place, columns, root)
        seen = survey(found.examples, net.modality, cache=Path(cache))
        rows = range(len(found.examples))
        prefix = Prefix(net.modality, net.stages, net.digest(net.depth))
        features = extract(seen.items, rows, prefix, cache=Path(cache))
        task, labels = make_task(found.examples, tuple(rows))
        sample = Sample(features.all(), labels, task, found.examples.groups)
        return float(task.merit(fit_head(sample).answers, labels.numpy()).mean())
