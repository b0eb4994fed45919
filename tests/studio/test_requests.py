"""What is asked as JSON has its shape, and nothing more."""

import pytest
from boards import apart  # noqa: F401
from pydantic import ValidationError

from headstart.studio import requests


@pytest.mark.parametrize(
    ("model", "good", "wrong"),
    [
        (requests.NewClass, {"name": "x" * 1000}, {"name": "x" * 1001}),
        (requests.Colored, {"name": "a", "color": 7}, {"name": "a", "color": 8}),
        (requests.Colored, {"name": "a", "color": 0}, {"name": "a", "color": -1}),
        (requests.Typed, {"name": "a", "texts": ["x" * 100_000]}, {"name": "a", "texts": "x"}),
        (requests.Removed, {"name": "a"}, {"name": "a", "keys": ["k"] * 10_001}),
        (requests.Corrected, {"names": ["a"], "label": "b"}, {"names": ["a"], "back": 1}),
        (requests.Chosen, {"kind": "audio"}, {"kind": "movie"}),
        (requests.Automatic, {"on": False}, {"on": "no"}),
        (requests.Options, {"folds": 100}, {"folds": 101}),
        (
            requests.Drawn,
            {"key": "a", "boxes": [{"label": "a", "box": [-0.1, 0.5, 1.1, 0.5]}]},
            {"key": "a", "boxes": [{"label": "a", "box": [0, 0.5, 1, 0.4999]}]},
        ),
        (
            requests.Drawn,
            {"key": "a", "boxes": None},
            {"key": "a", "boxes": [{"label": "a", "box": [0, 0, 100.1, 1]}]},
        ),
        (requests.Compared, {"runs": ["a", "b"]}, {"runs": ["a"]}),
        (requests.Exported, {"run": "a", "to": "onnx"}, {"run": "a", "to": "onnx", "out": "/x"}),
    ],
)
def test_one_is_read_and_the_other_is_not(model, good, wrong) -> None:
    assert model.model_validate(good)
    with pytest.raises(ValidationError):
        model.model_validate(wrong)
