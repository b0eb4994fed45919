"""The folder that a run leaves, and how the same command finds it again.

`run.json` says what was asked; `manifest.json` holds the digest of every file, and `metrics.json`,
written last, says that the run ended. What a killed run goes on from lies in `.work`, below a name
that follows from what was asked and a name that follows from the contents of data and weights and
from the versions of what computes.
"""

import glob
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from headstart import durable, untrusted
from headstart.errors import ResourceError, UsageError
from headstart.events import Tell, quiet, warn
from headstart.hostile import file_name, printable
from headstart.run.holding import LOCK, held
from headstart.run.provenance import Contents, alike, need_same, tell_apart

RUN, METRICS, EVENTS = "run.json", "metrics.json", "events.jsonl"
_WORK = ".work"
PROBLEMS, PREDICTIONS, PAGE = "problems.csv", "predictions.parquet", "report.html"
MODEL, FILES = "model", (PROBLEMS, PREDICTIONS, PAGE)


@dataclass(frozen=True)
class Folder:
    """Where one run writes. It is finished once `metrics.json` is there: that is written last."""

    path: Path
    asked: str
    """Digest of what was asked for: place and settings."""
    contents: Contents
    place: str = ""

    def ended(self, tell: Tell = quiet) -> dict[str, Any] | None:
        """The figures of the run that ended here on these contents, None where none did.

        A run that is damaged counts as none, with a warning: it is made again. Raises `UsageError`
        where it ended on other data or other weights.
        """
        if not (self.path / METRICS).exists():
            return None
        if not _whole(self.path):
            warn(tell, "the run that ended here is damaged: it is made again")
            self._reopen()
            return None
        record = _record(self.path)
        need_same(self.path, record, self.contents)
        tell_apart(record, self.contents, tell)
        return dict(json.loads((self.path / METRICS).read_bytes()))

    def start(self, **record: object) -> None:
        """Write down what is about to happen, with everything resolved."""
        of = {"backbone": {"name": self.contents.backbone, "digest": self.contents.weights}}
        asked = {"asked": self.asked, "place": self.place, **of}
        told = json.dumps({**asked, **record}, default=str)
        durable.write(self.path / RUN, durable.to_json(json.loads(told), indent=1))

    def work(self, tell: Tell = quiet) -> Path:
        """Where checkpoints are kept until the end; other contents, another folder."""
        place = self.path / _WORK / self.asked / self.contents.digest
        for folder in (self.path / _WORK, place.parent, place):
            if folder.exists() and not folder.is_dir():
                durable.discard(folder)
        if place.parent.exists() and not place.exists() and any(place.parent.iterdir()):
            warn(tell, "what was begun here had other data, weights or versions: begun again")
        place.mkdir(parents=True, exist_ok=True)
        durable.sweep(place)
        return place

    def finish(self, metrics: dict[str, Any]) -> dict[str, Any]:
        """Write digests of everything, then the figures, which say that the run ended."""
        text = durable.to_json(metrics, indent=1).encode()
        files = [p for p in sorted(self.path.rglob("*")) if p.is_file() and self._told(p)]
        figures = {"name": METRICS, "size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        told = {"asked": self.asked, "files": [*durable.listed(self.path, files), figures]}
        durable.write(self.path / durable.MANIFEST, durable.to_json(told, indent=1))
        durable.write(self.path / METRICS, text)
        return dict(json.loads(text))

    def clear(self) -> None:
        """Throw away what only an unfinished run needs."""
        durable.discard(self.path / _WORK)
        durable.sweep(self.path)

    def _reopen(self) -> None:
        """As if the run had not ended; names of ours that something else bears become free."""
        for name in (METRICS, durable.MANIFEST):
            durable.discard(self.path / name)
        for path in [self.path / name for name in (RUN, EVENTS, *FILES)]:
            if path.exists() and not path.is_file():
                durable.discard(path)
        if (self.path / MODEL).exists() and not (self.path / MODEL).is_dir():
            durable.discard(self.path / MODEL)

    def _told(self, path: Path) -> bool:
        first = path.relative_to(self.path).parts[0]
        return not first.startswith(".") and first not in (durable.MANIFEST, EVENTS, METRICS)


@dataclass(frozen=True)
class Request:
    """Where a run is to be, and what was asked for."""

    out: Path | None
    """The folder, where one was named."""
    name: str
    """Of the data; part of the folder's name where none was named."""
    asked: str
    """Digest of place and settings."""
    place: str = ""
    """Where the data lies; empty for memory."""

    @property
    def places(self) -> tuple[Path, ...]:
        """Folders in which the same was asked before, the first first."""
        if self.out:
            return (self.out,)
        runs = sorted(Path("runs").glob(f"*_{glob.escape(file_name(self.name))}*"))
        return tuple(run for run in runs if self.asked in _asked(run))

    @property
    def ended_before(self) -> bool:
        """Whether one of them has figures."""
        return any((place / METRICS).exists() for place in self.places)


@contextmanager
def opened(request: Request, contents: Contents, tell: Tell = quiet) -> Iterator[Folder]:
    """The folder asked for; else the run that was asked for the same; else a new one.

    One process has it at a time. Raises `UsageError` where `out` holds anything else,
    `ResourceError` where it can't be made.
    """
    while True:
        path = request.out or _same(request, contents) or _unused(request.name)
        _need_ours(path, request)
        with ExitStack() as stack:
            with _writable(path):
                path.mkdir(parents=True, exist_ok=True)
                stack.enter_context(held(path / LOCK, tell))
                durable.sweep(path)
            if not _ours(path, request) and not request.out:
                continue  # somebody else was faster at this name
            _need_ours(path, request)
            with _writable(path):
                if _record(path).get("asked") != request.asked:
                    durable.discard(path / RUN)
                    durable.write(path / RUN, durable.to_json({"asked": request.asked}))
            yield Folder(path, request.asked, contents, request.place)
            return


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResourceError(
            "R301",
            "cannot write to the run's folder",
            "choose a folder you may write to: --out FOLDER",
            where=printable(path),
            why=os.strerror(error.errno or 0),
        ) from error


def _ours(path: Path, request: Request) -> bool:
    """Whether nothing else is in the folder, or the same was asked of what is."""
    try:
        return not {p.name for p in path.iterdir()} - {LOCK} or request.asked in _asked(path)
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return not path.exists()


def _need_ours(path: Path, request: Request) -> None:
    if not _ours(path, request):
        raise UsageError(
            "U108",
            "this folder holds something else",
            "choose another folder: --out FOLDER",
            where=printable(path),
            why="it is a run with other settings" if _asked(path) else "it is no run",
        )


def _same(request: Request, contents: Contents) -> Path | None:
    """The last run that was asked for the same and ended on the same; else one that did not end."""
    places = request.places
    ended = [p for p in places if (p / METRICS).exists() and alike(_record(p), contents)]
    waiting = [place for place in places if not (place / METRICS).exists()]
    return next(reversed(ended or waiting), None)


def _unused(name: str) -> Path:
    stem = f"{date.today().isoformat()}_{file_name(name)}"
    taken = {path.name for path in Path("runs").glob(f"{glob.escape(stem)}*")}
    numbered = (f"{stem}-{n}" for n in range(2, len(taken) + 3))
    return Path("runs") / next(n for n in (stem, *numbered) if n not in taken)


def _whole(path: Path) -> bool:
    """Whether every file is as it was when the run ended, the figures among them."""
    try:
        told = {file["name"] for file in untrusted.record_in(path / durable.MANIFEST)["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return {METRICS, RUN, *FILES} <= told and durable.whole(path)


def _record(path: Path, name: str = RUN) -> dict[str, Any]:
    """What `run.json` holds; nothing where it is no run."""
    try:
        return untrusted.record_in(path / name)
    except (OSError, ValueError):
        return {}


def _asked(path: Path) -> frozenset[str]:
    """What a folder's run was asked for, as three places know it; none where it is no run."""
    told = {_record(path, name).get("asked") for name in (RUN, durable.MANIFEST)}
    work = path / _WORK
    begun = {p.name for p in work.iterdir() if len(p.name) == 16} if work.is_dir() else set()
    return frozenset(word for word in told | begun if isinstance(word, str))
