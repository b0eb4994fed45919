"""A run's model as a file that runs elsewhere, once it answers every test row as the model does."""

from pathlib import Path
from typing import TYPE_CHECKING

from headstart.errors import UsageError
from headstart.events import Tell, quiet
from headstart.run.folder import METRICS
from headstart.run.settings import cache_root
from headstart.untrusted import record_in

if TYPE_CHECKING:
    from headstart.run.tested import Place
    from headstart.share import Exported

FORMATS = ("onnx", "web")
USUAL = {"onnx": "model.onnx", "web": "web"}
"""Below `EXPORTS`, where no place is named."""
EXPORTS = "export"


def export(
    folder: Path,
    to: str = "onnx",
    out: Path | None = None,
    data: "Place | None" = None,
    runtime: Path | None = None,
    tell: Tell = quiet,
) -> "Exported":
    """Write the model of the run in `folder` at `out`; nothing where that answers otherwise.

    `data` is where the test rows are, if they moved; `runtime` is the folder of npm's package
    onnxruntime-web, for "web". Raises `UsageError`, `BackboneError` where the model can't be
    exported or its file answers otherwise, `DataError` for a row that can't be read,
    `ResourceError` where npm is needed and not there.
    """
    if to not in FORMATS:
        raise UsageError("U175", f"there is no format {to!r}", f"--to {' or '.join(FORMATS)}")
    if runtime is not None and to != "web":
        raise UsageError("U212", "only a page needs onnxruntime-web", "--to web --runtime FOLDER")
    from headstart import share
    from headstart.run.tested import rows_tested

    model, place = share.load(folder), out or folder / EXPORTS / USUAL[to]
    figures = record_in(folder / METRICS)
    if to == "web":
        share.need_web(model, place)
        sources = rows_tested(folder, data)
        if runtime is not None:
            share.runtime_version(runtime)
        package = runtime or share.fetched_runtime(cache_root(None), tell)
        return share.export_web(model, sources, place, package, tell, figures)
    share.need_exportable(model, place)
    return share.export_onnx(model, rows_tested(folder, data), place, tell, figures)
