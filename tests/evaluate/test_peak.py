"""Memory is told in one unit on every system."""

import resource
import sys
from types import SimpleNamespace

import pytest

from headstart.evaluate import peak_mb


@pytest.mark.parametrize(("system", "held"), [("linux", 300 * 2**10), ("darwin", 300 * 2**20)])
def test_the_peak_is_in_megabytes_on_linux_and_macos(system, held, monkeypatch) -> None:
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=held))
    monkeypatch.setattr(sys, "platform", system)
    assert peak_mb() == 300
