"""A network in OpenVINO gives its rows, converted once, and the same when it was kept."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import cosine_similarity

from headstart.backbone import Backbone
from headstart.features import engine, noise, openvino_engine
from headstart.features.choices import Memory
from headstart.features.engine import engines, recall
from headstart.features.openvino_engine import Compiled, once
from headstart.features.running import Engine


@pytest.mark.parametrize("halves", [True, False])
def test_rows_of_openvino_are_those_of_the_network_kept_ones_to_the_bit(
    tiny: Backbone, tmp_path: Path, halves, monkeypatch
) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setattr(engine, "_has_halves", lambda: True)
    batch = noise(tiny.modality).repeat(2, 1, 1, 1)
    of = next(e for e in engines(2) if e.name.startswith("OpenVINO") and e.halves == halves)
    found = of.make(tiny.stages, batch)
    with torch.inference_mode():
        expected, made = tiny.stages(batch), found(batch)
    assert cosine_similarity(made, expected).min() > 0.999
    if not halves:
        torch.testing.assert_close(made, expected, rtol=1e-3, atol=1e-4)
    memory = Memory(tmp_path / "one", "network")
    memory.keep(of.name, 100, found.packed())
    again = recall(memory, 2).engine
    monkeypatch.setattr("headstart.features.openvino_engine.convert", None)
    assert again.name == of.name and torch.equal(again.make(tiny.stages, batch)(batch), made)


def test_a_network_that_another_process_wrote_over_is_made_and_kept_again(
    tmp_path: Path, monkeypatch
) -> None:
    class Made:
        def __call__(self, rows):
            return rows

        def packed(self) -> bytes:
            return b"anew"

    made, network, batch = Made(), nn.Sequential(nn.Identity()), torch.ones(2, 2)
    unpacked = list[bytes]()
    one = Engine("kept", lambda *_: made, unpack=lambda packed: unpacked.append(packed) or made)
    monkeypatch.setattr(engine, "called", lambda *_: one)
    memory = Memory(tmp_path / "one", "network")
    memory.keep("kept", 100, b"first")
    (memory.folder / "network.bin").write_bytes(b"of another process")
    for _ in range(2):
        assert recall(memory, 1).engine.make(network, batch) is made
    assert unpacked == [b"anew"] and memory.recalled().rows == 100


def test_a_network_of_many_numbers_is_not_kept(monkeypatch) -> None:
    class Exported:
        def export_model(self, stream) -> None:
            stream.write(b"packed")

    monkeypatch.setattr("headstart.features.openvino_engine.MOST_NUMBERS", 100)
    assert Compiled(Exported(), 100).packed() == b"packed"
    assert Compiled(Exported(), 101).packed() == b""


def test_a_network_is_converted_once_for_all_precisions(monkeypatch) -> None:
    made = list[object]()
    monkeypatch.setattr(
        openvino_engine, "convert", lambda network, batch: made.append(network) or "model"
    )
    converted = once()
    network = nn.Sequential(nn.Identity())
    assert [converted(network, torch.ones(2, 2)) for _ in "ab"] == ["model"] * 2
    assert made == [network]
