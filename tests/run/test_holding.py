"""One process at a time, and no lock outlives a kill."""

import subprocess
import sys
from pathlib import Path

import pytest

from headstart.events import Event, quiet
from headstart.run import holding
from headstart.run.holding import held

HOLDER = """
import sys, time
from pathlib import Path
from headstart.run.holding import held
with held(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(60)
"""


class Stop(Exception):
    pass


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def test_a_lock_is_gone_once_it_is_released(lock: Path) -> None:
    for _ in range(2):
        with held(lock, quiet):
            assert lock.exists()
        assert not lock.exists()
    with pytest.raises(Stop), held(lock, quiet):
        raise Stop
    assert not lock.exists()


def test_who_comes_second_waits_and_says_for_whom_until_that_one_is_killed(
    lock: Path, monkeypatch
) -> None:
    monkeypatch.setattr(holding, "POLL_S", 0.05)
    told: list[Event] = []
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"

        def tell(event: Event) -> None:
            told.append(event)
            if len(told) == 3:
                other.kill()

        with held(lock, tell):
            assert other.wait() != 0
    assert f"process {other.pid} is at work" in told[0].what and told[1].kind == "step"
    assert not lock.exists()


def test_who_waits_can_be_stopped(lock: Path, monkeypatch) -> None:
    monkeypatch.setattr(holding, "POLL_S", 0.05)

    def stop(event: Event) -> None:
        if event.kind == "step":
            raise Stop

    with held(lock, quiet), pytest.raises(Stop), held(lock, stop):
        pass
    with held(lock, quiet):
        pass
