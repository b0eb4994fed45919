"""Commands that take models out of the house, and list what is there to start from."""

from pathlib import Path
from typing import Annotated, Any

import typer

import headstart
from headstart import summaries, terminal
from headstart.commands.flags import Json, RunFolder, given, takes
from headstart.ending import working
from headstart.run.compress_settings import CompressSettings
from headstart.share.publication import PublishSettings


def export(
    run: RunFolder,
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="FORMAT", help="onnx, openvino, int8, web or folder")
    ] = "onnx",
    out: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="where to (RUN/export/model.onnx)")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="where the data are, if they moved")
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="npm's onnxruntime-web, for web; fetched otherwise"),
    ] = None,
    nms: Annotated[
        str, typer.Option(metavar="WHERE", help="of boxes: outside the file, or inside")
    ] = "",
    json: Json = False,
) -> None:
    """Write the model so that it runs without headstart, once it answers alike.

    Every test row is asked about in both; where answers differ, nothing is written.
    """
    done = headstart.report(run)
    with working() as tell:
        made = done.export(to, out, data=data, runtime=runtime, nms=nms, tell=tell)
    terminal.document(made.record()) if json else terminal.show(made.lines())


@takes(CompressSettings)
def compress(
    run: RunFolder,
    *,
    out: Annotated[Path, typer.Option(metavar="RUN2", help="the new run's folder")],
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="where the data are, if they moved")
    ] = None,
    json: Json = False,
    **options: Any,
) -> None:
    """Make the model smaller, and measure on the same test rows what that loses.

    Where no way is named, every way is tried; the smallest that loses little becomes RUN2.
    """
    done = headstart.report(run)
    with working() as tell:
        found = done.compress(out, data=data, tell=tell, **given(options)).record()
    terminal.document(found) if json else terminal.show(summaries.compressed(found, out))


@takes(PublishSettings)
def publish(
    run: RunFolder,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="a folder, or hf://owner/name")],
    *,
    json: Json = False,
    **options: Any,
) -> None:
    """Write a run or a backbone so that timm, sentence-transformers or anybody starts from it.

    Says every file and byte that leaves. Nothing is sent to another machine without --yes.
    """
    with working() as tell:
        done = headstart.publish(run, target, tell=tell, **given(options))
    terminal.document(done.record()) if json else terminal.show(done.lines())


def backbones(*, json: Json = False) -> None:
    """List what can be started from, here and now."""
    records = [row.record() for row in headstart.backbones()]
    terminal.document(records) if json else terminal.show(summaries.listed(records))
