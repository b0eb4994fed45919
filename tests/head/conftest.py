"""What tests of several heads share."""

import pytest

from headstart.head import out_of_core as far_room


@pytest.fixture
def small(monkeypatch):
    """A memory that holds next to nothing."""
    monkeypatch.setattr(far_room, "BLOCK", 64)
    monkeypatch.setattr(far_room, "SOME", 40)
    monkeypatch.setattr(far_room, "NUMBERS", 100)
