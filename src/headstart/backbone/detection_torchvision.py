"""torchvision's detectors: Faster R-CNN, RetinaNet, FCOS, SSD.

The last stage gives a row for each proposal (Faster R-CNN), each place of the maps with the
likeliest of its anchors (RetinaNet, FCOS), or each anchor (SSD): what the last layer over classes
would see, or of SSD, whose maps differ in width, what it says; then the box, as logarithms of odds
of shares of the picture's side, and those that anything the network was trained to find is there.
What proposes regions is trained by no loss of its own.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pad

from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.partial_runs import parts_of
from headstart.backbone.pyramid import ANCHORS, DETECTS, PLACED, PLACING, SIDE
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image

_REGIONS, _CLASSES = 300, 91
"""Proposals of a picture at most; and classes of COCO, as its authors count them."""
_LEAST, _NOTHING = 1e-4, -20.0
_SIDES = {
    "fasterrcnn_mobilenet_v3_large_320_fpn": 320,
    "fasterrcnn_mobilenet_v3_large_fpn": 640,
    "fasterrcnn_resnet50_fpn": 640,
    "fasterrcnn_resnet50_fpn_v2": 640,
    "fcos_resnet50_fpn": 640,
    "retinanet_resnet50_fpn": 640,
    "retinanet_resnet50_fpn_v2": 640,
    "ssd300_vgg16": 300,
    "ssdlite320_mobilenet_v3_large": 320,
}
"""Of the squares that pictures become; torchvision gives most of them larger ones that vary."""


def is_anchor_detector(architecture: Architecture) -> bool:
    """Whether torchvision builds it."""
    return architecture.name in _SIDES


def anchor_detectors() -> tuple[str, ...]:
    """The names of all."""
    return tuple(sorted(_SIDES))


def usual(name: str) -> Architecture:
    """A detector of this name for squares of its usual size."""
    wide = 1024 if name.startswith("fasterrcnn") else 96 if name.startswith("ssd") else 256
    return Architecture(
        name, ((DETECTS, wide), (PLACING, ANCHORS), (SIDE, _SIDES[name]))
    )  # fmt: skip


def contract(architecture: Architecture) -> Image:
    """The colors that its published weights were trained with, in a square with a frame."""
    side = int(str(dict(architecture.settings)[SIDE]))
    if architecture.name == "ssdlite320_mobilenet_v3_large":
        return Image(side, (0.5,) * 3, (0.5,) * 3, "bilinear", 1.0, "squash")
    if architecture.name == "ssd300_vgg16":
        mean = (0.48235, 0.45882, 0.40784)
        return Image(side, mean, (1 / 255,) * 3, "bilinear", 1.0, "squash")
    return Image(side, interpolation="bilinear", crop_pct=1.0, crop_mode="border")


def named(name: str) -> Backbone:
    """With weights that mean nothing yet."""
    architecture = usual(name)
    stages, modality = build(architecture), contract(architecture)
    width = int(str(dict(architecture.settings)[DETECTS])) + PLACED
    return Backbone(architecture, stages, width, modality, Origin("random", "seed 0"))


def need_file(name: str, weights: object) -> None:
    """Raise `BackboneError` where no weights are given for a detector of this name."""
    if not weights:
        raise BackboneError(
            "M516",
            f"torchvision publishes the weights of {printable(name)} as pickles, never read here",
            "--weights FILE.safetensors, or --weights random",
            why="where you trust it: safetensors.torch.save_file(torch.load(FILE, "
            "weights_only=True), 'FILE.safetensors')",
        )


def network(architecture: Architecture, seed: int) -> Any:
    """The whole of it with fresh weights drawn from `seed`; nothing is fetched."""
    from torchvision.models import get_model

    more = {"rpn_post_nms_top_n_test": _REGIONS} if "rcnn" in architecture.name else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made: Any = get_model(
            architecture.name, weights=None, weights_backbone=None, num_classes=_CLASSES, **more
        )
    return made.eval()


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode."""
    made, side = network(architecture, seed), int(str(dict(architecture.settings)[SIDE]))
    first = {"ssd300_vgg16": {"features": "backbone.features"}, "ssdlite320_mobilenet_v3_large": {}}
    ends = {**first.get(architecture.name, {"body": "backbone.body"}), "pyramid": "backbone"}
    return parts_of(made, rows_of, side, ends, "heads").requires_grad_(False).eval()


def rows_of(model: Any, pixels: Float[Tensor, "b c h w"]) -> Float[Tensor, "b p d"]:
    """What the layer over classes would see, boxes, and whether anything is there."""
    from torchvision.models.detection.image_list import ImageList

    side = pixels.shape[-1]
    images = ImageList(pixels, [(side, side)] * len(pixels))
    maps = model.backbone(pixels)
    if hasattr(model, "rpn"):
        states, boxes, there = _regions(model, images, maps)
    elif hasattr(model.head.classification_head, "conv"):
        states, boxes, there = _places(model, images, list(maps.values()))
    else:
        states, boxes, there = _anchors(model, images, list(maps.values()))
    return torch.cat([states, _odds(boxes / side), there[..., None]], dim=-1)


Said = tuple[Tensor, Tensor, Tensor]
"""States (b, p, d), boxes in pixels (b, p, 4), and whether anything is there (b, p)."""


def _regions(model: Any, images: Any, maps: Any) -> Said:
    proposals, _ = model.rpn(images, maps)
    counts = [min(_REGIONS, len(one)) for one in proposals]
    filled = [
        pad(one[:n], (0, 0, 0, _REGIONS - n)) for one, n in zip(proposals, counts, strict=True)
    ]
    roi = model.roi_heads
    states = roi.box_head(roi.box_roi_pool(maps, filled, images.image_sizes))
    logits, moves = roi.box_predictor(states)
    every = roi.box_coder.decode(moves, filled)  # (b · p, classes, 4)
    best = logits[:, 1:].argmax(dim=1) + 1
    boxes = every[torch.arange(len(best)), best]
    there = logits[:, 1:].logsumexp(dim=1) - logits[:, 0]
    shown = torch.arange(_REGIONS)[None] < torch.tensor(counts)[:, None]
    shaped = [x.unflatten(0, (-1, _REGIONS)) for x in (states, boxes, there)]
    return shaped[0], shaped[1], shaped[2].masked_fill(~shown.to(there.device), _NOTHING)


def _places(model: Any, images: Any, maps: list[Tensor]) -> Said:
    """RetinaNet has nine anchors at a place, FCOS one and a number for how central it is."""
    head = model.head.classification_head
    towers = [head.conv(one) for one in maps]
    states = torch.cat([one.flatten(2) for one in towers], dim=2).transpose(1, 2)
    every = [head.cls_logits(one).flatten(2).transpose(1, 2) for one in towers]
    logits = torch.cat(every, dim=1).unflatten(2, (-1, _CLASSES))  # (b, p, anchors, classes)
    chance, moves = logits.amax(dim=3), model.head.regression_head(maps)
    anchors = torch.stack(model.anchor_generator(images, maps))
    if isinstance(moves, tuple):
        both = chance.sigmoid() * moves[1].sigmoid().view_as(chance)
        chance = both.clamp(_LEAST**2, 1 - _LEAST).sqrt().logit()
        boxes = model.box_coder.decode(moves[0], anchors)
    else:
        flat = model.box_coder.decode_single(moves.flatten(0, 1), anchors.flatten(0, 1))
        boxes = flat.view_as(anchors)
    boxes = boxes.unflatten(1, (-1, chance.shape[2]))
    best = chance.argmax(dim=2, keepdim=True)
    chosen = boxes.gather(2, best[..., None].expand(-1, -1, -1, 4))[:, :, 0]
    return states, chosen, chance.gather(2, best)[..., 0]


def _anchors(model: Any, images: Any, maps: list[Tensor]) -> Said:
    said = model.head(maps)
    logits, moves = said["cls_logits"], said["bbox_regression"]
    anchors = torch.stack(model.anchor_generator(images, maps))
    flat = model.box_coder.decode_single(moves.flatten(0, 1), anchors.flatten(0, 1))
    there = logits[..., 1:].logsumexp(dim=-1) - logits[..., 0]
    return pad(logits, (0, -_CLASSES % 8)), flat.view_as(anchors), there


def _odds(boxes: Float[Tensor, "b p 4"]) -> Float[Tensor, "b p 4"]:
    """Of middle and sides; corners are cut at the picture's edges."""
    kept = boxes.clamp(0, 1)
    low, high = kept[..., :2], kept[..., 2:]
    shares = torch.cat([(low + high) / 2, high - low], dim=-1)
    return shares.clamp(_LEAST, 1 - _LEAST).logit()
