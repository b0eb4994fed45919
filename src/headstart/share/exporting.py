"""Exports a model as a file that runs without headstart, with a script and a card."""

import errno
import glob
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

from headstart import durable
from headstart.data import Source
from headstart.errors import UsageError
from headstart.events import Tell, note, quiet
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.end_to_end import EndToEnd, Input, end_to_end, need_answers
from headstart.share.exported_card import card_name, exported_card, is_card
from headstart.share.file_model import FileModel
from headstart.share.onnx_file import Runtime, facts_of, onnx_of, put_facts
from headstart.share.parity import Parity, need_parity, parity_of

if TYPE_CHECKING:
    import onnx

SCRIPT = "predict.py"
OURS = "# Written by headstart export"
"""What the script begins with."""
_ASKED = {"image": "PICTURE", "text": '"a text"', "audio": "RECORDING.wav"}


@dataclass(frozen=True)
class Exported:
    """An exported file, and how closely its answers match the model's."""

    path: Path
    bytes: int
    sha256: str
    parity: Parity
    beside: tuple[str, ...]
    """Names of the other files of the export."""

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return {**asdict(self), "path": str(self.path), "parity": self.parity.record()}

    def lines(self) -> list[str]:
        """For people."""
        return [f"written: {printable(self.path)} ({self.bytes / 1e6:.1f} MB)", self.parity.text]


@dataclass(frozen=True, eq=False)
class Agreed:
    """An ONNX file whose answers match the model's."""

    whole: EndToEnd
    content: bytes
    """Of the file, with what its numbers mean in the metadata."""
    parity: Parity


def export_onnx(
    model: Model,
    sources: Sequence[Source],
    out: Path,
    tell: Tell = quiet,
    figures: dict[str, Any] | None = None,
) -> Exported:
    """Write an ONNX file, a script that asks it, its card, and what it reads with; or nothing.

    `sources` are what both are asked about first; `figures` are what `metrics.json` holds, for the
    card. Raises `BackboneError` for a model that can't be exported, or whose file answers
    otherwise; `UsageError` where the script or the card would replace another.
    """
    need_exportable(model, out)
    return leave(model, agreed_graph(model, sources, tell), out, figures)


def leave(model: Model, agreed: Agreed, out: Path, figures: dict[str, Any] | None) -> Exported:
    """Write what agreed, and what lies beside it."""
    whole = agreed.whole
    beside = {name: source.read_bytes() for name, source in whole.beside.items()}
    beside |= {SCRIPT: script_of(whole, out.name).encode()} if whole.script else {}
    use = use_of(whole, out.name, model)
    card = exported_card(model, figures, agreed.parity, use)
    beside[card_name(out)] = card.encode()
    write_together({**{out.parent / n: data for n, data in beside.items()}, out: agreed.content})
    names = tuple(sorted(beside))
    return Exported(out, len(agreed.content), durable.sha256(out), agreed.parity, names)


def agreed_graph(model: Model, sources: Sequence[Source], tell: Tell) -> Agreed:
    """The model as an ONNX file's content. Raises `BackboneError` where that answers otherwise."""
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
    return Agreed(whole, proto.SerializeToString(deterministic=True), parity)


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
    need_ours(out)


def need_ours(out: Path) -> None:
    """Raise `UsageError` where a script or card of something else would be replaced."""
    script, card = out.parent / SCRIPT, out.parent / card_name(out)
    if script.exists() and (
        not script.read_bytes().startswith(OURS.encode()) or _of_another(script, out)
    ):
        _refuse(script)
    if card.exists() and not is_card(card):
        _refuse(card)


def _of_another(script: Path, out: Path) -> bool:
    """Whether our script asks another file of this kind, which lies beside it."""
    others = [one for one in script.parent.glob(f"*{out.suffix}") if one.name != out.name]
    asks = script.read_text(encoding="utf-8", errors="replace")
    return any(f"with_name({json.dumps(one.name)})" in asks for one in others)


def script_of(whole: EndToEnd, name: str) -> str:
    """The script that asks the file of this name, which lies beside it."""
    text = resources.files("headstart.share").joinpath(whole.script).read_text()
    return text.replace('"model.onnx"', json.dumps(name))


def write_together(files: dict[Path, bytes]) -> None:
    """Files of one folder; killed at any moment, the last is there only with all the others.

    A folder that is new appears as a whole. In one that stands, all files are on the disk before
    the first gets its name, and what the last replaces is gone before that.
    """
    *_, last = files
    if not last.parent.exists():
        durable.sweep(last.parent.parent, glob.escape(last.parent.name))
        with durable.beside(last.parent) as temp:
            for path, data in files.items():
                durable.write(temp / path.name, data)
        return
    if taken := [path for path in files if path.is_dir()]:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(taken[0]))
    with ExitStack() as stack:
        for path, data in reversed(files.items()):
            durable.sweep(path.parent, glob.escape(path.name))
            with stack.enter_context(durable.writing(path)).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        last.unlink(missing_ok=True)


def use_of(whole: EndToEnd, name: str, model: Model) -> tuple[str, ...]:
    """How the file of this name is asked, for its card."""
    inputs = " and ".join(f"`{one.name}` ({_shape(one)})" for one in whole.inputs)
    gives = " and ".join(f"`{one}`" for one in whole.outputs)
    said = f"`{name}` takes {inputs}, and gives {gives}; its metadata has the classes."
    asked = f"    python {SCRIPT} {_ASKED[model.backbone.modality.kind]}"
    return (said, "", asked) if whole.script else (said,)


def _shape(one: Input) -> str:
    sizes = zip(one.axes, one.example.shape, strict=True)
    return ", ".join(axis or str(size) for axis, size in sizes)


def _refuse(taken: Path) -> NoReturn:
    raise UsageError(
        "U172",
        f"there is another {taken.name} where one is to be written",
        "choose another folder: --out FOLDER/model.onnx",
        where=printable(taken),
    )
