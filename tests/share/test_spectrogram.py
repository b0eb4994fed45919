import numpy as np
import pytest
import torch

from headstart.modality import Sound
from headstart.share.spectrogram import SoundInput

RATE = 16_000
LEAST = RATE + 240
"""Samples that are not lengthened any more."""


@pytest.mark.parametrize("count", [1, 300, LEAST - 1, LEAST, LEAST + 1, 5 * RATE + 77])
def test_rows_are_those_that_training_read(count: int) -> None:
    contract = Sound()
    samples = 0.1 * np.random.default_rng(count).standard_normal(count).astype(np.float32)
    expected = contract.batch([contract.of(samples)])
    found = SoundInput(contract)(torch.from_numpy(samples)[None])
    assert found.shape == expected.shape
    assert torch.equal(found[..., -1], expected[..., -1])
    assert (found - expected).abs().max() <= 0.005  # the last digit of half precision


def test_silence_is_none() -> None:
    found = SoundInput(Sound())(torch.zeros(2, RATE))
    assert found.shape[0] == 2 and found[..., :-1].abs().max() == 0
