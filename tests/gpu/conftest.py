"""The card that these tests are for. `HEADSTART_REHEARSE=1` lets the CPU stand in for it.

Where there is no card they are skipped: there is nothing that they could be run on. `make gpu` ends
before them there, and says that nothing was tested.
"""

import os

import pytest
import torch

from headstart.features import card

REHEARSED = bool(os.environ.get("HEADSTART_REHEARSE"))


@pytest.fixture
def device() -> torch.device:
    found = card() or (torch.device("cpu") if REHEARSED else None)
    if found is None:
        pytest.skip("no graphics processor here")
    return found


@pytest.fixture
def real_card(device: torch.device) -> torch.device:
    """For what only a card has: memory of its own, TF32."""
    if device.type != "cuda":
        pytest.skip("needs a graphics processor")
    return device
