"""A model as one file that runs without headstart, and the few lines that ask it."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headstart import durable
from headstart.data import Source
from headstart.errors import UsageError
from headstart.events import Tell, note, quiet
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.end_to_end import EndToEnd, end_to_end, need_answers
from headstart.share.file_model import FileModel
from headstart.share.onnx_file import Runtime, facts_of, onnx_of, put_facts
from headstart.share.parity import Parity, need_parity, parity_of

if TYPE_CHECKING:
    import onnx

SCRIPT = "predict.py"
OURS = "# Written by headstart export"
"""What the script begins with."""


@dataclass(frozen=True)
class Exported:
    """A file that was written, and how it was found to answer."""

    path: Path
    bytes: int
    sha256: str
    parity: Parity
    beside: tuple[str, ...]
    """Names of the files that were written beside it."""

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return {**asdict(self), "path": str(self.path), "parity": self.parity.record()}


def export_onnx(model: Model, sources: Sequence[Source], out: Path, tell: Tell = quiet) -> Exported:
    """Write an ONNX file, a script that asks it, and what it reads with; or nothing.

    `sources` are what both are asked about first. Raises `BackboneError` for a model that can't be
    exported, or whose file answers otherwise; `UsageError` where the script would replace another.
    """
    need_exportable(model, out)
    whole = end_to_end(model)
    proto, runtime = _graph(model, whole, tell), f"onnxruntime {version('onnxruntime')}"
    import onnx

    with TemporaryDirectory() as place:
        file = Path(place) / "model.onnx"
        onnx.save(proto, file)
        asked = Runtime(file)
        parity = parity_of(model, asked, whole.feeds, sources, runtime, tell)
    need_parity(parity, sources)
    put_facts(proto, {**facts_of(model), **whole.facts, "parity": json.dumps(parity.record())})
    content = proto.SerializeToString(deterministic=True)
    beside = {name: source.read_bytes() for name, source in whole.beside.items()}
    beside |= {SCRIPT: script_of(whole, out.name).encode()} if whole.script else {}
    _write(out, content, beside)
    return Exported(out, len(content), durable.sha256(out), parity, tuple(sorted(beside)))


def _graph(model: Model, whole: EndToEnd, tell: Tell) -> "onnx.ModelProto":
    """Traced; that of a model in a file as it is."""
    if isinstance(model, FileModel):
        import onnx

        return onnx.load(model.place)
    note(tell, "writing the network as a graph: about half a minute")
    return onnx_of(whole)


def need_exportable(model: Model, out: Path) -> None:
    """Raise where it is known already that nothing could be written, before anything is spent."""
    need_answers(model)
    _need_free(out.parent / SCRIPT)


def script_of(whole: EndToEnd, name: str) -> str:
    """The script that asks the file of this name, which lies beside it."""
    text = resources.files("headstart.share").joinpath(whole.script).read_text()
    return text.replace('"model.onnx"', json.dumps(name))


def _write(out: Path, content: bytes, beside: dict[str, bytes]) -> None:
    """All files get their names within a moment, the one that counts last."""
    with ExitStack() as stack:
        for path, data in [(out, content), *((out.parent / n, d) for n, d in beside.items())]:
            stack.enter_context(durable.writing(path)).write_bytes(data)


def _need_free(script: Path) -> None:
    if script.exists() and not script.read_bytes().startswith(OURS.encode()):
        raise UsageError(
            "U172",
            f"there is another {SCRIPT} where the file is to be",
            "choose another folder: --out FOLDER/model.onnx",
            where=printable(script),
        )
