"""CPU seconds of a probe run, against its parts done barely and against a plain PyTorch loop.

All three start cold, in one run, one after the other, on the same pictures. The loop is what
tutorials show: a frozen backbone in the loop, ten epochs, Adam on the head.

`python -m benchmarks cost`: 45.0 CPU seconds, 0.96 of the limit 1.5 (2.0 + 21.2 + 2.7) + 8; the
loop 508, 11.3 times as many, with .836 against .864 on the same 140 test pictures. Two cores of a
shared Xeon at 2.5 GHz, no GPU, 2026-11-21. Before `auto` was the default, a probe alone: 51.4
seconds, 0.90 of a limit of 57.4, .821.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from pyarrow import parquet

from benchmarks.measuring import FLOWERS, NET, WEIGHTS, command, figure, here

EPOCHS = 10


def main() -> None:
    if not here(FLOWERS, WEIGHTS):
        return
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "run"
        run = command("train", str(FLOWERS), *NET, "--out", str(out), cache=Path(name) / "cache")
        metrics = json.loads((out / "metrics.json").read_text())
        named = parquet.read_table(out / "predictions.parquet")["name"].to_pylist()
        held = {Path(one).name for one in named}
    parts = _parts()
    limit = 1.5 * sum(parts.values()) + 8
    ratio = round(run.cpu / limit, 3)
    figure(
        "probe run",
        cpu_s=round(run.cpu, 1),
        wall_s=round(run.wall, 1),
        limit_cpu_s=round(limit, 1),
        ratio=ratio,
    )
    figure("its parts, barely", **{part: round(cpu, 2) for part, cpu in parts.items()})
    cpu, accuracy = _loop(held)
    ours = metrics["test"]["accuracy"]["value"]
    figure(
        "plain loop",
        cpu_s=round(cpu, 1),
        times_ours=round(cpu / run.cpu, 1),
        accuracy=round(accuracy, 4),
        ours=round(ours, 4),
    )


def _parts() -> dict[str, float]:
    """Decode every picture once, one forward pass in the fastest mode here, fit the head."""
    from headstart.backbone import load_backbone
    from headstart.features import fast, noise
    from headstart.head import Sample, fit_logistic
    from headstart.task import Classification

    backbone = load_backbone(NET[1], NET[3])
    files = sorted(FLOWERS.rglob("*.jpg"))
    names = sorted({file.parent.name for file in files})
    labels = torch.tensor([names.index(file.parent.name) for file in files])
    began = time.process_time()
    items = [backbone.modality.read(file) for file in files]
    decoded = time.process_time()
    torch.set_num_threads(1)  # the fastest mode by CPU seconds
    network = fast(backbone.stages, noise(backbone.modality))
    with torch.inference_mode():
        rows = torch.cat(
            [network(backbone.modality.batch(items[i : i + 32])) for i in range(0, len(items), 32)]
        )
    passed = time.process_time()
    fit_logistic(Sample(rows.clone(), labels, Classification(tuple(names))))
    torch.set_num_threads(os.cpu_count() or 1)
    return {
        "decode": decoded - began,
        "forward": passed - decoded,
        "head": time.process_time() - passed,
    }


def _loop(held: set[str]) -> tuple[float, float]:
    """CPU seconds of a plain loop, and its accuracy on the same test rows."""
    import timm
    from PIL import Image
    from safetensors.torch import load_file
    from timm.data import create_transform
    from torch import nn
    from torch.utils.data import DataLoader
    from torchvision.datasets import ImageFolder

    torch.manual_seed(0)
    began = time.process_time()
    network = timm.create_model("mobilenetv2_100", pad_type="same", num_classes=1000)
    network.load_state_dict(load_file(WEIGHTS), strict=False)
    network.reset_classifier(5)
    network.eval().requires_grad_(False)
    head = nn.Linear(network.num_features, 5)
    half = (0.5, 0.5, 0.5)
    data = ImageFolder(
        str(FLOWERS),
        create_transform((3, 224, 224), mean=half, std=half),
        loader=lambda p: Image.open(p).convert("RGB"),
    )
    tested = [i for i, (path, _) in enumerate(data.samples) if Path(path).name in held]
    learned = [i for i in range(len(data)) if i not in set(tested)]
    batches = DataLoader(torch.utils.data.Subset(data, learned), batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    for _ in range(EPOCHS):
        for pictures, labels in batches:
            with torch.no_grad():
                rows = network.forward_head(network.forward_features(pictures), pre_logits=True)
            loss = nn.functional.cross_entropy(head(rows), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    accuracy = _tested(network, head, torch.utils.data.Subset(data, tested))
    return time.process_time() - began, accuracy


@torch.inference_mode()
def _tested(network: Any, head: torch.nn.Module, data: Any) -> float:
    right = 0
    for pictures, labels in torch.utils.data.DataLoader(data, batch_size=32):
        rows = network.forward_head(network.forward_features(pictures), pre_logits=True)
        right += int((head(rows).argmax(dim=1) == labels).sum())
    return right / len(data)


torch.set_num_threads(os.cpu_count() or 1)
