import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from headstart import durable
from headstart.errors import BackboneError, UsageError
from headstart.model import Model
from headstart.share import Exported, export_onnx, exporting, need_exportable
from headstart.share.exporting import OURS, SCRIPT
from headstart.share.parity import Parity

pytestmark = pytest.mark.journey

WITHOUT = """
import runpy, sys
from importlib.abc import MetaPathFinder
ours = {"json", "numpy", "PIL", "onnxruntime"}
class Only(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "timm", "headstart", "onnx", "onnxscript", "scipy"}:
            raise ImportError(name)
sys.meta_path.insert(0, Only())
script, *sys.argv[1:] = sys.argv[1:]
runpy.run_path(script, run_name="__main__")
"""


def pictures(exported: Exported) -> list[Path]:
    return sorted((exported.path.parents[1] / "photos").rglob("*.png"))


def test_the_file_and_its_script_are_all_there_is(exported: Exported) -> None:
    assert {p.name for p in exported.path.parent.iterdir()} == {"small.onnx", "small.md", SCRIPT}
    assert (
        exported.beside == (SCRIPT, "small.md") and exported.bytes == exported.path.stat().st_size
    )
    assert exported.sha256 == durable.sha256(exported.path)
    assert exported.parity.rows == exported.parity.same == 6 and exported.parity.largest < 1e-5


def test_the_script_is_short_and_answers_without_torch(
    exported: Exported, small_model: Model
) -> None:
    script = exported.path.with_name(SCRIPT)
    assert len(script.read_text().splitlines()) <= 40
    asked = pictures(exported)[:3]
    command = [sys.executable, "-c", WITHOUT, str(script), *map(str, asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    told = small_model.predict(asked)
    assert [one["label"] for one in found] == [one.label for one in told]
    for one, expected in zip(found, told, strict=True):
        assert one["answers"] == pytest.approx(list(expected.probabilities.values()), abs=1e-4)


@pytest.mark.parametrize("kind", ["image", "text", "audio"])
def test_every_script_is_short_and_whole(kind: str) -> None:
    text = resources.files("headstart.share").joinpath(f"predict_{kind}.txt").read_text()
    assert (
        text.startswith(OURS) and len(text.splitlines()) <= 40 and text.count('"model.onnx"') == 1
    )
    compile(text, kind, "exec")


def test_a_script_of_somebody_else_is_not_replaced(small_model: Model, tmp_path: Path) -> None:
    (tmp_path / SCRIPT).write_text(f"{OURS}: an older one")
    need_exportable(small_model, tmp_path / "a.onnx")
    (tmp_path / SCRIPT).write_text("print(1)")
    with pytest.raises(UsageError, match="U172"):
        need_exportable(small_model, tmp_path / "a.onnx")


def test_the_script_of_another_file_beside_it_is_not_replaced(
    small_model: Model, tmp_path: Path
) -> None:
    (tmp_path / SCRIPT).write_text(f'{OURS}\nPath(__file__).with_name("a.onnx")')
    need_exportable(small_model, tmp_path / "b.onnx")  # what it asked is gone
    (tmp_path / "a.onnx").write_bytes(b"a model")
    need_exportable(small_model, tmp_path / "a.onnx")
    with pytest.raises(UsageError, match="U172"):
        need_exportable(small_model, tmp_path / "b.onnx")


def test_a_card_of_somebody_else_is_not_replaced(small_model: Model, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# mine")
    need_exportable(small_model, tmp_path / "b.onnx")
    with pytest.raises(UsageError, match="U172"):
        need_exportable(small_model, tmp_path / "a.onnx")


def test_the_file_that_counts_gets_its_name_last(tmp_path, monkeypatch) -> None:
    named, replace = [], Path.replace
    monkeypatch.setattr(Path, "replace", lambda p, to: (named.append(to.name), replace(p, to))[1])
    exporting.write_together({tmp_path / "b": b"x", tmp_path / "c": b"y", tmp_path / "a": b"z"})
    assert named == ["b", "c", "a"] and (tmp_path / "a").read_bytes() == b"z"


def test_a_file_that_answers_otherwise_is_not_written(
    exported: Exported, small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnx

    monkeypatch.setattr(exporting, "onnx_of", lambda whole: onnx.load(exported.path))
    odd = Parity(6, 2e-4, 6, "r")
    monkeypatch.setattr(exporting, "parity_of", lambda *_: odd)
    with pytest.raises(BackboneError, match="M704"):
        export_onnx(small_model, pictures(exported), tmp_path / "new" / "a.onnx")
    assert not (tmp_path / "new").exists()


def test_where_one_file_can_not_be_written_none_is(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.onnx").write_bytes(b"before")
    (tmp_path / SCRIPT).mkdir()
    with pytest.raises(OSError):
        exporting.write_together({tmp_path / SCRIPT: b"x", tmp_path / "a.onnx": b"new"})
    assert (tmp_path / "a.onnx").read_bytes() == b"before"
    assert {p.name for p in tmp_path.iterdir()} == {"a.onnx", SCRIPT}
