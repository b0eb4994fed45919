"""A run's model as a file that runs elsewhere, once it answers every test row as the model does."""

from pathlib import Path
from typing import TYPE_CHECKING

from headstart.errors import UsageError
from headstart.events import Tell, quiet

if TYPE_CHECKING:
    from headstart.run.tested import Place
    from headstart.share import Exported

FORMATS = ("onnx",)
USUAL = Path("export") / "model.onnx"
"""Below the run's folder, where no file is named."""


def export(
    folder: Path,
    to: str = "onnx",
    out: Path | None = None,
    data: "Place | None" = None,
    tell: Tell = quiet,
) -> "Exported":
    """Write the model of the run in `folder` as `out`; nothing where that answers otherwise.

    `data` is where the test rows are, if they moved. Raises `UsageError`, `BackboneError` where the
    model can't be exported or its file answers otherwise, `DataError` for a row that can't be read.
    """
    if to not in FORMATS:
        raise UsageError("U175", f"there is no format {to!r}", f"--to {' or '.join(FORMATS)}")
    from headstart.run.tested import rows_tested
    from headstart.share import export_onnx, load, need_exportable

    model, file = load(folder), out or folder / USUAL
    need_exportable(model, file)
    return export_onnx(model, rows_tested(folder, data), file, tell)
