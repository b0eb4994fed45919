"""With files in the place of ONNX that answer as the model does, or otherwise."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from stand_ins import draw

import headstart
from headstart import durable
from headstart.cli import execute
from headstart.errors import BackboneError, UsageError
from headstart.evaluate import tradeoff
from headstart.run import Run, compression, report, smaller, student
from headstart.share import FileModel
from headstart.summaries import SMALL, compressed

pytestmark = pytest.mark.journey

NOTHING = {"value": 0.0, "low": 0.0, "high": 0.0}
SCORE = {"value": 0.9, "low": 0.8, "high": 0.95}
WAY = {"way": "8 bits", "bytes": 1e6, "ms": 4.0, "score": SCORE, "same": 0.99}
RECORD = {
    "bytes": {"before": 4e6, "after": 1e6},
    "ms": {"before": 8.0, "after": 4.0},
    "lost": {"value": 0.001, "low": -0.01, "high": SMALL},
    "same": 0.99,
    "rows": 100,
    "calibrated": 50,
    "way": "8 bits",
    "tried": [{**WAY, "way": "the model itself", "lost": NOTHING}, {**WAY, "lost": NOTHING}],
    "left_out": ["distill: it would take 5 min"],
}


@pytest.fixture(scope="module")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("compress")
    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": place / "run"}
    return headstart.train(draw(place / "photos"), cache=place / "cache", **started)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, exported, run: Run) -> None:
    """Stand for the files: of the small model, which nobody trained; none takes what others do."""

    def written(model, out: Path) -> Path:
        if isinstance(model, FileModel):
            return model.place
        parameters = sum(p.numel() for p in model.backbone.stages.parameters())
        shutil.copyfile(exported.path, out)
        with out.open("ab") as file:  # zeros of a field that no reader knows
            file.write(b"\xaa\x06" + _varint(parameters) + b"0" * parameters)
        return out

    def quantized(plain: Path, out: Path, feeds, held) -> bool:
        assert plain.exists() and len(feeds) > 10 and held
        return bool(shutil.copyfile(exported.path, out))

    monkeypatch.setattr(student, "EPOCHS", 1)
    monkeypatch.setattr(student, "VIEWED", 60)
    monkeypatch.setattr(compression, "write_file", written)
    monkeypatch.setattr(smaller, "quantize", quantized)


def _varint(value: int) -> bytes:
    """As protocol buffers write lengths."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def test_8_bits_say_what_they_save_and_what_they_lose(run, files, tmp_path, capsys) -> None:
    out = tmp_path / "small"
    assert execute(["compress", str(run.path), "--int8", "--out", str(out)]) == 0
    assert "95% interval" in capsys.readouterr().out
    metrics = report(out).metrics
    found, test = metrics.compression, run.metrics.test.accuracy
    assert found.bytes.before > found.bytes.after > 0 and found.ms.before > 0
    assert found.lost.value == pytest.approx(test.value - metrics.test.accuracy.value)
    assert found.lost.low < found.lost.value < found.lost.high
    assert found.way == found.tried[1].way == "8 bits" and found.calibrated > 10
    assert durable.whole(out) and "Made smaller" in (out / "report.html").read_text()


def test_it_predicts_what_its_table_says(run, files, tmp_path) -> None:
    for asked in ({"int8": True}, {"stages": 2}):
        out = tmp_path / next(iter(asked))
        run.compress(out, **asked)
        model, table = headstart.load(out), parquet.read_table(out / "predictions.parquet")
        assert isinstance(model, FileModel) is ("int8" in asked)
        rows = table.to_pylist()
        told = model.predict([run.path.parent / "photos" / row["name"] for row in rows])
        assert [one.label for one in told] == [row["predicted"] for row in rows]
        said = [row["probability"] for row in rows]
        assert np.allclose([one.probability for one in told], said, atol=1e-5)


def test_8_bits_can_leave_but_nothing_starts_from_them(run, files, tmp_path) -> None:
    run.compress(tmp_path / "small", int8=True)
    left = report(tmp_path / "small").export(out=tmp_path / "file" / "a.onnx")
    assert left.parity.largest == 0 and left.path.with_name("predict.py").exists()
    with pytest.raises(UsageError, match="U179"):
        report(tmp_path / "small").compress(tmp_path / "smaller")
    with pytest.raises(BackboneError, match="M723"):
        headstart.train(run.path.parent / "photos", backbone=str(tmp_path / "small"))
    card = headstart.publish(tmp_path / "small", tmp_path / "out").notes[0]
    assert "a file in 8 bits" in card
    assert '"quantized"' in (tmp_path / "out" / "README.md").read_text()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is nearly everything: with nine test rows nobody is sure of two points."""
    monkeypatch.setattr(tradeoff, "SMALL", 0.99)


def test_of_all_ways_the_smallest_that_loses_little_is_taken(run, files, few, tmp_path) -> None:
    found = run.compress(tmp_path / "small")
    assert [one.way.split()[0] for one in found.tried[1:]] == ["8", "first", "16", "student"]
    assert found.bytes.after == min(one.bytes for one in found.tried[1:])
    page = (tmp_path / "small" / "report.html").read_text()
    assert page.count('<th scope="row">' + found.way) == 1


def test_what_a_budget_has_no_room_for_is_left_out(run, files, few, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(compression, "foreseen", lambda way, *_: 9e9 * (way != "stages"))
    found = run.compress(tmp_path / "small")
    assert [line.split(":")[0] for line in found.left_out] == ["int8", "size", "distill"]
    assert len(found.tried) == 2


def test_the_fewest_epochs_of_a_student_count_where_room_is_asked_for(
    run, files, few, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(compression, "foreseen", lambda way, *_: 0.0 if way == "stages" else 20.0)
    monkeypatch.setattr(compression, "least_seconds", lambda job: 1000.0)
    monkeypatch.setattr(compression, "WAYS", {w: smaller.WAYS[w] for w in ("stages", "distill")})
    found = run.compress(tmp_path / "under", budget="1010s")
    assert [line.split(",")[0] for line in found.left_out] == ["distill: it would take 17 min 0 s"]
    assert not run.compress(tmp_path / "over", budget="1100s").left_out


def test_training_gets_what_judging_leaves_of_the_budget(run, files, tmp_path, monkeypatch) -> None:
    asked: list[float] = []
    stages = compression.WAYS["stages"]

    def heard(job, allowance: float):
        asked.append(allowance)
        return stages(job, allowance)

    monkeypatch.setattr(compression, "foreseen", lambda *_: 40.0)
    monkeypatch.setitem(compression.WAYS, "stages", heard)
    run.compress(tmp_path / "much", stages=2, budget="100s")
    run.compress(tmp_path / "few", stages=2, budget="30s")
    assert 50 < asked[0] <= 60 and asked[1] == 0


def test_where_every_way_may_lose_much_nothing_is_left(run, files, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(compression, "smallest", lambda *_: None)
    with pytest.raises(BackboneError, match=r"M722.*\n.*8 bits"):
        run.compress(tmp_path / "small", int8=True, stages=2)
    assert not list(tmp_path.iterdir())


def test_one_can_be_started_from_again(run, files, tmp_path, tiny_folder) -> None:
    photos = run.path.parent / "photos"
    run.compress(tmp_path / "exit", stages=2)
    run.compress(tmp_path / "student", distill=str(tiny_folder), budget="20s")
    for name in ("exit", "student"):
        started = {"backbone": str(tmp_path / name), "strategy": "probe"}
        again = headstart.train(photos, out=tmp_path / f"again {name}", **started)
        assert again.metrics.test.accuracy.value > 0.5
    record = json.loads((tmp_path / "student" / "run.json").read_text())
    assert record["backbone"]["name"] == record["settings"]["backbone"] == "tiny"
    assert record["compressed"].startswith("student")


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"stages": 99}, "U316"), ({"size": 32}, "U315"), ({"size": 500}, "U315")],
)
def test_what_would_not_be_smaller_is_refused(asked, code, run, files, tmp_path) -> None:
    with pytest.raises(UsageError, match=code):
        run.compress(tmp_path / "small", **asked)
    assert not list(tmp_path.iterdir())


def test_other_data_are_refused(run, tmp_path) -> None:
    shutil.copytree(run.path.parent / "photos", tmp_path / "photos")
    (tmp_path / "photos" / "red" / "00.png").unlink()
    with pytest.raises(UsageError, match="U177"):
        run.compress(tmp_path / "out", data=tmp_path / "photos", int8=True)


@pytest.mark.parametrize(("high", "told"), [(SMALL - 1e-6, "it loses less"), (SMALL, "not known")])
def test_little_is_only_called_little_where_the_interval_says_so(high, told) -> None:
    record = json.loads(json.dumps(RECORD))
    record["lost"]["high"] = high
    shown = "\n".join(compressed(record, Path("a")))
    assert told in shown and "left out, distill" in shown


def test_a_run_of_ordered_classes_is_made_smaller_by_its_own_figure(
    tiny_folder, files, tmp_path
) -> None:
    photos = draw(tmp_path / "photos")
    ordered = ",".join(sorted((p.name for p in photos.iterdir()), reverse=True))
    asked = {"task": "ordinal", "classes": ordered, "strategy": "probe", "out": tmp_path / "run"}
    run = headstart.train(photos, backbone=str(tiny_folder), cache=tmp_path / "cache", **asked)
    run.compress(tmp_path / "small", stages=2)
    metrics = report(tmp_path / "small").metrics
    assert metrics.task == "ordinal" and metrics.figure == run.metrics.figure
    lost, figure = metrics.compression.lost, metrics.figure
    before, after = (getattr(each.test, figure).value for each in (run.metrics, metrics))
    assert lost.value == pytest.approx(before - after) and lost.low < lost.value < lost.high
    assert headstart.load(tmp_path / "small").classes == tuple(ordered.split(","))
