"""Makes the detector that ships: a small network for pictures learns to find what is on them.

`python -m benchmarks detecting`: photographs of ../shared/pretrain/voc12_288px.tar with the boxes
of their authors, and boxes that YOLOX-Nano (made on COCO; its file is in ../shared/weights) adds
where they have none. It begins with mobilenetv1_050 as published for ImageNet. Nothing of
../shared/data is seen. It goes on where it was killed; the rate falls with the clock, so that it
ends when it is asked to. Needs onnxruntime and torchvision.

The one that ships was made by these steps with three differences: its first 173 steps saw 192, 224
and 256 pixels; after them the stem and the first two blocks stayed as they were; and 220 pictures
of VOC's list `test` were kept apart.

What `headstart train` makes of it is in docs/gallery/boxes.md.
"""

import copy
import math
import random
import tarfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from benchmarks.measuring import SHARED, figure, here
from headstart.backbone import (
    PLACED,
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    save_backbone,
)
from headstart.data import iou
from headstart.head import TARGET, detection_loss

PLACE, WEIGHTS = SHARED / "pretrain" / "voc12_288px.tar", SHARED / "weights"
STUDENT = Architecture("headstart_detector", (("detects", 64), ("pad_type", "same")))
OTHERS = {
    "diningtable": "dining table",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
}
"""What VOC calls things that COCO calls otherwise."""
SIDES, BATCH, DECAY = (160, 192, 224), 16, 0.998
RATES, ALL_RARE, HOURS = (5e-4, 2.5e-3), -math.log(99), 2.0
"""Peak rates of the published part and of the rest; what a fresh output says of each class."""
SURE, MAYBE, SAME = 0.45, 0.2, 0.45
"""What the teacher adds: a box from the first probability on, from the second what is to be
ignored, where it overlaps no box of the authors by more than the third."""
NOTE = (
    "fine-tuned, all of it, from mobilenetv1_050 (ImageNet, Apache-2.0) to find boxes on {n:,} "
    "photographs of Pascal VOC 2012, mostly animals (Flickr's terms), with boxes that YOLOX-Nano "
    "(COCO, Apache-2.0) adds; `python -m benchmarks detecting`"
)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels (h, w, 3), and rows of a class (-1: to be ignored) and a box in pixels."""

    pixels: np.ndarray
    rows: np.ndarray


def pictures() -> dict[str, Picture]:
    """All photographs of the tar, with the boxes of their authors."""
    names = [line.strip() for line in (WEIGHTS / "detection" / "coco80.txt").open() if line.strip()]
    pixels, rows = dict[str, np.ndarray](), dict[str, np.ndarray]()
    with tarfile.open(PLACE) as tar:
        for member in tar:
            path, file = Path(member.name), tar.extractfile(member)
            if path.suffix == ".jpg" and file:
                pixels[path.stem] = np.asarray(Image.open(file).convert("RGB"))
            elif path.suffix == ".xml" and file:
                rows[path.stem] = _annotated(ET.parse(file).getroot(), names)
    return {stem: Picture(pixels[stem], rows[stem]) for stem in sorted(pixels)}


def _annotated(root: Any, names: Sequence[str]) -> np.ndarray:
    found = []
    for thing in root.findall("object"):
        name = thing.findtext("name")
        hard = thing.findtext("difficult") == "1"
        low = [float(thing.findtext(f"bndbox/{axis}min")) - 1 for axis in "xy"]
        high = [float(thing.findtext(f"bndbox/{axis}max")) for axis in "xy"]
        found.append([-1 if hard else names.index(OTHERS.get(name, name)), *low, *high])
    return np.array(found, float).reshape(-1, TARGET)


def taught(every: Mapping[str, Picture]) -> dict[str, Picture]:
    """With what the teacher adds."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(WEIGHTS / "detection" / "yolox_nano.onnx"))
    return {stem: _added(picture, session) for stem, picture in every.items()}


def _added(picture: Picture, session: Any) -> Picture:
    from torchvision.ops import batched_nms

    height, width = picture.pixels.shape[:2]
    ratio = 416 / max(height, width)
    canvas = np.full((416, 416, 3), 114, np.float32)
    size = int(width * ratio), int(height * ratio)
    resized = Image.fromarray(picture.pixels).resize(size, Image.Resampling.BILINEAR)
    canvas[: size[1], : size[0]] = np.asarray(resized)[..., ::-1]
    said = session.run(None, {"images": canvas.transpose(2, 0, 1)[None]})[0][0]
    points = [np.mgrid[: 416 // s, : 416 // s].reshape(2, -1)[::-1].T for s in (8, 16, 32)]
    stride = np.repeat([8, 16, 32], [len(level) for level in points])[:, None]
    middle = (said[:, :2] + np.concatenate(points)) * stride
    half = np.exp(said[:, 2:4]) * stride / 2
    chance = said[:, 4] * said[:, 5:].max(axis=1)
    boxes = np.concatenate([middle - half, middle + half], axis=1) / ratio
    boxes = boxes.clip(0, [width, height, width, height]).astype(np.float32)
    some, label = np.flatnonzero(chance >= MAYBE), said[:, 5:].argmax(axis=1)
    given = (torch.from_numpy(array[some]) for array in (boxes, chance, label))
    kept = some[batched_nms(*given, 0.5).numpy()]
    own = picture.rows
    new = [at for at in kept if not len(own) or iou(boxes[at][None], own[:, 1:]).max() <= SAME]
    rows = [[label[at] if chance[at] >= SURE else -1, *boxes[at]] for at in new]
    return Picture(picture.pixels, np.concatenate([own, np.array(rows).reshape(-1, TARGET)]))


def placed(
    picture: Picture, side: int, draw: random.Random, scales: tuple[float, float]
) -> Picture:
    """Scaled, mirrored half of the time, somewhere in a square of so many pixels."""
    height, width = picture.pixels.shape[:2]
    scale = side / max(height, width) * math.exp(draw.uniform(*map(math.log, scales)))
    tilt = math.exp(draw.uniform(-0.1, 0.1))
    new = max(8, round(width * scale * tilt)), max(8, round(height * scale / tilt))
    resized = Image.fromarray(picture.pixels).resize(new, Image.Resampling.BILINEAR)
    pixels, rows = np.asarray(resized), picture.rows.copy()
    rows[:, 1:] *= np.tile(np.array(new) / (width, height), 2)
    whole = (rows[:, 3:] - rows[:, 1:3]).prod(axis=1)
    if draw.random() < 0.5:
        pixels = pixels[:, ::-1]
        rows[:, [1, 3]] = new[0] - rows[:, [3, 1]]
    left, top = (draw.randint(min(0, side - n), max(0, side - n)) for n in new)
    canvas = np.full((side, side, 3), 128, np.uint8)
    x, y = (
        slice(max(0, left), min(side, left + new[0])),
        slice(max(0, top), min(side, top + new[1])),
    )
    canvas[y, x] = pixels[y.start - top : y.stop - top, x.start - left : x.stop - left]
    rows[:, 1:] = (rows[:, 1:] + (left, top, left, top)).clip(0, side)
    share = (rows[:, 3:] - rows[:, 1:3]).prod(axis=1) / np.maximum(whole, 1e-9)
    rows[share < 0.35, 0] = -1
    seen = (share > 0.05) & (rows[:, 3:] - rows[:, 1:3] > 1.5).all(axis=1)
    return Picture(canvas, rows[seen])


def batch(
    stems: Sequence[str],
    every: Mapping[str, Picture],
    side: int,
    draw: random.Random,
    *,
    late: bool,
) -> tuple[Tensor, Tensor]:
    """Pictures alone, or three of ten times four of them; late in training whole ones alone."""
    batches, targets = [], []
    for stem in stems:
        if not late and draw.random() < 0.3:
            canvas, rows = np.zeros((side, side, 3), np.uint8), []
            for corner, one in enumerate([stem, *draw.choices(list(every), k=3)]):
                part, half = placed(every[one], side // 2, draw, (0.7, 1.6)), side // 2
                x, y = corner % 2 * half, corner // 2 * half
                canvas[y : y + half, x : x + half] = part.pixels
                rows.append(part.rows + np.array([0, x, y, x, y]))
            seen = Picture(canvas, np.concatenate(rows))
        else:
            seen = placed(every[stem], side, draw, (0.8, 1.1) if late else (0.5, 1.6))
        pixels = torch.from_numpy(seen.pixels).permute(2, 0, 1).float() / 127.5 - 1
        pixels = pixels * draw.uniform(0.7, 1.3) + draw.uniform(-0.2, 0.2)
        gray = pixels.mean(dim=0, keepdim=True).expand(3, -1, -1)
        batches.append((gray if draw.random() < 0.1 else pixels).clamp(-1, 1))
        targets.append(torch.from_numpy(seen.rows / np.array([1, side, side, side, side])).float())
    return torch.stack(batches), pad_sequence(targets, batch_first=True, padding_value=math.nan)


class Student(nn.Module):
    """The detector, and an output layer over COCO's classes that does not ship."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = build(STUDENT).requires_grad_(True)
        given = load_file(WEIGHTS / "mobilenetv1_050.safetensors")
        ours = {
            name.partition(".")[2].removeprefix("inner."): name for name in self.stages.state_dict()
        }
        known = {ours[name]: tensor for name, tensor in given.items() if name in ours}
        self.stages.load_state_dict(known, strict=False)
        self.classes = nn.Linear(2 * 64 + PLACED, 80)
        nn.init.normal_(self.classes.weight, std=0.01)
        nn.init.constant_(self.classes.bias, ALL_RARE)

    def forward(self, pixels: Tensor) -> Tensor:
        """Rows as `detection_loss` takes them."""
        rows = self.stages(pixels)
        return torch.cat([rows[..., -PLACED:], self.classes(rows)], dim=-1)


def main() -> None:
    """Train for `HOURS` from the first start, then write the folder."""
    if not here(PLACE, WEIGHTS):
        return
    torch.manual_seed(0)
    every, work = taught(pictures()), Path("detecting.pt")
    student = Student().to(memory_format=torch.channels_last)
    average, optimizer = copy.deepcopy(student).requires_grad_(False), _optimizer(student)
    states: dict[str, Any] = {"student": student, "average": average, "optimizer": optimizer}
    step, spent = 0, 0.0
    if work.exists():
        kept = torch.load(work, weights_only=True)
        for name, part in states.items():
            part.load_state_dict(kept[name])
        step, spent = kept["step"], kept["spent"]
    began = time.time() - spent
    while (share := (time.time() - began) / (3600 * HOURS)) < 1:
        loss = _step(student, optimizer, every, step, share)
        step += 1
        follow = 1 - min(DECAY, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(average.parameters()), list(student.parameters()), follow)
        if step % 200 == 0:
            told = {"step": step, "spent": time.time() - began}
            torch.save({n: s.state_dict() for n, s in states.items()} | told, work)
            figure("detecting", step=step, loss=round(loss, 3))
    save(average.stages, len(every), Path("headstart_detector"))


def _optimizer(student: Student) -> torch.optim.Optimizer:
    new = ("stages.pyramid", "stages.towers", "classes")
    named = dict(student.named_parameters())
    groups = [[p for n, p in named.items() if n.startswith(new) == late] for late in (False, True)]
    return torch.optim.AdamW([{"params": group} for group in groups], weight_decay=0.02)


def _step(
    student: Student,
    optimizer: torch.optim.Optimizer,
    every: Mapping[str, Picture],
    step: int,
    share: float,
) -> float:
    """One batch, at the rate of this share of the time; the loss."""
    draw, falling = random.Random(step), (1 + math.cos(math.pi * share)) / 2
    for group, peak in zip(optimizer.param_groups, RATES, strict=True):
        group["lr"] = peak * min(1, (step + 1) / 200) * (0.01 + 0.99 * falling)
    stems = draw.sample(sorted(every), BATCH)
    given, wanted = batch(stems, every, draw.choice(SIDES), draw, late=share > 0.85)
    loss = detection_loss(student(given.contiguous(memory_format=torch.channels_last)), wanted)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), 10.0)
    optimizer.step()
    return float(loss.detach())


def save(stages: nn.Sequential, n: int, place: Path) -> None:
    """The folder that ships, in half precision; its card is written by hand."""
    origin = Origin("folder", str(place), "Apache-2.0", NOTE.format(n=n))
    modality = contract(STUDENT)
    backbone = Backbone(STUDENT, stages.eval(), 2 * 64 + PLACED, modality, origin)
    save_backbone(place, backbone, "", half=True)
