"""Bodies of requests: what is read, and what is refused before anything is made of it."""

import pytest
from pydantic import ValidationError

from headstart.prediction import Prediction
from headstart.serve.documents import JUDGED, Answer, InferRequest, TensorIn, Texts, Unanswered

TENSOR = {"name": "x", "shape": [1], "datatype": "FP32"}


def test_an_answer_has_the_fields_of_a_prediction() -> None:
    assert {*Answer.model_fields} - {"file"} == {*Prediction.__dataclass_fields__}


def test_every_row_has_a_label_and_an_error_and_one_of_them_is_null() -> None:
    good = {"label": "a", "probabilities": {}, "sure": True, "probability": 0.5}
    bad = {"error": {"code": "D121", "what": "this is not a picture"}}
    rows = [one.model_dump() for one in JUDGED.validate_python([good, bad])]
    assert [(one["label"], one["error"] is None) for one in rows] == [("a", True), (None, False)]


def test_a_text_has_a_million_letters_at_most() -> None:
    assert len(Texts(text="a" * 1_000_000).text) == 1_000_000
    with pytest.raises(ValidationError):
        Texts(text="a" * 1_000_001)


@pytest.mark.parametrize("body", [{"text": 5}, {"text": ["a", 5]}, {"text": "a", "more": 1}, {}])
def test_what_is_no_text_or_has_other_fields_is_refused(body: dict) -> None:
    with pytest.raises(ValidationError):
        Texts(**body)


@pytest.mark.parametrize(
    ("shape", "fine"),
    [([1] * 5, True), ([1] * 6, False), ([2**31], True), ([2**31 + 1], False), ([-1], False)],
)
def test_shapes_of_tensors_have_bounds(shape: list[int], fine: bool) -> None:
    if fine:
        assert TensorIn(**{**TENSOR, "shape": shape}).shape == shape
    else:
        with pytest.raises(ValidationError):
            TensorIn(**{**TENSOR, "shape": shape})


@pytest.mark.parametrize(("count", "fine"), [(0, False), (1, True), (16, True), (17, False)])
def test_a_request_has_one_to_sixteen_inputs(count: int, fine: bool) -> None:
    if fine:
        assert len(InferRequest(inputs=[TENSOR] * count).inputs) == count
    else:
        with pytest.raises(ValidationError):
            InferRequest(inputs=[TENSOR] * count)


def test_answers_and_errors_are_told_apart() -> None:
    answer = {"label": "a", "probabilities": {"a": 1.0}, "sure": True, "probability": 1.0}
    found = JUDGED.validate_python([answer, {"error": {"code": "D121", "what": "no picture"}}])
    assert [type(one) for one in found] == [Answer, Unanswered]
