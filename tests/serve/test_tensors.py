"""The Open Inference Protocol: what KServe, Triton and MLServer clients send and read."""

import base64
import json
import struct

import numpy as np
import pytest

from headstart.serve import Limits, Refusal
from headstart.serve.documents import Answer, Box, InferRequest, Signature
from headstart.serve.frames import Thing
from headstart.serve.tensors import metadata, packed, things_in

PICTURES = Signature(kind="image", things="pictures", task="classification", classes=["a", "b"])
SOUNDS = PICTURES.model_copy(update={"kind": "audio", "things": "recordings", "rate": 8000})
TEXTS = PICTURES.model_copy(update={"kind": "text", "things": "texts"})
PAIRS = TEXTS.model_copy(update={"paired": True})
ANSWERS = [
    Answer(label=name, probabilities={"a": p, "b": 1 - p}, sure=p > 0.8, probability=p)
    for name, p in (("ä", 0.9), ("b", 0.75))
]


def things(
    signature: Signature, datatype: str, shape: list[int], data: object = None,
    raw: bytes | None = None, **parameters: object,
) -> list[Thing]:  # fmt: skip
    if raw is not None:
        parameters["binary_data_size"] = len(raw)
    one = {"name": "x", "shape": shape, "datatype": datatype, "parameters": parameters}
    if data is not None:
        one["data"] = data
    asked = InferRequest.model_validate({"inputs": [one]})
    return things_in(asked, raw or b"", signature, Limits())


def array(thing: Thing) -> np.ndarray:
    return np.frombuffer(thing.content, thing.dtype).reshape(thing.shape)


def test_files_are_base64_in_json_and_plain_behind_it() -> None:
    coded = [base64.b64encode(content).decode() for content in (b"\x00\xff", b"2")]
    found = things(PICTURES, "BYTES", [2], coded)
    raw = b"".join(struct.pack("<I", len(c)) + c for c in (b"\x00\xff", b"2"))
    assert [one.content for one in found] == [b"\x00\xff", b"2"]
    assert things(PICTURES, "BYTES", [2], raw=raw) == found


def test_texts_are_texts_in_json_unless_they_say_base64() -> None:
    assert [one.content for one in things(TEXTS, "BYTES", [1], ["Zm9v"])] == [b"Zm9v"]
    found = things(TEXTS, "BYTES", [1], ["Zm9v"], content_type="base64")
    assert [(one.content, one.kind) for one in found] == [(b"foo", "text")]


def test_pairs_are_two_inputs() -> None:
    one = {"shape": [1], "datatype": "BYTES"}
    inputs = [{**one, "name": "a", "data": ["x"]}, {**one, "name": "b", "data": ["y"]}]
    (found,) = things_in(InferRequest.model_validate({"inputs": inputs}), b"", PAIRS, Limits())
    assert (found.kind, json.loads(found.content)) == ("pair", ["x", "y"])
    for signature, count in ((PAIRS, 1), (TEXTS, 2)):
        with pytest.raises(Refusal):
            asked = InferRequest.model_validate({"inputs": inputs[:count]})
            things_in(asked, b"", signature, Limits())


PIXELS = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)


def test_pictures_come_flat_or_nested_rows_or_channels_first_one_or_many() -> None:
    for data in (PIXELS.tolist(), PIXELS.flatten().tolist()):
        found = things(PICTURES, "UINT8", [2, 4, 5, 3], data)
        assert all((array(one) == row).all() for one, row in zip(found, PIXELS, strict=True))
    first = np.ascontiguousarray(PIXELS.transpose(0, 3, 1, 2))
    assert things(PICTURES, "UINT8", [2, 3, 4, 5], raw=first.tobytes()) == found
    (one,) = things(PICTURES, "UINT8", [4, 5, 3], raw=PIXELS[0].tobytes())
    assert (array(one) == PIXELS[0]).all()
    (one,) = things(PICTURES, "FP32", [4, 5, 3], (PIXELS[0] / 255).tolist())
    assert array(one).dtype == np.float32


def test_recordings_bring_their_rate() -> None:
    samples = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    found = things(SOUNDS, "FP32", [2, 3], raw=samples.tobytes(), rate=16_000)
    assert [one.rate for one in found] == [16_000] * 2 and (array(found[1]) == samples[1]).all()
    assert things(SOUNDS, "FP32", [3], samples[0].tolist())[0].rate == 8000


WRONG = {
    "no such type": (PICTURES, "INT4", [1], [1]),
    "texts for pictures": (PICTURES, "BYTES", [1], ["not base64!"]),
    "pixels for texts": (TEXTS, "UINT8", [1], [1]),
    "too few": (PICTURES, "UINT8", [2, 2, 3], [1, 2]),
    "too many": (PICTURES, "BYTES", [1], ["", ""]),
    "no pixels": (PICTURES, "UINT8", [1, 1, 3], [1, 2, 256]),
    "strings": (PICTURES, "UINT8", [1, 1, 3], ["1", "2", "3"]),
    "numbers": (TEXTS, "BYTES", [1], [5]),
    "nothing": (TEXTS, "BYTES", [0], []),
    "no data": (PICTURES, "UINT8", [1, 1, 3], None),
    "five sides": (PICTURES, "UINT8", [1, 1, 1, 1, 3], [1, 2, 3]),
    "very large": (PICTURES, "FP32", [2**31, 2**31, 3], []),
    "three sides of sound": (SOUNDS, "FP32", [1, 1, 1], [0.5]),
    "101 things": (TEXTS, "BYTES", [101], ["a"] * 101),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_tensors_that_do_not_fit_are_refused(case) -> None:
    with pytest.raises(Refusal) as found:
        things(*case)
    assert found.value.status == 400


@pytest.mark.parametrize("raw", [b"\x05\x00\x00\x00abc", b"\x01\x00", b"\xff\xff\xff\xffa"])
def test_raw_bytes_that_end_too_early_are_refused(raw: bytes) -> None:
    with pytest.raises(Refusal):
        things(TEXTS, "BYTES", [1], raw=raw)


@pytest.mark.parametrize("size", [-1, 5, "4", 4.0, True, None])
def test_a_size_that_does_not_fit_the_body_is_refused(size: object) -> None:
    one = {"name": "x", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": size}}
    with pytest.raises(Refusal):
        things_in(InferRequest.model_validate({"inputs": [one]}), b"abcd", TEXTS, Limits())


def test_answers_are_tensors_of_one_length() -> None:
    inputs = [{"name": "x", "shape": [2], "datatype": "BYTES"}]
    asked = InferRequest.model_validate({"id": "7", "inputs": inputs})
    body, length = packed(ANSWERS, asked, ("photos", "v1"), PICTURES)
    found = json.loads(body)
    assert length == 0 and (found["id"], found["model_version"]) == ("7", "v1")
    by_name = {one["name"]: one for one in found["outputs"]}
    assert by_name["label"]["data"] == ["ä", "b"] and by_name["sure"]["data"] == [True, False]
    assert by_name["probabilities"]["shape"] == [2, 2] and "value" not in by_name


def test_outputs_may_follow_as_bytes() -> None:
    inputs = [{"name": "x", "shape": [2], "datatype": "BYTES"}]
    outputs = [
        {"name": "label", "parameters": {"binary_data": True}},
        {"name": "probability", "parameters": {"binary_data": True}},
        {"name": "sure"},
    ]
    asked = InferRequest.model_validate({"inputs": inputs, "outputs": outputs})
    body, length = packed(ANSWERS, asked, ("photos", "v1"), PICTURES)
    told, raw = json.loads(body[:length]), body[length:]
    sizes = [one.get("parameters", {}).get("binary_data_size") for one in told["outputs"]]
    assert sizes == [4 + 2 + 4 + 1, 16, None] and raw[:6] == b"\x02\x00\x00\x00" + "ä".encode()
    assert np.frombuffer(raw[sizes[0] :], "<f8").tolist() == [0.9, 0.75]


def test_an_output_that_there_is_not_is_refused() -> None:
    inputs = [{"name": "x", "shape": [2], "datatype": "BYTES"}]
    asked = InferRequest.model_validate({"inputs": inputs, "outputs": [{"name": "nosuch"}]})
    with pytest.raises(Refusal, match="H425"):
        packed(ANSWERS, asked, ("photos", "v1"), PICTURES)


def test_a_model_says_what_it_takes_and_gives() -> None:
    found = metadata("photos", "v1", PICTURES)
    assert [one["datatype"] for one in found["inputs"]] == ["BYTES", "UINT8"]
    assert found["outputs"][-1]["shape"] == [-1, 2] and found["versions"] == ["v1"]


def test_a_detector_gives_its_boxes_as_a_list_in_json_a_picture() -> None:
    signature = PICTURES.model_copy(update={"task": "detection", "familiar_above": 0.05})
    box = {"label": "a", "probability": 0.5, "box": (1.0, 2.0, 3.0, 4.0)}
    found = [ANSWERS[0].model_copy(update={"boxes": [Box(**box)]}), ANSWERS[1]]
    inputs = [{"name": "x", "shape": [2], "datatype": "BYTES"}]
    asked = InferRequest.model_validate({"inputs": inputs, "outputs": [{"name": "boxes"}]})
    body, _ = packed(found, asked, ("street", "v1"), signature)
    first, second = json.loads(body)["outputs"][0]["data"]
    assert json.loads(first) == [{**box, "box": [1, 2, 3, 4]}] and json.loads(second) == []
    named = [one["name"] for one in metadata("street", "v1", signature)["outputs"]]
    assert named == ["label", "probability", "sure", "boxes", "familiar"]
