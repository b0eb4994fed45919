"""A worker's answers: one each, in order, and none lost to a bad neighbor."""

import struct
import tracemalloc
import zlib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from located import detecting, pictures

from headstart.data import InMemory
from headstart.data.questions import Question
from headstart.durable import to_json
from headstart.head import ABOVE
from headstart.model import Model
from headstart.run.answers import answers_of
from headstart.serve.documents import JUDGED, Signature
from headstart.serve.frames import Thing
from headstart.serve.worker import answers_to, facts_of


def test_a_server_is_told_what_the_model_reads_and_says(small_model: Model) -> None:
    signature = Signature(**facts_of(small_model))
    assert (signature.kind, signature.things, signature.task) == (
        "image",
        "pictures",
        "classification",
    )
    assert signature.classes == ["blue", "green", "red"] and signature.familiar_above is None
    assert ABOVE == 0.05


def test_a_bad_thing_among_others_has_an_error_and_they_have_answers(small_model, photos) -> None:
    red, blue = (next(iter(sorted((photos / name).iterdir()))) for name in ("red", "blue"))
    things = [
        Thing("red\x1b", "bytes", red.read_bytes()),
        Thing("torn", "bytes", red.read_bytes()[:200]),
        Thing("blue", "bytes", blue.read_bytes()),
    ]
    first, torn, last = answers_to(small_model, things)
    JUDGED.validate_python([first, torn, last])
    (said,) = answers_of(small_model, [Question("torn", InMemory("torn", things[1].content))])
    assert torn == said.record() and torn["error"]["code"] == "D122"
    assert first["error"] is None and first["file"] == r"red\x1b"
    alone = answers_to(small_model, [things[2]])
    assert last["label"] == alone[0]["label"]
    assert last["probability"] == pytest.approx(alone[0]["probability"], abs=1e-6)


def claiming(raw: bytes, side: int) -> bytes:
    """A PNG that says it is so large."""
    head = raw[12:16] + struct.pack(">II", side, side) + raw[24:29]
    return raw[:12] + head + struct.pack(">I", zlib.crc32(head)) + raw[33:]


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(
    small_model: Model, photos: Path
) -> None:
    raw = next((photos / "red").iterdir()).read_bytes()
    sent = [Thing("large", "bytes", claiming(raw, 30_000)), Thing("fine", "bytes", raw)]
    tracemalloc.start()
    large, fine = answers_to(small_model, sent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert large["error"]["code"] == "D123" and fine["error"] is None and peak < 50e6


def test_a_detector_answers_with_boxes(tmp_path: Path) -> None:
    model, (first, *_) = detecting(), pictures(tmp_path)
    told = answers_to(model, [Thing("a", "bytes", first.read_bytes())])
    (answer,) = JUDGED.validate_json(to_json(told))
    expected = model.predict(first).boxes
    assert expected and [one.label for one in answer.boxes] == [one.label for one in expected]
    assert answer.boxes[0].box == expected[0].box


class Failing(Model):
    """Fails as libraries do over a thing that nobody foresaw."""

    def predict_each(self, sources):
        if any(source.name in ("large", "odd") for source in sources):
            raise RuntimeError("out of memory" if sources[0].name == "large" else "odd shape")
        return super().predict_each(sources)


def test_what_nobody_foresaw_is_an_error_of_the_one_thing(small_model: Model, photos: Path) -> None:
    own = {one.name: getattr(small_model, one.name) for one in fields(small_model)}
    raw = next((photos / "red").iterdir()).read_bytes()
    found = answers_to(Failing(**own), [Thing(n, "bytes", raw) for n in ("large", "x", "odd")])
    assert [(one["error"] or {}).get("code") for one in found] == ["R331", None, "D298"]


def test_a_text_in_no_encoding_is_told(small_model: Model, words) -> None:
    reading = replace(small_model, backbone=replace(small_model.backbone, modality=words))
    (found,) = answers_to(reading, [Thing("x", "bytes", b"\xff\xfea")])
    assert found["error"]["code"] == "D297"
