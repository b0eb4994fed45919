"""The command line in forks of one warm process, so that a case costs no start of its own.

A fork is a real process: it is killed for good, and it has limits, folders and a clock of its own.
The warm process imports the libraries and computes nothing, so that no fork inherits a thread.
"""

import contextlib
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HANGS_S = 120.0
"""Longer than any case takes on a busy machine."""
MOST_BYTES = 12 << 30
"""Of address space: a fault in one case does not take the machine."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree")
Prepare = Callable[[], None]


@dataclass(frozen=True)
class Blow:
    """When a run is hit, and by what: after CPU seconds, or before its nth change to the disk."""

    at: float = 0.0
    nth: int = 0
    signal: int = signal.SIGKILL
    does: Callable[[], None] | None = None
    """What happens before the nth change, instead of a signal."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int | None
    """The exit code; the negative number of a signal; None where it hung."""
    out: str
    err: str
    cpu_s: float
    changes: int
    """How often it was about to change something on the disk."""

    @property
    def brief(self) -> str:
        told = [line for line in (self.err or self.out).splitlines() if line.strip()]
        return f"exit {self.code}: {' / '.join(told[-6:])[-500:]}"


@dataclass(frozen=True)
class Home:
    """A folder of its own for one case: cache, temporary files, runs."""

    path: Path
    shared: Path | None = None
    """A cache that others use, too."""

    @property
    def cache(self) -> Path:
        return self.shared or self.path / "cache"

    @property
    def temp(self) -> Path:
        return self.path / "temp"

    def environment(self) -> dict[str, str]:
        self.temp.mkdir(parents=True, exist_ok=True)
        return {"HEADSTART_CACHE": str(self.cache), "TMPDIR": str(self.temp), "COLUMNS": "200"}


def warm() -> None:
    """Import everything that a run needs, once."""
    for name, value in (("OMP_NUM_THREADS", "1"), ("HF_HUB_OFFLINE", "1")):
        os.environ[name] = value
    import PIL.Image
    import torch

    torch.set_num_threads(1)
    PIL.Image.init()
    from headstart import cli, estimator  # noqa: F401
    from headstart.run import pipeline, pretraining  # noqa: F401

    with contextlib.suppress(ImportError):
        import soundfile  # noqa: F401
        import soxr  # noqa: F401
        import tokenizers  # noqa: F401
        from transformers import AutoModel, AutoTokenizer, BertModel  # noqa: F401


def command(
    arguments: Sequence[str],
    home: Home,
    *,
    prepare: Prepare | None = None,
    blow: Blow | None = None,
    limit_s: float = HANGS_S,
) -> Ended:
    """`headstart ARGUMENTS` in a fork that stands in `home`."""

    return forked(working(arguments), home, prepare=prepare, blow=blow, limit_s=limit_s)


def working(arguments: Sequence[str]) -> Callable[[], int]:
    """What the command does, from its first line on."""

    def work() -> int:
        from headstart import cli

        sys.argv = ["headstart", *arguments]
        try:
            cli.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return work


def forked(
    work: Callable[[], int],
    home: Home,
    *,
    prepare: Prepare | None = None,
    blow: Blow | None = None,
    limit_s: float = HANGS_S,
) -> Ended:
    """Any work in a fork."""
    return ended(begun(work, home, prepare=prepare, blow=blow), limit_s=limit_s)


@dataclass(frozen=True)
class Begun:
    """A fork that runs."""

    pid: int
    home: Home
    told: Path
    blow: Blow | None
    since: float


def begun(
    work: Callable[[], int],
    home: Home,
    *,
    prepare: Prepare | None = None,
    blow: Blow | None = None,
) -> Begun:
    """Start a fork and come back at once."""
    home.path.mkdir(parents=True, exist_ok=True)
    told = home.path / f".told-{time.monotonic_ns()}"
    told.mkdir()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Begun(pid, home, told, blow, time.monotonic())
    code = 70  # whatever happens, a fork never comes back into the caller's code
    try:
        count = _alone(home, told, blow)
        handle = os.open(told / "changes", os.O_CREAT | os.O_WRONLY)
        os.environ.update(home.environment())
        if prepare:
            prepare()
        code = work()
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(handle, str(count[0]).encode())
    except BaseException:
        with contextlib.suppress(BaseException):
            traceback.print_exc()
            sys.stderr.flush()
        code = 1
    finally:
        os._exit(code)


def ended(run: Begun, *, limit_s: float = HANGS_S) -> Ended:
    """Wait for a fork, hit it when its time has come, and kill it where it hangs."""
    late, hit = run.since + limit_s, not (run.blow and run.blow.at)
    status, cpu, hung = 0, 0.0, False
    while True:
        done, status, used = os.wait4(run.pid, os.WNOHANG)
        if done:
            cpu = used.ru_utime + used.ru_stime
            break
        if not hit and run.blow and _cpu_s(run.pid) >= run.blow.at:
            os.kill(run.pid, run.blow.signal)
            hit = True
        if not hung and time.monotonic() > late:
            hung = True
            os.kill(run.pid, signal.SIGKILL)
        time.sleep(0.002 if not hit else 0.005)
    code = None if hung else os.waitstatus_to_exitcode(status)
    texts = [(run.told / name).read_text(errors="replace") for name in ("out", "err")]
    changes = run.told / "changes"
    count = int(changes.read_text() or 0) if changes.exists() else 0
    for file in run.told.iterdir():
        file.unlink()
    run.told.rmdir()
    return Ended(code, texts[0], texts[1], cpu, count)


def _cpu_s(pid: int) -> float:
    """CPU seconds of another process, by the clock that clock_getcpuclockid(3) names."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _alone(home: Home, told: Path, blow: Blow | None) -> list[int]:
    """Streams, folder and signals of its own; the list holds how many changes there were."""
    os.setsid()
    for name, number in (("out", 1), ("err", 2)):
        handle = os.open(told / name, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o666)
        os.dup2(handle, number)
        os.close(handle)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream, number in (("stdout", 1), ("stderr", 2)):
        setattr(sys, stream, os.fdopen(number, "w", buffering=1, closefd=False))
    os.chdir(home.path)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    for number in (signal.SIGINT, signal.SIGTERM):
        standard = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, standard)
    random.seed(0)
    return _counted(str(home.path), blow)


def _counted(start: str, blow: Blow | None) -> list[int]:
    """Count from now on what is about to change below `start`, and strike before the nth."""
    count = [0]

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        path = str(arguments[0]) if changes(event, arguments) else ""
        if start in path and "/.told-" not in path:
            count[0] += 1
            if blow and blow.nth == count[0]:
                count[0] += 1  # what the blow itself changes is not hit again
                blow.does() if blow.does else os.kill(os.getpid(), blow.signal)

    sys.addaudithook(heard)
    return count


def changes(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audit event is about something that changes the disk."""
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & WRITES)
    return event in CHANGES
