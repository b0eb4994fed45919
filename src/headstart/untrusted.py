"""Folders and files that a stranger may have made, looked at before they are believed.

Nothing is opened but regular files inside the folder, no more is read than a file may hold, and
sizes are compared before contents.
"""

import hashlib
import json
import math
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from headstart.errors import SecurityError
from headstart.hostile import printable

MANIFEST = "manifest.json"
MOST_JSON = 4 * 2**20
"""Bytes that a JSON file may have where nothing else is said."""
MOST_PLAIN = 256 * 2**20
"""Bytes of a file in a model folder that holds no tensors."""
MOST_HEADER = 32 * 2**20
"""Bytes of a safetensors file's header."""
DEPTH = 64
"""How deep lists and objects of a JSON file may be nested."""
LARGEST = 2**53
"""Integers of a JSON file are not larger: every reader of JSON knows them exactly."""
_FILES = 10_000
_CODE = frozenset(
    {"auto_map", "trust_remote_code", "custom_pipelines", "custom_generate"}
    | {"base_model_name_or_path"}
)
"""Keys of a configuration that make libraries run code, or load a network, from elsewhere."""
_FETCHING = frozenset({"quantization_config", "use_pretrained_backbone", "use_timm_backbone"})
"""Keys that make them load another library, or weights from elsewhere."""
_KERNELS = frozenset({"attn_implementation", "_attn_implementation", "experts_implementation"})


class Damaged(ValueError):
    """A file is not what it is said to be; the text says how."""


def regular(folder: Path, name: object) -> Path:
    """The regular file of this name in a folder. Raises `Damaged`, `SecurityError`.

    Names are relative, without ".."; no part below the folder may be a link, and a device, a pipe
    or a socket is no file.
    """
    if not isinstance(name, str) or not 0 < len(name) <= 1000:
        raise Damaged("a name is no name")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or "\0" in name or {"..", "."} & {*name.split("/")}:
        raise _escaping(folder, name, "the name leads out of the folder")
    path = folder
    for index, part in enumerate(parts):
        path = path / part
        mode = os.lstat(path).st_mode
        wanted = stat.S_ISREG if index == len(parts) - 1 else stat.S_ISDIR
        if not wanted(mode) and not stat.S_ISDIR(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "no regular file"
            raise _escaping(folder, name, f"{printable(part)} is {kind}")
        if not wanted(mode):
            raise Damaged(f"{printable(name)} is a folder")
    return path


def content(path: Path, most: int = MOST_JSON) -> bytes:
    """All bytes of a regular file; a pipe or a device is not waited for. Raises `Damaged`."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise Damaged(f"{printable(path.name)} is no regular file")
        if found.st_size > most:
            raise Damaged(f"{printable(path.name)} has {found.st_size:,} bytes, {most:,} are read")
        return file.read(most)


def parsed(raw: bytes | str, most: int = MOST_JSON) -> Any:
    """JSON with finite numbers, each key once, nested no deeper than `DEPTH`. Raises `Damaged`."""
    if len(raw) > most:
        raise Damaged(f"{len(raw):,} bytes of JSON, {most:,} are read")
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        found = json.loads(
            text,
            parse_constant=_refused,
            parse_float=_finite,
            parse_int=_bounded,
            object_pairs_hook=_distinct,
        )
    except RecursionError:
        raise Damaged("JSON is nested too deep") from None
    except UnicodeDecodeError:
        raise Damaged("JSON is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Damaged(f"not JSON: {error.msg} at byte {error.pos:,}") from None
    if _too_deep(found):
        raise Damaged("JSON is nested too deep")
    return found


def record_in(path: Path, most: int = MOST_JSON) -> dict[str, Any]:
    """The object that a JSON file holds. Raises `Damaged`, `OSError`."""
    found = parsed(content(path, most), most)
    if not isinstance(found, dict):
        raise Damaged(f"{printable(path.name)} holds no object")
    return found


def refuse_code(record: object, where: Path | str) -> None:
    """Raise `SecurityError` where a configuration, however deep, names code, kernels or weights."""
    for key, value in _pairs(record):
        fetching = key == "model_type" and str(value).startswith("timm_")
        named = fetching or key in _CODE or (key in _FETCHING and bool(value))
        if named or (key in _KERNELS and "/" in str(value)):
            raise SecurityError(
                "S612",
                f"this configuration names code to run ({key})",
                "choose a network that transformers itself can build",
                where=printable(where),
            )


def header(path: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a safetensors file's tensors; nothing but its header is read.

    Those that stand for another, as `weights.written` notes them, are among them. Raises `Damaged`
    where header and size do not agree, `OSError`.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(MOST_HEADER, size - 8):
            raise Damaged(f"{path.name} has no header of a safetensors file")
        told = parsed(file.read(length), MOST_HEADER)
    if not isinstance(told, dict):
        raise Damaged(f"the header of {path.name} is no object")
    again = _again(told.pop("__metadata__", {}))
    shapes = {name: _shape(entry) for name, entry in told.items()}
    ends = sorted(tuple(entry["data_offsets"]) for entry in told.values())
    starts = [0, *(end for _, end in ends)]
    if [start for start, _ in ends] != starts[:-1] or starts[-1] != size - 8 - length:
        raise Damaged(f"{path.name} has {size:,} bytes, which its header does not say")
    if unknown := [first for first in again.values() if first not in shapes]:
        raise Damaged(f"{path.name} has no tensor {printable(unknown[0])}")
    return {**shapes, **{name: shapes[first] for name, first in again.items()}}


@dataclass(frozen=True)
class Sealed:
    """A folder whose files have the sizes that its manifest says; contents are compared on demand.

    Made by `sealed`.
    """

    folder: Path
    digests: Mapping[str, str]
    """SHA-256 by name."""

    def content(self, name: str, most: int = MOST_JSON) -> bytes:
        """The bytes of a small file, compared with its digest. Raises `Damaged`."""
        raw = content(self._named(name), most)
        if hashlib.sha256(raw).hexdigest() != self.digests[name]:
            raise Damaged(f"{name} differs from the manifest")
        return raw

    def header(self, name: str) -> dict[str, tuple[int, ...]]:
        """Of a safetensors file. Raises `Damaged`."""
        return header(self._named(name))

    def compare(self, read: Sequence[str] = ()) -> None:
        """Raise `Damaged` where a digest differs, or the manifest lacks one of the names `read`."""
        for name in read:
            self._named(name)
        for name, expected in self.digests.items():
            with regular(self.folder, name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise Damaged(f"{printable(name)} differs from the manifest")

    def _named(self, name: str) -> Path:
        if name not in self.digests:
            raise Damaged(f"the manifest does not name {name}")
        return regular(self.folder, name)


def sealed(folder: Path, most: int | None = None) -> Sealed:
    """The folder's manifest, once each of its names is a regular file of the size it says.

    `most` bounds the bytes of files that hold no tensors. Raises `Damaged`, `SecurityError`.
    """
    try:
        entries = parsed(content(regular(folder, MANIFEST)))["files"]
        if not isinstance(entries, list) or len(entries) > _FILES:
            raise Damaged("the manifest lists no files")
        return Sealed(folder, dict(_entry(folder, entry, most) for entry in entries))
    except (OSError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Damaged(f"a file or the manifest cannot be read: {reason}") from error


def _entry(folder: Path, entry: Any, most: int | None) -> tuple[str, str]:
    name, size, digest = entry["name"], entry["size"], entry["sha256"]
    if type(size) is not int or not isinstance(digest, str):
        raise Damaged("the manifest holds no size or digest")
    found = regular(folder, name).stat().st_size
    if found != size:
        raise Damaged(f"{printable(name)} has {found:,} bytes, the manifest says {size:,}")
    if most is not None and size > most and not name.endswith(".safetensors"):
        raise Damaged(f"{printable(name)} has {size:,} bytes, {most:,} are read")
    return name, digest


def _escaping(folder: Path, name: str, why: str) -> SecurityError:
    return SecurityError(
        "S614",
        "a file of this folder is a link, or not a regular file",
        "copy the folder again from where you trust it, with plain files: cp -rL FROM TO",
        where=f"{printable(folder)}: {printable(name)}",
        why=why,
    )


def _again(metadata: object) -> dict[str, str]:
    told = metadata.get("again", "{}") if isinstance(metadata, dict) else None
    again = parsed(told, MOST_HEADER) if isinstance(told, str) else None
    if not isinstance(again, dict) or not all(isinstance(name, str) for name in again.values()):
        raise Damaged("the header says in no known way which tensors are equal")
    return again


_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2} | {
    name: int(name[1:]) // 8 for name in ("I32", "U32", "F32", "I64", "U64", "F64")
}


def _shape(entry: Any) -> tuple[int, ...]:
    try:
        shape, (start, end) = entry["shape"], entry["data_offsets"]
        each = _BYTES[entry["dtype"]]
        numbers = [*shape, start, end]
        right = all(type(number) is int and number >= 0 for number in numbers)
        if right and len(shape) <= 8 and math.prod(shape) * each == end - start:
            return tuple(shape)
    except (KeyError, TypeError, ValueError):
        pass
    raise Damaged("the header of a safetensors file describes no tensor")


def _refused(name: str) -> float:
    raise Damaged(f"JSON holds {name}")


def _finite(text: str) -> float:
    found = float(text)
    return found if math.isfinite(found) else _refused(text[:20])


def _bounded(text: str) -> int:
    found = int(text) if len(text) < 20 else LARGEST + 1
    if abs(found) > LARGEST:
        raise Damaged(f"JSON holds an integer of {len(text):,} digits")
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Damaged("JSON names a key twice")
    return found


def _too_deep(found: Any) -> bool:
    level = [found]
    for _ in range(DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(found: Any) -> Sequence[Any]:
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else ()


def _pairs(record: object) -> Iterator[tuple[str, object]]:
    level: list[Any] = [record]
    while level:
        one = level.pop()
        if isinstance(one, dict):
            yield from one.items()
        level.extend(_inside(one))
