import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import PIL.Image
import pytest
import torch
from stand_ins import draw

from headstart.backbone import load_backbone
from headstart.data import InMemory
from headstart.errors import BackboneError, UsageError
from headstart.head import linear
from headstart.model import Model
from headstart.share import Exported, FileModel, export_openvino, need_openvino, openvino_file
from headstart.share.end_to_end import OUTPUT, end_to_end
from headstart.share.exporting import SCRIPT
from headstart.task import Calibration, Classification

pytest.importorskip("openvino")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of many shapes: strips, turned, transparent, of 16 bits, large."""
    place = tmp_path_factory.mktemp("asked")
    rng = np.random.default_rng(0)
    for number, size in enumerate([(300, 200), (7, 130), (200, 9), (700, 500)]):
        coarse = PIL.Image.fromarray(rng.integers(0, 256, (8, 6, 3), dtype=np.uint8))
        smooth, turned = coarse.resize(size), PIL.Image.Exif()
        turned[0x0112] = 6
        smooth.save(place / f"{number}.jpg", exif=turned)
        smooth.convert("RGBA" if number % 2 else "L").save(place / f"{number}.png")
    deep = PIL.Image.fromarray(rng.integers(0, 65536, (40, 50), dtype=np.uint16))
    deep.save(place / "deep.png")
    return [*sorted(place.iterdir()), *sorted(draw(place / "photos", 1).rglob("*.png"))]


@pytest.fixture(scope="module")
def written(small_model: Model, asked, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    out = tmp_path_factory.mktemp("openvino") / "hues.xml"
    return export_openvino(small_model, asked, out)


@pytest.mark.journey
def test_both_files_answer_as_the_model_does(written: Exported, asked) -> None:
    assert written.parity.same == written.parity.rows == len(asked)
    assert written.parity.largest < 1e-5 and "OpenVINO" in written.parity.runtime
    beside = {"hues.bin", "hues.md", SCRIPT}
    assert {p.name for p in written.path.parent.iterdir()} == {"hues.xml", *beside}
    assert set(written.beside) == beside


@pytest.mark.journey
def test_its_precision_is_pinned_and_its_metadata_says_what_it_is(written: Exported) -> None:
    import openvino

    network = openvino.Core().read_model(written.path)
    assert network.get_rt_info(["runtime_options", "INFERENCE_PRECISION_HINT"]).value == "f32"
    facts = json.loads(network.get_rt_info(["headstart", "facts"]).value)
    assert facts["classes"] == ["blue", "green", "red"] and facts["license"] == "Apache-2.0"
    assert [name for one in network.outputs for name in one.get_names()] == [OUTPUT]
    weights = {str(op.get_element_type()) for op in network.get_ops() if len(op.inputs()) == 0}
    assert not any("f16" in kind for kind in weights)


@pytest.mark.journey
def test_its_script_answers_every_picture_as_the_model_does(written, asked, small_model) -> None:
    script = written.path.with_name(SCRIPT)
    assert len(script.read_text().splitlines()) <= 50  # those for onnxruntime don't resize
    command = [sys.executable, str(script), *map(str, asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line, one in zip(done.stdout.splitlines(), small_model.predict(asked), strict=True):
        found = json.loads(line)
        assert found["label"] == one.label
        assert found["probability"] == pytest.approx(one.probabilities[one.label], abs=1e-5)
        assert found["answers"] == pytest.approx(one.probabilities, abs=1e-5)


@pytest.mark.journey
def test_texts_get_their_tokenizer_and_no_script_of_another_runtime(tiny_bert, tmp_path) -> None:
    backbone = load_backbone(str(tiny_bert))
    head = linear(backbone.width, 2, torch.eye(2, backbone.width))
    model = Model(backbone, head, Classification(("a", "b")), Calibration(0.5), 0)
    texts = [InMemory("1", "a good film"), InMemory("2", "bad")]
    export_openvino(model, texts, tmp_path / "a.xml")
    assert {p.name for p in tmp_path.iterdir()} == {"a.xml", "a.bin", "a.md", "tokenizer.json"}
    assert SCRIPT not in (tmp_path / "a.md").read_text()


def test_pictures_go_in_as_pillow_resized_them(small_model: Model, asked) -> None:
    contract, whole = small_model.backbone.modality, end_to_end(small_model, resized=True)
    (feed,) = whole.feeds(asked[0])
    assert feed["pixels"].shape == (1, 32, 32, 3)
    assert np.array_equal(feed["pixels"][0].transpose(2, 0, 1), contract.read(asked[0]).numpy())


@pytest.mark.parametrize(("mode", "fill"), [("center", "#000000"), ("border", "#80ff00")])
def test_what_lies_around_a_picture_goes_by_the_crop(mode, fill, small_model) -> None:
    contract = replace(small_model.backbone.modality, crop_mode=mode, mean=(0.5, 1.0, 0.0))
    assert openvino_file._fill(contract) == fill


def test_a_file_that_answers_otherwise_is_not_written(small_model, tmp_path, monkeypatch) -> None:
    class Odd:
        def __init__(self, *_: object) -> None:
            pass

        def __call__(self, feed) -> np.ndarray:
            return np.array([[1.0, 0.0, 0.0]])

    monkeypatch.setattr(openvino_file, "_Asked", Odd)
    monkeypatch.setattr(openvino_file, "_converted", lambda *_: None)
    monkeypatch.setattr(openvino_file, "_saved", lambda *_: None)
    pictures = sorted(draw(tmp_path / "photos", 1).rglob("*.png"))
    with pytest.raises(BackboneError, match="M704"):
        export_openvino(small_model, pictures, tmp_path / "new" / "a.xml")
    assert not (tmp_path / "new").exists()


def test_a_graph_that_the_library_refuses_is_an_error(small_model, tmp_path, monkeypatch) -> None:
    import onnx
    import openvino

    monkeypatch.setattr(openvino_file, "onnx_of", lambda whole: None)
    monkeypatch.setattr(onnx, "save", lambda proto, place: place.write_bytes(b"no graph"))
    with pytest.raises(BackboneError, match="M708"):
        openvino_file._converted(openvino, end_to_end(small_model), tmp_path / "a.onnx")


@pytest.mark.parametrize("failing", ["read_model", "compile_model", "ask"])
def test_a_network_that_the_library_can_not_compute_leaves_nothing(
    failing, small_model, tmp_path, monkeypatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Check 'false' failed: LSTMSequence")

    ways = {"read_model": Mock(), "compile_model": Mock(return_value=fail)}
    core = Mock(**{**ways, failing: fail} if failing != "ask" else ways)
    library = SimpleNamespace(Core=lambda: core, save_model=Mock())
    monkeypatch.setattr(openvino_file, "_library", lambda: library)
    monkeypatch.setattr(openvino_file, "onnx_of", lambda whole: None)
    monkeypatch.setattr("onnx.save", lambda proto, place: None)
    pictures = sorted(draw(tmp_path / "photos", 1).rglob("*.png"))
    with pytest.raises(BackboneError, match="M708") as refused:
        export_openvino(small_model, pictures, tmp_path / "new" / "a.xml")
    assert "LSTMSequence" in refused.value.why and not (tmp_path / "new").exists()


def test_a_model_in_8_bits_and_another_ending_are_refused(small_model, tmp_path) -> None:
    parts = (small_model.backbone, small_model.head, small_model.task, small_model.trust, 0)
    need_openvino(small_model, tmp_path / "a.xml")
    with pytest.raises(BackboneError, match="M707"):
        need_openvino(FileModel(*parts, place=tmp_path / "a.onnx"), tmp_path / "a.xml")
    with pytest.raises(UsageError, match="U214"):
        need_openvino(small_model, tmp_path / "a.onnx")


@pytest.mark.journey
def test_a_recurrent_network_for_texts_answers_alike(tmp_path: Path) -> None:
    backbone = load_backbone("headstart_lstm")
    drawn = torch.randn(3, backbone.width, generator=torch.Generator().manual_seed(0))
    task, trust = Classification(("a", "b", "c")), Calibration(0.5)
    model = Model(backbone, linear(backbone.width, 3, drawn), task, trust, backbone.depth)
    texts = [InMemory(text, text) for text in ("no", "a man walks", "the dog ran home " * 9)]
    assert np.ptp(model.answers(texts), axis=0).max() > 0.02
    done = export_openvino(model, texts, tmp_path / "new" / "a.xml")
    assert done.parity.same == 3 and done.parity.largest < 1e-5
