"""A run's model as a file that runs elsewhere, once it answers every test row as the model does."""

from pathlib import Path
from typing import TYPE_CHECKING

from headstart.errors import UsageError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.run.folder import METRICS, MODEL
from headstart.run.settings import cache_root
from headstart.untrusted import record_in

if TYPE_CHECKING:
    from headstart.model import Model
    from headstart.run.tested import Place
    from headstart.share import Exported

EXPORTS = "export"
USUAL = {
    "onnx": "model.onnx",
    "openvino": "model.xml",
    "int8": "model.onnx",
    "web": "web",
    "folder": "model",
}
"""Below that folder of the run, where no place is named: a name for each format."""

NMS = ("outside", "inside")
"""Whether who asks the file leaves out boxes that overlap, or the file does."""


def export(
    folder: Path,
    to: str = "onnx",
    out: Path | None = None,
    data: "Place | None" = None,
    runtime: Path | None = None,
    nms: str = "",
    tell: Tell = quiet,
) -> "Exported":
    """Write the model of the run in `folder` at `out`; nothing where that answers otherwise.

    `data` is where the test rows are, if they moved; `runtime` is the folder of npm's package
    onnxruntime-web, for "web"; `nms` is "inside" where boxes that overlap are to be left out by the
    file. Raises `UsageError`, `BackboneError` where the model can't be
    exported or its file answers otherwise, `DataError` for a row that can't be read,
    `ResourceError` where npm is needed and not there.
    """
    _need_known(to, runtime, nms)
    from headstart import share
    from headstart.run.tested import boxes_tested, rows_tested

    model, place = share.load(folder), out or folder / EXPORTS / USUAL[to]
    located = model.task.locates and to == "onnx"
    _need("boxes" if located else to, model, place, folder)
    if nms and not located:
        raise UsageError("U216", "only ONNX files of boxes have NMS", "leave out --nms")
    if runtime is not None:
        share.runtime_version(runtime)
    figures = record_in(folder / METRICS)
    if located:
        tested, inside = boxes_tested(folder, model.backbone.modality, data), nms == "inside"
        return share.export_boxes(model, *tested, place, inside=inside, tell=tell, figures=figures)
    sources = rows_tested(folder, data)
    if to == "web":
        package = runtime or share.fetched_runtime(cache_root(None), tell)
        return share.export_web(model, sources, place, package, tell, figures)
    if to == "folder":
        return share.export_folder(folder / MODEL, sources, place, tell, figures)
    write = share.export_openvino if to == "openvino" else share.export_onnx
    return write(model, sources, place, tell, figures)


def _need_known(to: str, runtime: Path | None, nms: str) -> None:
    """Raise `UsageError` for words that mean nothing."""
    if to not in USUAL:
        raise UsageError("U175", f"there is no format {to!r}", f"--to {', '.join(USUAL)}")
    if runtime is not None and to != "web":
        raise UsageError("U212", "only a page needs onnxruntime-web", "--to web --runtime FOLDER")
    if nms not in ("", *NMS):
        raise UsageError("U215", f"boxes are not left out {nms!r}", f"--nms {' or '.join(NMS)}")


def _need(to: str, model: "Model", place: Path, folder: Path) -> None:
    """Raise where it is known already that nothing could be written."""
    from headstart import share

    if to == "int8" and not model.task.locates and not isinstance(model, share.FileModel):
        raise UsageError(
            "U213",
            "the model of this run does not compute in 8 bits",
            "headstart compress RUN --int8 --out RUN2, then headstart export RUN2 --to int8",
            where=printable(folder),
        )
    if to == "web":
        share.need_web(model, place)
    elif to == "openvino":
        share.need_openvino(model, place)
    elif to == "boxes":
        share.need_boxes_file(model, place)
    elif to != "folder":
        share.need_exportable(model, place)
