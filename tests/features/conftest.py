"""Engines that tests of choosing offer."""

import pytest
from engines_tried import slow_one, told_seconds

from headstart.features import engine
from headstart.features.running import Engine


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch):
    """Make the default slow, and offer these beside it."""
    slow = Engine("slow", slow_one)
    monkeypatch.setattr(engine, "_timed", told_seconds)
    monkeypatch.setattr(engine, "FOLDED", slow)

    def offer(*given: Engine) -> None:
        monkeypatch.setattr(engine, "engines", lambda workers: (slow, *given))

    return offer
