"""A detector as an ONNX file, once it finds the boxes that the model does."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from jaxtyping import Float

from headstart.data import Boxes, Source
from headstart.events import Tell, note, quiet
from headstart.head.box_head import ALIKE
from headstart.model import Model
from headstart.share.box_network import (
    INSIDE,
    boxes_end_to_end,
    need_boxes,
    with_nms,
    without_overlaps,
)
from headstart.share.box_parity import Finds, box_parity_of
from headstart.share.end_to_end import Feed
from headstart.share.exporting import Agreed, Exported, leave, need_ours
from headstart.share.onnx_file import Runtime, facts_of, onnx_of, put_facts
from headstart.share.parity import need_parity


def need_boxes_file(model: Model, out: Path) -> None:
    """Raise where it is known already that nothing could be written."""
    need_boxes(model)
    need_ours(out)


def export_boxes(
    model: Model,
    sources: Sequence[Source],
    truths: Sequence[Boxes],
    out: Path,
    *,
    inside: bool = False,
    tell: Tell = quiet,
    figures: dict[str, Any] | None = None,
) -> Exported:
    """Write an ONNX file, a script that asks it, and its card; or nothing.

    It gives the box of every point, or with `inside` only what NMS leaves. `truths` are what is on
    the pictures in `sources`, in their pixels. Raises `BackboneError` for a detector that can't be
    exported, or whose file finds other boxes; `UsageError` where another script would be replaced.
    """
    need_boxes_file(model, out)
    whole = boxes_end_to_end(model, inside=inside)
    note(tell, "writing the network as a graph: about half a minute")
    proto, runtime = onnx_of(whole), f"onnxruntime {version('onnxruntime')}"
    if inside:
        proto, whole = with_nms(proto), replace(whole, outputs=INSIDE)
    import onnx

    with TemporaryDirectory() as place:
        onnx.save(proto, Path(place) / "model.onnx")
        finds = finding(Runtime(Path(place) / "model.onnx"), model)
        parity = box_parity_of(model, finds, whole.feeds, sources, truths, runtime, tell)
    need_parity(parity, sources)
    facts = {**facts_of(model), **whole.facts, "parity": json.dumps(parity.record())}
    facts |= {"nms": "inside" if inside else "outside", "alike": str(ALIKE), "threshold": "0.5"}
    put_facts(proto, facts)
    content = proto.SerializeToString(deterministic=True)
    return leave(model, Agreed(whole, content, parity), out, figures)


def finding(file: Runtime, model: Model) -> Finds:
    """How the file is asked for all that it finds; where it has no NMS inside, with it."""
    thresholds = np.clip(model.head.state_dict()["thresholds"].double().numpy(), 0.001, 0.999)
    return partial(_found, file, np.log(0.5) / np.log(thresholds))


def _found(file: Runtime, powers: np.ndarray, feed: Feed) -> Float[np.ndarray, "k 6"]:
    told = file.every(feed)
    if "labels" in told:
        named = told["labels"][:, None], told["probabilities"][:, None], told["boxes"]
        found: Float[np.ndarray, "k 6"] = np.concatenate(named, axis=1).astype(float)
        return found
    return without_overlaps(told["boxes"][0], told["probabilities"][0], powers)
