"""The card that these tests are for. `HEADSTART_REHEARSE=1` lets the CPU stand in for it.

`make gpu` ends before them where there is none. Whoever asks pytest itself is told that nothing was
tested by an error: what could not be run has not passed.
"""

import os

import pytest
import torch

from headstart.features import card

REHEARSED = bool(os.environ.get("HEADSTART_REHEARSE"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A rehearsal leaves out what only a card has: it counts as deselected."""
    if not REHEARSED or card():
        return
    left = [item for item in items if "real_card" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture
def device() -> torch.device:
    found = card() or (torch.device("cpu") if REHEARSED else None)
    assert found, "no graphics processor here; HEADSTART_REHEARSE=1 lets the CPU stand in for it"
    return found


@pytest.fixture
def real_card(device: torch.device) -> torch.device:
    """For what only a card has: memory of its own, TF32."""
    return device
