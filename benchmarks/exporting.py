"""Whether ONNX files answer as the networks that they were made of, and what making one takes.

`python -m benchmarks exporting`: a head fitted to the features of every 10th example of a set, then
the file in onnxruntime against the model on 20 others, each through its own reader of files.
Networks without weights here are random. CPU seconds are of writing and comparing, on one thread.
"""

import tempfile
import time
from pathlib import Path

from benchmarks.measuring import SHARED, figure, here
from headstart.backbone import Backbone, load_backbone
from headstart.data import Columns
from headstart.features import Prefix, extract, survey
from headstart.head import Sample, fit_head
from headstart.model import Model
from headstart.run.inputs import found_at
from headstart.share import export_onnx
from headstart.task import Calibration, make_task

PICTURES, TEXTS, SOUNDS = "flowers5", "text/trec", "esc10"
WEIGHTS = SHARED / "weights"
ROWS = (
    ("mobilenetv2_100", str(WEIGHTS / "mobilenetv2_100.safetensors"), PICTURES),
    ("mobilenetv1_100", str(WEIGHTS / "mobilenetv1_100.safetensors"), PICTURES),
    ("headstart_resnet10", "", PICTURES),
    ("efficientnet_b0", "random", PICTURES),
    ("mobilenetv4_conv_small", "random", PICTURES),
    ("vit_tiny_patch16_224", "random", PICTURES),
    ("all-MiniLM-L6-v2", "", TEXTS),
    ("headstart_lstm", "", TEXTS),
    ("headstart_dscnn", "", SOUNDS),
)
"""Name, weights, and a set of what it reads."""
EACH, ASKED = 10, 20
"""Every which example a head is fitted to, and how many are asked about."""


def main() -> None:
    if not here(WEIGHTS, *(SHARED / "data" / name for name in (PICTURES, TEXTS, SOUNDS))):
        return
    with tempfile.TemporaryDirectory() as place:
        for name, weights, data in ROWS:
            _measure(load_backbone(name, weights), SHARED / "data" / data, Path(place) / name)


def _measure(backbone: Backbone, data: Path, place: Path) -> None:
    model, sources = _model(backbone, data, place / "cache")
    began = time.process_time()
    made = export_onnx(model, sources, place / "file" / "model.onnx")
    figure(
        f"export of {backbone.name}",
        pretrained=backbone.origin.pretrained,
        rows=made.parity.rows,
        largest=float(f"{made.parity.largest:.1e}"),
        same=made.parity.same,
        cpu_s=round(time.process_time() - began, 1),
        mb=round(made.bytes / 1e6, 1),
    )


def _model(backbone: Backbone, data: Path, cache: Path) -> tuple[Model, list[object]]:
    """The network with a head that knows the classes, and examples that it was not fitted to."""
    found = found_at(data, Columns(), cache)
    rows = range(0, len(found.examples), EACH)
    examples = found.examples.take(rows)
    items = survey(examples, backbone.modality, cache=cache).items
    prefix = Prefix(backbone.modality, backbone.stages, backbone.digest(backbone.depth))
    features = extract(items, range(len(rows)), prefix, cache=cache).all()
    task, labels = make_task(examples, tuple(range(len(rows))))
    head = task.layer(backbone.width, fit_head(Sample(features, labels, task)))
    asked = range(1, len(found.examples), (len(found.examples) - 1) // ASKED)[:ASKED]
    model = Model(backbone, head, task, Calibration(0.5), backbone.depth)
    return model, [found.examples.sources[row] for row in asked]
