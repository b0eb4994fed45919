"""Writes that survive a kill or a full disk: whole and on disk, or not there at all."""

import hashlib
import json
import math
import os
import secrets
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from headstart import untrusted
from headstart.errors import SecurityError
from headstart.untrusted import MANIFEST as MANIFEST
from headstart.untrusted import Damaged as Damaged

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
def beside(path: Path) -> Iterator[Path]:
    """Lend an empty folder; on success it becomes `path`, in place of a folder that stands there.

    On any exception it is gone.
    """
    temp = _temp_beside(path)
    temp.mkdir(parents=True)
    try:
        yield temp
        if path.exists():
            old = _temp_beside(path)
            path.replace(old)
            temp.replace(path)
            discard(old)
        else:
            temp.replace(path)
        _sync(path.parent)
    except BaseException as error:
        shutil.rmtree(temp, ignore_errors=True)
        _name(error, path, temp)
        raise


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Lend an empty folder; on success it becomes `path`, with a manifest of size and SHA-256.

    A folder that stands at `path` already is replaced. Without a valid manifest the result does
    not exist: see `whole`.
    """
    with beside(path) as temp:
        yield temp
        files = sorted(p for p in temp.rglob("*") if p.is_file())
        for file in files:
            _sync(file)
        write(temp / MANIFEST, to_json({"files": listed(temp, files)}, indent=1))


def whole(path: Path) -> bool:
    """Whether every file that the folder's manifest names is there, with its size and SHA-256.

    A manifest that names anything but regular files in the folder makes nothing whole.
    """
    try:
        untrusted.sealed(path).compare()
    except (OSError, ValueError, SecurityError):
        return False
    return True


def listed(folder: Path, files: Iterable[Path]) -> list[dict[str, Any]]:
    """What a manifest says of these files: name below the folder, size and SHA-256 of each."""
    return [
        {"name": str(p.relative_to(folder)), "size": p.stat().st_size, "sha256": sha256(p)}
        for p in files
    ]


def to_json(value: object, indent: int | None = None) -> str:
    """Standard JSON, which has no NaN and no infinities: null stands for them."""
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def seal(path: Path, value: object) -> None:
    """Write a small note as JSON that says its own digest: see `unsealed`."""
    text = to_json(value)
    write(path, to_json({"value": json.loads(text), "sealed": seal_of(path, text.encode())}))


def unsealed(path: Path) -> Any:
    """What `seal` wrote at this very place.

    Raises `FileNotFoundError`, or `Damaged` for anything else that is there.
    """
    try:
        record = json.loads(path.read_bytes())
        value, sealed = record["value"], record["sealed"]
        if sealed == seal_of(path, to_json(value).encode()):
            return value
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(path.name) from error
    raise Damaged(path.name)


def seal_of(path: Path, content: bytes | bytearray) -> str:
    """SHA-256 of a file's content and of its place below the last hidden folder.

    A run's folder may be moved; two files of its work folder may not be exchanged.
    """
    *folders, name = path.absolute().parts
    hidden = [at for at, part in enumerate(folders) if part.startswith(".")]
    place = [*folders[hidden[-1] :], name] if hidden else [name]
    sha = hashlib.sha256("/".join(place).encode("utf-8", "surrogateescape"))
    sha.update(b"\0")
    sha.update(content)
    return sha.hexdigest()


def discard(path: Path) -> None:
    """Remove a file or a folder, whichever it is, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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


def sweep(place: Path, name: str = "*") -> None:
    """Remove temps in `place`, of files of this name, whose writer on this machine is dead."""
    for temp in place.glob(f".{name}.tmp-{_HOST}-*"):
        pid = temp.name.rsplit("-", 2)[1]
        if pid.isdigit() and not _alive(int(pid)):
            discard(temp)


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


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


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
