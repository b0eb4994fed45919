import json
from pathlib import Path

import numpy as np
import pytest
import torch

from headstart.errors import BackboneError
from headstart.model import Model
from headstart.share import Exported
from headstart.share.end_to_end import OUTPUT, EndToEnd, Input
from headstart.share.onnx_file import Runtime, facts_of, onnx_of


def test_pictures_of_any_size_go_in_any_number_at_a_time(exported: Exported) -> None:
    run, rng = Runtime(exported.path), np.random.default_rng(0)
    for size in [(1, 40, 40, 3), (3, 17, 90, 3), (2, 200, 31, 3)]:
        found = run({"pixels": rng.integers(0, 256, size, dtype=np.uint8)})
        assert found.shape == (size[0], 3) and np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_one_picture_gets_the_same_answer_alone_and_with_others(exported: Exported) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), dtype=np.uint8)
    run = Runtime(exported.path)
    alone = np.concatenate([run({"pixels": one[None]}) for one in pixels])
    assert np.allclose(run({"pixels": pixels}), alone, atol=1e-6)


def test_names_and_metadata_say_what_it_is(exported: Exported, small_model: Model) -> None:
    import onnx

    proto = onnx.load(exported.path)
    assert [one.name for one in proto.graph.input] == ["pixels"]
    assert [one.name for one in proto.graph.output] == [OUTPUT]
    facts = {one.key: one.value for one in proto.metadata_props}
    assert json.loads(facts["classes"]) == ["blue", "green", "red"]
    assert json.loads(facts["threshold"]) == 0.5 and facts["license"] == "Apache-2.0"
    assert facts["digest"] == small_model.backbone.contents
    assert json.loads(facts["parity"])["same"] == 6


def test_nothing_of_the_machine_is_in_it(exported: Exported) -> None:
    content = exported.path.read_bytes()
    for word in (b".py", str(Path.home()).encode() + b"/", b"headstart/share", b"site-packages"):
        assert word not in content


def test_every_fact_is_a_string(small_model: Model) -> None:
    assert all(isinstance(value, str) for value in facts_of(small_model).values())


class Odd(torch.nn.Module):
    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return given if float(given.sum()) > 0 else -given


def test_a_network_that_can_not_be_traced_says_so() -> None:
    whole = EndToEnd(Odd(), (Input("a", torch.ones(2, 2), ("n", "")),), lambda source: [])
    with pytest.raises(BackboneError, match="M703"):
        onnx_of(whole)
