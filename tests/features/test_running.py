"""What an engine is, unless it says otherwise."""

import torch

from headstart.features.running import COSINE, Engine


def test_an_engine_takes_the_usual_batch_on_the_cpu() -> None:
    plain = Engine("plain", lambda network, batch: network)
    assert (plain.device, plain.scale, plain.any_size) == (torch.device("cpu"), 1, True)
    assert COSINE == 0.999
