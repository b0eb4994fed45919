"""What a process took is told in one unit on every system."""

import sys
import time
from types import SimpleNamespace

import pytest

from headstart import usage
from headstart.usage import cpu_seconds, peak_mb


@pytest.mark.parametrize(("system", "held"), [("linux", 300 * 2**10), ("darwin", 300 * 2**20)])
def test_the_peak_is_in_megabytes_on_linux_and_macos(system, held, monkeypatch) -> None:
    monkeypatch.setattr(usage.resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=held))
    monkeypatch.setattr(sys, "platform", system)
    assert peak_mb() == 300


def test_seconds_are_of_the_process_and_of_children_that_ended(monkeypatch) -> None:
    spent = {usage.resource.RUSAGE_SELF: (2.0, 0.5), usage.resource.RUSAGE_CHILDREN: (1.0, 0.25)}
    told = {who: SimpleNamespace(ru_utime=u, ru_stime=s) for who, (u, s) in spent.items()}
    monkeypatch.setattr(usage.resource, "getrusage", told.__getitem__)
    assert cpu_seconds() == 3.75


def test_a_system_without_getrusage_counts_the_process_alone(monkeypatch) -> None:
    monkeypatch.setattr(usage, "resource", None)
    assert peak_mb() == 0 and 0 < cpu_seconds() <= time.process_time()
