"""Writes that survive a kill or a full disk: whole and on disk, or not there at all."""

import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headstart import untrusted
from headstart.errors import SecurityError
from headstart.untrusted import MANIFEST

__all__ = ["MANIFEST", "append", "folder", "sha256", "sweep", "whole", "write", "writing"]

_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def write(path: Path, data: bytes | str) -> None:
    """Replace `path` in one step: temp beside it, flush, fsync, rename, fsync of the folder."""
    raw = data.encode() if isinstance(data, str) else data
    with writing(path) as temp, temp.open("wb") as file:
        file.write(raw)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Lend a temp name to write to; on success it becomes `path`, on any exception it is gone.

    An `OSError` that names no file, or only the temp, names `path`.
    """
    temp = _temp_beside(path)
    try:
        os.close(os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # mode by umask
        yield temp
        _sync(temp)
        temp.replace(path)
        _sync(path.parent)
    except BaseException as error:
        temp.unlink(missing_ok=True)
        _name(error, path, temp)
        raise


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Lend an empty folder; on success it becomes `path`, with a manifest of size and SHA-256.

    A folder that stands at `path` already is replaced. Without a valid manifest the result does
    not exist: see `whole`.
    """
    temp = _temp_beside(path)
    temp.mkdir(parents=True)
    try:
        yield temp
        files = sorted(p for p in temp.rglob("*") if p.is_file())
        entries = [
            {"name": str(p.relative_to(temp)), "size": p.stat().st_size, "sha256": sha256(p)}
            for p in files
        ]
        for file in files:
            _sync(file)
        write(temp / MANIFEST, json.dumps({"files": entries}, indent=1))
        if path.exists():
            old = _temp_beside(path)
            path.replace(old)
            temp.replace(path)
            shutil.rmtree(old)
        else:
            temp.replace(path)
        _sync(path.parent)
    except BaseException as error:
        shutil.rmtree(temp, ignore_errors=True)
        _name(error, path, temp)
        raise


def whole(path: Path) -> bool:
    """Whether every file that the folder's manifest names is there, with its size and SHA-256.

    A manifest that names anything but regular files in the folder makes nothing whole.
    """
    try:
        untrusted.sealed(path).compare()
    except (OSError, ValueError, SecurityError):
        return False
    return True


def append(path: Path, line: str) -> None:
    """Add one line with a single write; a reader passes over a torn last line."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, (line + "\n").encode())
    except OSError as error:
        _name(error, path, path)
        raise
    finally:
        os.close(handle)


def sweep(place: Path) -> None:
    """Remove temps in `place` whose writer on this machine is dead."""
    for temp in place.glob(f".*.tmp-{_HOST}-*"):
        pid = temp.name.rsplit("-", 2)[1]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(temp, ignore_errors=True) if temp.is_dir() else temp.unlink(
                missing_ok=True
            )


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(error: BaseException, path: Path, temp: Path) -> None:
    """Let an error that names no file, or a temp that is gone, name the file that was meant."""
    if isinstance(error, OSError) and error.errno is not None:
        named = error.filename
        if named is None or os.fsdecode(named).startswith(os.fspath(temp)):
            error.filename = os.fspath(path)


def _temp_beside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent / f".{path.name}.tmp-{_HOST}-{os.getpid()}-{secrets.token_hex(4)}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
