"""A model as OpenVINO's two files, computed in single precision."""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
from jaxtyping import Float

from headstart import durable
from headstart.data import Source
from headstart.errors import BackboneError, UsageError, needs
from headstart.events import Tell, note, quiet
from headstart.hostile import printable
from headstart.modality import Image
from headstart.model import Model
from headstart.share.end_to_end import OUTPUT, EndToEnd, Feed, end_to_end
from headstart.share.exported_card import card_name, exported_card
from headstart.share.exporting import (
    SCRIPT,
    Exported,
    need_exportable,
    script_of,
    use_of,
    write_together,
)
from headstart.share.file_model import FileModel
from headstart.share.onnx_file import facts_of, onnx_of
from headstart.share.parity import need_parity, parity_of

if TYPE_CHECKING:
    import openvino

PINNED = {"INFERENCE_PRECISION_HINT": "f32"}
"""Where a processor can, OpenVINO computes in 16 bits by default: a probability moved by .20."""
_FACTS = ["headstart", "facts"]


def need_openvino(model: Model, out: Path) -> None:
    """Raise where it is known already that nothing could be written."""
    need_exportable(model, out)
    if isinstance(model, FileModel):
        raise BackboneError(
            "M707",
            "a model in 8 bits is a file of ONNX already, and OpenVINO would compute it otherwise",
            "headstart export RUN --to int8",
            where=printable(model.place),
        )
    if out.suffix != ".xml":
        raise UsageError(
            "U214",
            "OpenVINO's two files end in .xml and .bin",
            "--out FOLDER/model.xml",
            where=printable(out),
        )


def export_openvino(
    model: Model,
    sources: Sequence[Source],
    out: Path,
    tell: Tell = quiet,
    figures: dict[str, Any] | None = None,
) -> Exported:
    """Write both files, a script that asks them, and the card; or nothing.

    Pictures go in as Pillow resized them: OpenVINO has no double precision on processors, and its
    sums would round some pixels otherwise. Only pictures get a script. Raises what `export_onnx`
    does, and `BackboneError` where OpenVINO can't compile the network.
    """
    need_openvino(model, out)
    with needs("openvino"):
        opened = _library()
    whole = _asked_how(model)
    note(tell, "writing the network as a graph: about half a minute")
    with TemporaryDirectory() as aside:
        network = _converted(opened, whole, Path(aside) / "model.onnx")
        asked = _Asked(opened, _saved(opened, network, Path(aside) / "plain.xml"))
        runtime = f"OpenVINO {version('openvino')}, single precision"
        parity = parity_of(model, asked, whole.feeds, sources, runtime, tell)
        need_parity(parity, sources)
        facts = {**_facts(model, whole), "parity": parity.record()}
        network.set_rt_info(durable.to_json(facts), _FACTS)
        network.set_rt_info("f32", ["runtime_options", "INFERENCE_PRECISION_HINT"])
        xml = _saved(opened, network, Path(aside) / "told.xml")
        content, weights = xml.read_bytes(), xml.with_suffix(".bin").read_bytes()
    card = exported_card(model, figures, parity, use_of(whole, out.name, model))
    beside = {name: source.read_bytes() for name, source in whole.beside.items()}
    beside |= {SCRIPT: script_of(whole, out.name).encode()} if whole.script else {}
    beside |= {out.with_suffix(".bin").name: weights, card_name(out): card.encode()}
    write_together({**{out.parent / n: data for n, data in beside.items()}, out: content})
    size = len(content) + len(weights)
    return Exported(out, size, durable.sha256(out), parity, tuple(sorted(beside)))


def _asked_how(model: Model) -> EndToEnd:
    """The whole model; without a script where there is one for onnxruntime only."""
    whole = end_to_end(model, resized=True)
    return whole if isinstance(model.backbone.modality, Image) else replace(whole, script="")


def _library() -> Any:
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # nobody is told
    import openvino

    return openvino


def _converted(opened: Any, whole: EndToEnd, place: Path) -> "openvino.Model":
    import onnx

    onnx.save(onnx_of(whole), place)
    with _computing():
        return opened.Core().read_model(place)


@contextmanager
def _computing() -> Iterator[None]:
    """What OpenVINO raises, in reading, compiling or computing, as one coded error."""
    try:
        yield
    except Exception as error:  # the library fails in more ways than can be named
        raise BackboneError(
            "M708",
            "OpenVINO can't compute this network",
            "headstart export RUN --to onnx",
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error


def _saved(opened: Any, network: "openvino.Model", place: Path) -> Path:
    opened.save_model(network, place, compress_to_fp16=False)
    return place


class _Asked:
    """The files in their own runtime."""

    def __init__(self, opened: Any, place: Path) -> None:
        core = opened.Core()
        with _computing():
            self._network = core.compile_model(core.read_model(place), "CPU", PINNED)

    def __call__(self, feed: Feed) -> Float[np.ndarray, "n c"]:
        with _computing():
            answers: np.ndarray = self._network(dict(feed))[OUTPUT].copy()
        return answers


def _facts(model: Model, whole: EndToEnd) -> dict[str, Any]:
    """What is in the metadata: JSON, with what the script needs."""
    plain = {name: _read(value) for name, value in facts_of(model).items()}
    facts = {**plain, **{name: _read(value) for name, value in whole.facts.items()}}
    modality = model.backbone.modality
    if isinstance(modality, Image):
        facts |= {
            "side": math.floor(modality.size_px / modality.crop_pct),
            "crop": modality.crop_mode,
            "back": "#{:02x}{:02x}{:02x}".format(*modality.background),
            "resample": int(PIL.Image.Resampling[modality.interpolation.upper()]),
            "fill": _fill(modality),
        }
    return facts


def _fill(contract: Image) -> str:
    """What lies around a picture that does not fill the square."""
    border = contract.crop_mode == "border" and contract.channels == 3
    return "#" + "".join(f"{round(255 * m):02x}" if border else "00" for m in contract.mean[:3])


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
