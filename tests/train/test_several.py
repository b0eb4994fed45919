"""Processes that train together give what one gives."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from headstart.errors import UsageError
from headstart.train import several

ALIKE = 1e-5
SCRIPT = Path(__file__).with_name("shared_steps.py")


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> tuple[Path, dict[str, dict[str, torch.Tensor]]]:
    """Two processes, as torchrun starts them, over gloo."""
    place = tmp_path_factory.mktemp("several")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join(filter(None, sys.path))
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(place), str(number)],
            env={**os.environ, "PYTHONPATH": path, "RANK": str(number), "WORLD_SIZE": "2",
                 "LOCAL_RANK": str(number), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                 "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
        )
        for number in range(2)
    ]  # fmt: skip
    try:
        assert [process.wait(timeout=120) for process in running] == [0, 0]
    finally:
        for process in running:
            process.kill()
    return place, {n: load_file(place / f"{n}.safetensors") for n in ("0", "1", "alone")}


@pytest.mark.journey
def test_two_processes_give_the_weights_and_losses_of_one(shared) -> None:
    _, found = shared
    for name, tensor in found["alone"].items():
        for number in ("0", "1"):
            torch.testing.assert_close(
                found[number][name], tensor, rtol=0, atol=ALIKE, msg=f"{name} of {number}"
            )


@pytest.mark.journey
def test_both_have_the_same_weights_to_the_bit_and_one_leaves_a_checkpoint(shared) -> None:
    place, found = shared
    assert all(torch.equal(tensor, found["1"][name]) for name, tensor in found["0"].items())
    assert (place / "work-0" / "checkpoint.safetensors").exists()
    assert not (place / "work-1" / "checkpoint.safetensors").exists()


def test_one_process_is_left_as_it_is() -> None:
    network, loss = nn.BatchNorm1d(2), torch.ones(())
    several.even_out(network)
    assert several.add_up(network, loss) is loss and network.weight.grad is None
    assert several.processes() == 1 and several.is_first()
    assert several.agreed("said") == "said" and several.own_part(7) == slice(0, 7)


def test_without_torchrun_nobody_is_joined(monkeypatch) -> None:
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(UsageError, match=r"U187.*torchrun|torchrun"), several.together():
        pass
