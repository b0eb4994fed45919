"""Makes the backbone for pictures that ships: a small network learns what a larger one says.

`python -m benchmarks seeing`: 140,000 made-up scenes of the pictures in ../shared/pretrain, crops
of large ones and mosaics of small ones; what MobileNetV2 says of every sixth of a side, seen
at twice the size; then a student learns to say the same, cell by cell and in the mean. Nothing of
../shared/data is seen. Needs openvino.
"""

import io
import math
import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import timm
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file, save_file

from benchmarks.measuring import SHARED, figure, here
from benchmarks.teaching import taught
from headstart.backbone import Architecture, build

PLACE, TEACHER = SHARED / "pretrain", SHARED / "weights" / "mobilenetv2_100.safetensors"
LARGE, SMALL = ("caltech101_112px.tar", "pacs_112px.tar"), "tiny_imagenet_32px.tar"
CYCLES = ((80_000, 8, 3e-3), (140_000, 2, 2e-3))
"""How many of the scenes are seen how often, and the rate that falls along a half cosine."""
SCENES, BATCH = CYCLES[-1][0], 128
SIDE, FIRST, NUMBERS = 96, 320, 192
"""Pixels that the student sees; directions of the teacher's 1,280 numbers in which a metric is
taken, and those of it that are learned."""
STUDENT = Architecture("headstart_resnet10", (("output_stride", 16),))
POOLED = 8.0
"""What the mean over all cells counts beside the cells."""


def main() -> None:
    if not here(PLACE, TEACHER):
        return
    seen, said = _scenes()
    network = _trained(seen, said)
    _saved(network, "headstart_resnet10.safetensors")
    figure("seeing", saved="headstart_resnet10.safetensors", cycles=CYCLES)


def _scenes() -> tuple[np.ndarray, np.ndarray]:
    """(n, 96, 96, 3) pictures and (n, 6, 6, 192) of the teacher's directions, the largest first."""
    head_config = _directions(_said(np.arange(2_000))[1].reshape(-1, 1280).astype(np.float32))
    parts = np.array_split(np.arange(SCENES), 40)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(_turned, parts, [head_config] * len(parts)))
    seen, said = (np.concatenate(side) for side in zip(*made, strict=True))
    return seen, said


def _directions(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What to take off a row of 1,280 numbers, and the (1280, 192) that turn it.

    Squared distances then count half by what the teacher's output layer makes of them, half in
    units of each number's spread; both halves have the same variance.
    """
    center, spread = rows.mean(0), np.cov(rows, rowvar=False)
    layer = load_file(TEACHER)["classifier.weight"].float().numpy()
    layer = layer - layer.mean(0)
    each = np.diag(spread)
    counts = np.diag(1 / (each + 0.05 * np.median(each)))
    metric = sum(one / np.trace(one @ spread) for one in (counts, layer.T @ layer))
    amount, turned = np.linalg.eigh(spread)
    amount, turned = amount[: -FIRST - 1 : -1], turned[:, : -FIRST - 1 : -1]
    root = np.linalg.cholesky(turned.T @ (metric / 2) @ turned + 1e-9 * np.eye(FIRST)).T
    turn = np.linalg.eigh((root * amount) @ root.T)[1][:, ::-1]
    return center, 10 * turned @ root.T @ turn[:, :NUMBERS]


def _turned(
    keys: np.ndarray, head_config: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    seen, said = _said(keys)
    return seen, ((said.astype(np.float32) - head_config[0]) @ head_config[1]).astype(np.float16)


def _said(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scenes as the student sees them, and the teacher's last map of each."""
    large, small, teacher = _files(LARGE), _files((SMALL,)), _teacher()
    seen, said = [], []
    for part in np.array_split(keys, max(1, len(keys) // 16)):
        scenes = [_scene(np.random.default_rng(int(key)), large, small) for key in part]
        shown = np.stack([np.asarray(one) for one in scenes])
        said.extend(teacher(shown))
        seen.extend(np.asarray(one.resize((SIDE, SIDE), Image.Resampling.BOX)) for one in scenes)
    return np.stack(seen), np.stack(said)


@cache
def _files(names: tuple[str, ...]) -> list[bytes]:
    found = []
    for name in names:
        with tarfile.open(PLACE / name) as tar:
            for member in tar:
                if member.isfile() and member.name.endswith(".jpg"):
                    file = tar.extractfile(member)
                    assert file is not None
                    found.append(file.read())
    return found


@cache
def _teacher() -> Any:
    """(b, 192, 192, 3) of 0 to 255 -> (b, 6, 6, 1280)."""
    import openvino

    network = timm.create_model("mobilenetv2_100", pad_type="same").eval()
    network.load_state_dict(load_file(TEACHER))
    network.forward = network.forward_features
    shape = [-1, 3, 2 * SIDE, 2 * SIDE]
    model = openvino.convert_model(
        network, example_input=torch.zeros(2, *shape[1:]), input=[openvino.PartialShape(shape)]
    )
    asked = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(model, "CPU", asked)

    def say(shown: np.ndarray) -> np.ndarray:
        x = shown.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
        rows: np.ndarray = compiled(np.ascontiguousarray(x))[0]
        return rows.transpose(0, 2, 3, 1).astype(np.float16)

    return say


def _scene(rng: np.random.Generator, large: list[bytes], small: list[bytes]) -> Image.Image:
    """192 pixels a side: a crop, a mosaic of small pictures, or one laid on the other."""
    kind = rng.random()
    if kind < 0.55:
        scene = _crop(rng, _opened(rng, large), (0.15, 1.0))
    elif kind < 0.7:
        scene = _crop(rng, _opened(rng, small), (0.5, 1.0))
    else:
        scene = _mosaic(rng, small)
    if rng.random() < 0.2:
        side = int(rng.integers(48, 129))
        files = small if rng.random() < 0.5 else large
        other = _crop(rng, _opened(rng, files), (0.3, 1.0), side)
        corner = rng.integers(0, 2 * SIDE - side, 2)
        scene.paste(other, tuple(corner.tolist()))
    return _lit(rng, scene)


def _opened(rng: np.random.Generator, files: list[bytes]) -> Image.Image:
    return Image.open(io.BytesIO(files[rng.integers(len(files))])).convert("RGB")


def _crop(
    rng: np.random.Generator,
    picture: Image.Image,
    share: tuple[float, float],
    side: int = 2 * SIDE,
) -> Image.Image:
    """A part with sides between 3:4 and 4:3, drawn out to a square, mirrored half the time."""
    area = picture.width * picture.height * rng.uniform(*share)
    aspect = math.exp(rng.uniform(-1, 1) * math.log(4 / 3))
    width = min(picture.width, round(math.sqrt(area * aspect)))
    height = min(picture.height, round(math.sqrt(area / aspect)))
    left = int(rng.integers(picture.width - width + 1))
    top = int(rng.integers(picture.height - height + 1))
    part = picture.resize(
        (side, side), Image.Resampling.BICUBIC, (left, top, left + width, top + height)
    )
    return ImageOps.mirror(part) if rng.random() < 0.5 else part


def _mosaic(rng: np.random.Generator, small: list[bytes]) -> Image.Image:
    """Two or three pictures a side, shifted."""
    count = int(rng.integers(2, 4))
    side = 2 * SIDE // count
    scene = Image.new("RGB", (2 * SIDE, 2 * SIDE))
    across, down = rng.integers(side, size=2).tolist()
    for at in range((count + 1) ** 2):
        corner = (at % (count + 1) * side - across, at // (count + 1) * side - down)
        scene.paste(_crop(rng, _opened(rng, small), (0.7, 1.0), side), corner)
    return scene


def _lit(rng: np.random.Generator, scene: Image.Image) -> Image.Image:
    """Light and colors varied; one in eight without colors."""
    if rng.random() < 0.125:
        scene = scene.convert("L").convert("RGB")
    contrast, light = np.exp(rng.normal(0, 0.2, 2))
    tints = light * np.exp(rng.normal(0, 0.08, 3))
    middle, shift = rng.uniform(80, 160), rng.normal(0, 8)
    levels = middle + (np.arange(256) - middle) * contrast
    table = np.clip(levels * tints[:, None] + shift, 0, 255).round().astype(np.uint8)
    return scene.point(table.ravel().tolist())


def _trained(seen: np.ndarray, said: np.ndarray) -> torch.nn.Sequential:
    """Each cycle begins with the average that the one before it ended with."""
    kept = np.arange(0, CYCLES[0][0], 80)
    network = build(STUDENT).requires_grad_(True)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = torch.nn.ModuleList([network, torch.nn.Linear(384, NUMBERS)])

    def left(both: torch.nn.ModuleList, rows: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
        return _left(both, seen[rows], said[rows], mirrored=rng.random() < 0.5).sum()

    for cycle, (scenes, epochs, rate) in enumerate(CYCLES):
        both, rest = average, np.setdiff1d(np.arange(scenes), kept)
        plan = {"rng": np.random.default_rng(cycle), "epochs": epochs, "rate": rate, "batch": BATCH}
        for epoch, average in taught(both, rest, left, **plan):
            _told(average, seen[kept], said[kept], f"cycle {cycle + 1}, epoch {epoch}")
    trained: torch.nn.Sequential = average[0]  # type: ignore[assignment]
    return trained


def _saved(network: torch.nn.Module, name: str) -> None:
    save_file({k: t.contiguous() for k, t in network.state_dict().items()}, name)


def _left(
    both: torch.nn.ModuleList, seen: np.ndarray, said: np.ndarray, *, mirrored: bool = False
) -> torch.Tensor:
    """(2,) squared distance that is left in cells and in their mean."""
    x = torch.from_numpy(seen).permute(0, 3, 1, 2).float() / 127.5 - 1
    wanted = torch.from_numpy(said).float()
    if mirrored:
        x, wanted = x.flip(3), wanted.flip(2)
    network, last = both
    with torch.autocast("cpu", torch.bfloat16):
        *earlier, end = network.children()
        for stage in earlier:
            x = stage(x)
        x = end.get_submodule("layer4.0")(x)  # before cells are pooled
        cells = last(x.permute(0, 2, 3, 1))
    apart = cells.float() - wanted
    pooled = apart.mean((1, 2))
    return torch.stack([apart.square().mean(), POOLED * pooled.square().mean()])


@torch.no_grad()
def _told(both: torch.nn.ModuleList, seen: np.ndarray, said: np.ndarray, when: str) -> None:
    """What share of the variance over scenes kept apart is left unexplained."""
    left = torch.stack([_left(both, *pair) for pair in _batches(seen, said)]).mean(0)
    wanted = torch.from_numpy(said).float()
    cells = (wanted - wanted.mean((0, 1, 2))).square().mean()
    pooled = wanted.mean((1, 2))
    means = POOLED * (pooled - pooled.mean(0)).square().mean()
    figure(
        f"seeing, {when}", cells=round(float(left[0] / cells), 4),
        means=round(float(left[1] / means), 4),
    )  # fmt: skip


def _batches(seen: np.ndarray, said: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for at in range(0, len(seen), 100):
        yield seen[at : at + 100], said[at : at + 100]
