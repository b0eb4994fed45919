import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from stand_ins import FIGURES

from headstart import durable, share
from headstart.cli import execute
from headstart.errors import UsageError
from headstart.model import Model
from headstart.run import report
from headstart.run.exports import export
from headstart.share import Exported, save_model
from headstart.share.parity import Parity

USUAL = Path("export") / "model.onnx"


@pytest.fixture
def run(small_model: Model, photos: Path, tmp_path: Path) -> Path:
    """A run that ended, with one test row."""
    folder = tmp_path / "run"
    save_model(folder / "model", small_model, FIGURES)
    durable.write(folder / "run.json", json.dumps({"place": str(photos)}))
    durable.write(folder / "metrics.json", json.dumps(FIGURES))
    parquet.write_table(pa.table({"name": ["red/01.png"]}), folder / "predictions.parquet")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list:
    """What a file was to be made of; none is."""
    calls = []

    def made(model, sources, out, tell, figures) -> Exported:
        assert figures == FIGURES
        calls.append((sources, out))
        return Exported(out, 7, "x", Parity(1, 1e-6, 1, "r"), ())

    monkeypatch.setattr(share, "export_onnx", made, raising=False)
    return calls


def test_every_test_row_is_asked_about(run, asked, photos) -> None:
    export(run)
    assert asked == [((photos / "red" / "01.png",), run / USUAL)]


def test_a_run_has_the_verb_and_so_has_the_command(run, asked, tmp_path, capsys) -> None:
    assert report(run).export(out=tmp_path / "a.onnx").path == tmp_path / "a.onnx"
    assert execute(["export", str(run), "--to", "onnx", "--out", str(tmp_path / "b.onnx")]) == 0
    assert "1 of 1 test rows get the same answer" in capsys.readouterr().out
    assert execute(["export", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parity"]["largest"] == 1e-6
    assert [out for _, out in asked] == [tmp_path / "a.onnx", tmp_path / "b.onnx", run / USUAL]


@pytest.mark.parametrize(
    ("to", "nms", "code"),
    [("onnx", "both", "U215"), ("onnx", "inside", "U216"), ("folder", "outside", "U216")],
)
def test_only_files_of_boxes_have_nms_inside_or_outside(run, asked, to, nms, code) -> None:
    with pytest.raises(UsageError, match=code):
        export(run, to, nms=nms)
    assert not asked and not (run / "export").exists()


def test_a_format_that_there_is_not_is_refused_first(run) -> None:
    with pytest.raises(UsageError, match="U175"):
        export(run / "nowhere", "coreml")


def test_a_page_takes_its_runtime_from_the_folder_that_is_named(run, tmp_path, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr(share, "runtime_version", lambda place: "1", raising=False)
    monkeypatch.setattr(share, "export_web", lambda *a: calls.append(a[2:4]), raising=False)
    export(run, "web", runtime=tmp_path)
    monkeypatch.setattr(share, "fetched_runtime", lambda cache, tell: cache, raising=False)
    export(run, "web", tmp_path / "page")
    assert calls[0] == (run / "export" / "web", tmp_path) and calls[1][0] == tmp_path / "page"


def test_only_a_page_takes_one(run, tmp_path) -> None:
    with pytest.raises(UsageError, match="U212"):
        export(run, runtime=tmp_path)


def test_only_a_run_in_8_bits_is_exported_as_one(run, asked, monkeypatch) -> None:
    with pytest.raises(UsageError, match="U213") as refused:
        export(run, "int8")
    assert "compress RUN --int8" in refused.value.fix and asked == []
    monkeypatch.setattr(share, "FileModel", Model, raising=False)
    export(run, "int8")
    assert len(asked) == 1


@pytest.mark.parametrize(("to", "name"), [("openvino", "model.xml"), ("folder", "model")])
def test_every_format_has_its_own_place(to, name, run, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr(share, f"export_{to}", lambda *given: calls.append(given), raising=False)
    export(run, to)
    assert calls[0][2] == run / "export" / name and calls[0][4] == FIGURES


def test_no_run_is_no_export(tmp_path) -> None:
    assert execute(["export", str(tmp_path)]) == 2
