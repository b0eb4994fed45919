"""A detector as one network from pixels of any size to boxes in those pixels."""

import copy
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import GRID, PLACED, placing_of
from headstart.errors import BackboneError
from headstart.features import fast, noise
from headstart.head import BoxHead
from headstart.head.box_head import ALIKE, LEAST_PROBABILITY, MOST_FOUND, MOST_TRIED
from headstart.head.grids import boxes_of
from headstart.hostile import printable
from headstart.modality import Image
from headstart.model import Model
from headstart.share.end_to_end import EndToEnd, of_pictures, reads_shown
from headstart.share.resizing import PictureInput
from headstart.task.box_answers import SAID

if TYPE_CHECKING:
    import onnx

SCRIPT = "predict_boxes.txt"
OUTSIDE = ("boxes", "probabilities")
"""Of every point; whoever asks leaves out what overlaps."""
INSIDE = (*OUTSIDE, "labels", "pictures")
"""Of every box that is found, the classes and the pictures by their places."""
_HANDED = ("every_box", "every_probability", "cut", "ranked")
"""What the network hands on to the nodes that leave out what overlaps."""


class Locating(nn.Module):
    """Raw pictures to the box and the probabilities of each point, 1/2 being a class's threshold.

    Boxes are in pixels of the picture, cut at the edges of the square that the network sees. With
    `inside`, it gives them cut at the picture's edges too, and the probabilities that NMS goes by:
    0 for all but the likeliest.
    """

    def __init__(
        self, reading: PictureInput, stages: nn.Module, head: BoxHead, *, inside: bool
    ) -> None:
        super().__init__()
        self.reading, self.stages, self.linear, self.inside = reading, stages, head.linear, inside
        thresholds = head.thresholds.clamp(0.001, 0.999)
        self.power: Tensor
        self.register_buffer("power", math.log(SAID) / thresholds.log())

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        """(n, q, 4) and (n, q, classes); with `inside` also (n, q, 4) and (n, classes, q)."""
        (pixels,) = given  # (n, h, w, c)
        rows = self.linear(self.stages(self.reading(pixels)))
        square = boxes_of(rows).clamp(0.0, 1.0) * self.reading.contract.size_px
        boxes = self.reading.outside(square, pixels)
        raw = rows[..., PLACED - 1 : PLACED].sigmoid() * rows[..., PLACED:].sigmoid()
        told = raw.clamp_min(1e-6) ** self.power
        if not self.inside:
            return boxes, told
        cut = torch.minimum(boxes.clamp_min(0), self.reading.sides(pixels))
        flat = raw.flatten(1)
        least = flat.topk(min(MOST_TRIED, flat.shape[1])).values[:, -1]
        ranked = torch.where(raw >= least[:, None, None], raw, torch.zeros_like(raw))
        return boxes, told, cut, ranked.transpose(1, 2)


def need_boxes(model: Model) -> None:
    """Raise `BackboneError` for a detector that no graph reads or runs as we do."""
    placing, modality = placing_of(model.backbone.architecture), model.backbone.modality
    if placing == GRID and reads_shown(modality):
        return
    whole = f"it finds boxes by {placing}: each of its stages runs a part of a whole forward pass"
    raise BackboneError(
        "M709",
        "this detector can't be written as a graph",
        "headstart export RUN --to folder, or train with --backbone headstart_detector",
        why=printable(modality) if placing == GRID else whole,
    )


def boxes_end_to_end(model: Model, *, inside: bool) -> EndToEnd:
    """The whole detector as one network. Raises `BackboneError` for one that can't be."""
    need_boxes(model)
    modality, head = model.backbone.modality, model.head
    assert isinstance(modality, Image)
    assert isinstance(head, BoxHead)
    folded = fast(model.backbone.stages, noise(modality)).to(memory_format=torch.contiguous_format)
    stages = copy.deepcopy(folded)  # out of inference mode, which tracers can't follow
    network = Locating(PictureInput(modality), stages, head, inside=inside)
    names = _HANDED if inside else OUTSIDE
    return of_pictures(modality, network, names, SCRIPT)


def with_nms(proto: "onnx.ModelProto") -> "onnx.ModelProto":
    """With nodes that leave out what overlaps a likelier box of its class, in place."""
    import onnx
    from onnx import helper

    def whole(name: str, *values: int) -> "onnx.NodeProto":
        held = helper.make_tensor(name, onnx.TensorProto.INT64, [len(values)], values)
        return helper.make_node("Constant", [], [name], value=held)

    def bound(name: str, value: float) -> "onnx.NodeProto":
        held = helper.make_tensor(name, onnx.TensorProto.FLOAT, [], [value])
        return helper.make_node("Constant", [], [name], value=held)

    node = helper.make_node
    boxes, told, cut, ranked = _HANDED
    proto.graph.node.extend(
        [
            *(whole("most", MOST_FOUND), bound("alike", ALIKE), bound("least", LEAST_PROBABILITY)),
            node("NonMaxSuppression", [boxes, ranked, "most", "alike", "least"], ["kept"]),
            *(whole("row_column", 0, 2), whole("row_column_class", 0, 2, 1)),
            node("Gather", ["kept", "row_column"], ["kept_at"], axis=1),
            node("GatherND", [cut, "kept_at"], ["kept_boxes"]),
            *(whole("corner", 0), whole("middle", 2), whole("end", 4), whole("across", 1)),
            node("Slice", ["kept_boxes", "corner", "middle", "across"], ["kept_from"]),
            node("Slice", ["kept_boxes", "middle", "end", "across"], ["kept_to"]),
            node("Sub", ["kept_to", "kept_from"], ["kept_sides"]),
            node("ReduceMin", ["kept_sides", "across"], ["kept_side"], keepdims=0),
            bound("no_side", 0.0),
            node("Greater", ["kept_side", "no_side"], ["kept_there"]),
            node("Compress", ["kept", "kept_there"], ["found"], axis=0),
            node("Compress", ["kept_boxes", "kept_there"], ["boxes"], axis=0),
            node("Gather", ["found", "row_column_class"], ["found_at"], axis=1),
            node("GatherND", [told, "found_at"], ["probabilities"]),
            helper.make_node("Split", ["found"], ["at_0", "at_1", "at_2"], axis=1, num_outputs=3),
            node("Squeeze", ["at_0", "across"], ["pictures"]),
            node("Squeeze", ["at_1", "across"], ["labels"]),
        ]
    )
    del proto.graph.output[:]
    kinds = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT, *[onnx.TensorProto.INT64] * 2)
    for name, kind in zip(INSIDE, kinds, strict=True):
        shape: list[str | int | None] = ["found", 4] if name == "boxes" else ["found"]
        proto.graph.output.append(helper.make_tensor_value_info(name, kind, shape))
    return proto


def without_overlaps(
    boxes: Float[np.ndarray, "q 4"], told: Float[np.ndarray, "q c"], powers: Float[np.ndarray, " c"]
) -> Float[np.ndarray, "k 6"]:
    """Class, probability and box of what is found at one picture's points, likeliest first."""
    from torchvision.ops import batched_nms

    raw = torch.from_numpy(told.astype(np.float64) ** (1 / powers)).flatten()
    best = raw.topk(min(MOST_TRIED, len(raw)))
    kept = best.indices[best.values > LEAST_PROBABILITY]
    point, label = kept // told.shape[1], kept % told.shape[1]
    seen = torch.from_numpy(boxes.astype(np.float64))[point]
    apart = batched_nms(seen, raw[kept], label, ALIKE)[:MOST_FOUND]
    point, label, seen = point[apart], label[apart], seen[apart]
    chances = torch.from_numpy(told.astype(np.float64))[point, label]
    found = torch.cat([label[:, None].double(), chances[:, None], seen], dim=1).numpy()
    likely: Float[np.ndarray, "k 6"] = found[np.argsort(-found[:, 1], kind="stable")]
    return likely
