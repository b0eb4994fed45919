"""A finished run: its folder, and what it has to show."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from headstart.errors import UsageError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.notebook import ReportPage, block
from headstart.options import made, signed
from headstart.run.compress_settings import CompressSettings
from headstart.run.compressible import need_compressible
from headstart.run.exports import export
from headstart.run.folder import METRICS
from headstart.run.metrics_record import Metrics
from headstart.run.signatures import CompressOptions
from headstart.share import load, publish
from headstart.share.publication import PublishOptions

if TYPE_CHECKING:
    import headstart.model
    import headstart.run.compression
    import headstart.run.tested
    import headstart.share


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: a folder, and what is in it."""

    path: Path
    metrics: Metrics
    """What `metrics.json` holds, by attributes and by keys."""

    @property
    def model(self) -> "headstart.model.Model":
        """Read back from the folder, as everybody else would."""
        return load(self.path)

    @property
    def report(self) -> ReportPage:
        """Its page, a path that a notebook shows."""
        return ReportPage(self.path / "report.html")

    def _repr_html_(self) -> str:
        figure, verdict = self.metrics["figure"], self.metrics["verdict"]
        ways = [
            (arm["name"], f"{arm[figure]['value']:z.1%}",
             f"{arm[figure]['low']:z.1%} to {arm[figure]['high']:z.1%}")
            for arm in self.metrics["arms"]
        ]  # fmt: skip
        told = [verdict.get("sentence") or f"Transfer: {verdict['word']}", str(self.path)]
        first = self.metrics.get("answer") or f"Transfer: {verdict['word']}"
        return block(first, told, [("tried", figure, "95% interval"), *ways])

    def publish(
        self, target: Path | str, *, tell: Tell = quiet, **options: Unpack[PublishOptions]
    ) -> "headstart.share.Published":
        """Write it so that others can start from it: see `headstart.publish`."""
        return publish(self.path, target, tell=tell, **options)

    def export(
        self,
        to: str = "onnx",
        out: Path | str | None = None,
        *,
        data: "headstart.run.tested.Place | None" = None,
        runtime: Path | str | None = None,
        nms: str = "",
        tell: Tell = quiet,
    ) -> "headstart.share.Exported":
        """Write the model so that it runs without headstart, once it answers alike.

        `to` is "onnx", "openvino", "int8" (of a run that `compress` left), "web" (a folder with a
        page) or "folder" (what `headstart.load` reads). Every test row is asked about in both;
        where answers differ, nothing is written. `out` is the file or folder (in export/ in
        the run's folder), `data` where the test rows are if they moved, `runtime` the folder of
        npm's package onnxruntime-web, which is fetched otherwise. `nms` is "inside" where the file
        leaves out boxes that overlap, instead of giving those of all points. Raises `UsageError`,
        `BackboneError`, `DataError` or `ResourceError`.
        """
        package = Path(runtime) if runtime else None
        return export(self.path, to, Path(out) if out else None, data, package, nms, tell)

    @signed(CompressSettings)
    def compress(
        self,
        out: Path | str,
        *,
        data: "headstart.run.tested.Place | None" = None,
        tell: Tell = quiet,
        **options: Unpack[CompressOptions],
    ) -> "headstart.run.compression.Compression":
        """Leave a run at `out` whose model is smaller, and what that lost.

        Where no way is named, or several are, it is the smallest that loses less than 2 points with
        95% confidence. All answer every test row; `data` is where those are if they moved. Raises
        `UsageError`, `BackboneError` or `DataError`.
        """
        settings = made(CompressSettings, options)
        need_compressible(self.path, self.metrics, Path(out), settings)
        from headstart.run import compression

        return compression.compress(self.path, Path(out), settings, data, tell)


def report(path: Path | str) -> Run:
    """The run in a folder. Raises `UsageError` where there is none, or it has not ended."""
    folder = Path(path)
    try:
        return Run(folder, Metrics(json.loads((folder / METRICS).read_bytes())))
    except (OSError, ValueError) as error:
        started = (folder / "run.json").exists()
        raise UsageError(
            "U110",
            "this run has not ended" if started else "there is no run in this folder",
            "give the command that started it again" if started else "headstart train PATH",
            where=printable(folder),
        ) from error
