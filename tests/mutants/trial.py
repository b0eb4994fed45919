"""Run tests on a changed copy of the tree, in processes forked from one that has the libraries."""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation import Mutation

COPIED = ("src", "tests", "pyproject.toml", "README.md")
OPTIONS = (
    "-x", "-q", "-p", "no:cacheprovider", "-W", "ignore:Module already imported",
    "-o", "addopts=-m 'not slow and not network and not gpu and not ray'",
)  # fmt: skip
"""Of pytest: without the checks of shapes, whose wrapping takes 25 s before the first test."""


@dataclass(frozen=True)
class Outcome:
    """What became of one trial."""

    name: str
    word: str
    """killed, lived, does not fit, breaks (nothing could be imported), too slow, fails unchanged"""
    seconds: float
    output: str = ""

    @property
    def killed(self) -> bool:
        """Whether a test failed that passes on the unchanged tree, and nothing else."""
        return self.word == "killed"


@dataclass(frozen=True)
class Trial:
    """Tests to run, and the change to run them on; none for the unchanged tree."""

    tests: tuple[str, ...]
    mutation: Mutation | None = None

    @property
    def name(self) -> str:
        """As it is told."""
        return self.mutation.name if self.mutation else f"unchanged: {' '.join(self.tests)}"


def preload(root: Path, files: Iterable[str]) -> None:
    """Import what these files of the source import that is not the source's, for forks to have it.

    What that is, a process of its own finds out: here nothing of the source may be imported.
    """
    names = [".".join(Path(file).with_suffix("").parts[1:]) for file in files]
    asked = (
        f"import sys, pytest, hypothesis, {', '.join(names)}; print(*sys.modules)"
        if names
        else "print()"
    )
    path = {**os.environ, "PYTHONPATH": str(root / "src")}
    found = subprocess.run(
        [sys.executable, "-c", asked], env=path, capture_output=True, text=True, check=False
    )
    ours = {place.stem for place in (root / "src").iterdir()}
    for name in found.stdout.split():
        if name.split(".")[0] not in {*ours, "__main__"}:
            with contextlib.suppress(Exception):  # names that only exist once others run
                importlib.import_module(name)


class _NewestFirst:
    """Begins with the tests at the end of a file: they tell most of what is changed here."""

    def pytest_collection_modifyitems(self, items: list[object]) -> None:
        items.reverse()


def judged(
    root: Path, mutations: Sequence[Mutation], scratch: Path, *, jobs: int = 2, limit_s: float = 120
) -> Iterator[Outcome]:
    """The outcome of every mutation, as they end; first those of the tests without any.

    `root` is only read: the changes are made in copies under `scratch`. A mutation counts as
    killed only where its tests pass unchanged, and one of them then fails (exit status 1 of
    pytest); a change that nothing can be imported with, or that takes too long, is none.
    """
    fitting = [m for m in mutations if _fits(root, m)]
    for mutation in mutations:
        if mutation not in fitting:
            yield Outcome(mutation.name, "does not fit", 0.0)
    trees = [_copied(root, scratch / f"tree{number}") for number in range(jobs)]
    plain = [Trial(tests) for tests in dict.fromkeys(m.tests for m in fitting)]
    sound: dict[str, bool] = {}
    for outcome in _run(plain, trees, limit_s):
        sound[outcome.name] = outcome.word == "lived"
        if not sound[outcome.name]:
            yield Outcome(outcome.name, "fails unchanged", outcome.seconds, outcome.output)
    able = [Trial(m.tests, m) for m in fitting if sound[Trial(m.tests).name]]
    yield from _run(able, trees, limit_s)
    for mutation in fitting:
        if not sound[Trial(mutation.tests).name]:
            yield Outcome(mutation.name, "fails unchanged", 0.0)


def _fits(root: Path, mutation: Mutation) -> bool:
    place = root / mutation.file
    return place.is_file() and mutation.applied(place.read_text()) is not None


def _copied(root: Path, tree: Path) -> Path:
    for name in COPIED:
        place = root / name
        if place.is_dir():
            shutil.copytree(place, tree / name)
        elif place.exists():
            shutil.copy2(place, tree / name)
    return tree


def _run(trials: Sequence[Trial], trees: Sequence[Path], limit_s: float) -> Iterator[Outcome]:
    """One process a tree at a time, each in a group of its own, with what it starts."""
    waiting, free = list(trials), list(trees)
    running: dict[int, tuple[Trial, Path, float, Callable[[], None]]] = {}
    try:
        while waiting or running:
            while waiting and free:
                trial, tree = waiting.pop(0), free.pop()
                restore = _changed(tree, trial.mutation)
                running[_forked(tree, trial.tests)] = trial, tree, time.monotonic(), restore
            for pid, (trial, tree, began, restore) in list(running.items()):
                took = time.monotonic() - began
                word = _word(pid, late=took > limit_s)
                if word:
                    running.pop(pid)
                    restore()
                    free.append(tree)
                    yield Outcome(trial.name, word, took, (tree / "output.txt").read_text())
            time.sleep(0.02)
    finally:
        for pid in running:
            _end(pid)


def _changed(tree: Path, mutation: Mutation | None) -> Callable[[], None]:
    """Make the change; what is given back undoes it."""
    if mutation is None:
        return lambda: None
    place = tree / mutation.file
    before, times = place.read_text(), place.stat()
    place.write_text(mutation.applied(before) or before)
    _aged(place, times.st_mtime_ns + 10**9 * (1 + next(_NUMBERS)))

    def restore() -> None:
        place.write_text(before)
        _aged(place, times.st_mtime_ns)

    return restore


_NUMBERS = iter(range(1, 10**6))


def _aged(place: Path, modified_ns: int) -> None:
    """A time that no other version has: compiled files are told apart by time and size alone."""
    os.utime(place, ns=(modified_ns, modified_ns))


def _forked(tree: Path, tests: Sequence[str]) -> int:
    sys.stdout.flush()
    (tree / "output.txt").write_text("")
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # the fork does it too; whoever comes first
            os.setpgid(pid, pid)
        return pid
    code = 99
    try:
        code = _tested(tree, tests)
    except BaseException:  # a fork must never go on as if it were the runner
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tested(tree: Path, tests: Sequence[str]) -> int:
    """In the fork: pytest's exit status."""
    import pytest  # it looks at the environment that this process has

    os.setpgid(0, 0)
    output = os.open(tree / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree / "src")
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.path[:0] = [str(tree / "src")]
    options = [*OPTIONS, f"--basetemp={tree / 'tmp'}"]
    return int(pytest.main([*options, *tests], plugins=[_NewestFirst()]))


def _word(pid: int, *, late: bool) -> str:
    """What a process came to; empty while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    if not found:
        if late:
            _end(pid)
        return "too slow" if late else ""
    return {0: "lived", 1: "killed"}.get(os.waitstatus_to_exitcode(status), "breaks")


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
