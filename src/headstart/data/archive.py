"""Unpacks untrusted archives member by member; only regular files and folders are accepted."""

import bz2
import errno
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from io import BufferedIOBase
from pathlib import Path
from typing import IO, cast

from headstart import durable
from headstart.errors import DataError, ResourceError, SecurityError
from headstart.hostile import printable

_ZIP = (".zip",)
_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
_PACKED = re.compile(r"\.(csv|tsv|tab|txt|json|jsonl|ndjson|parquet)\.(gz|bz2|xz)$", re.IGNORECASE)
"""How the name of a table ends that is packed alone."""
# What zipfile, tarfile and the decompressors raise for bytes that are not what they should be.
# zipfile raises RuntimeError where members are encrypted or packed by a method it does not know
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError,
    RuntimeError, OSError, ValueError,
)  # fmt: skip
_PIECE = 1 << 20
_HEADERS = 64 << 20  # bytes that a tar may spend on headers and padding
_INSIDE = "files"


@dataclass(frozen=True)
class Limits:
    """The most that an archive may unpack to; archives of pictures hardly grow."""

    files: int = 2_000_000
    """Files and folders."""
    size: int = 200 << 30
    """Bytes of all files together."""
    ratio: int = 200
    """Bytes unpacked to bytes packed, once `free` is exceeded."""
    free: int = 256 << 20


def is_archive(path: Path) -> bool:
    """Whether the file's name ends as those of zip and tar do, or of a packed table."""
    return path.name.casefold().endswith((*_ZIP, *_TAR)) or is_packed_table(path)


def is_packed_table(path: Path) -> bool:
    """Whether the file's name ends as that of a table that is packed alone, reviews.csv.gz."""
    return bool(_PACKED.search(path.name))


def unpack(archive: Path, cache: Path, limits: Limits = Limits()) -> Path:
    """The folder with what the archive holds; unpacked once for equal bytes.

    Raises `SecurityError` for links, devices, paths that lead out, names that come twice and
    bombs; then nothing is left behind. Raises `DataError` for a damaged or encrypted archive.
    """
    target = cache / "unpacked" / durable.sha256(archive)
    if durable.whole(target):
        with suppress(OSError):
            os.utime(target)  # or the cache's cap takes it for unused
        return target / _INSIDE
    durable.sweep(target.parent)
    with durable.folder(target) as temp:
        inside = temp / _INSIDE
        inside.mkdir()
        with _damage(archive, target):
            crate = _Crate(archive, inside, _most_bytes(archive, limits), limits.files)
            _unpack_any(archive, crate)
            _open_inner(crate)
    return target / _INSIDE


@dataclass(frozen=True)
class _Crate:
    """The target folder of an archive, and how much was unpacked into it."""

    archive: Path
    inside: Path
    most_bytes: int
    most_files: int
    used: dict[str, int] = field(default_factory=lambda: {"bytes": 0, "files": 0})

    def path(self, name: str) -> Path:
        """The path that a member is written to; always below `inside`."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        leaves = name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name) or ".." in parts
        if leaves or "\0" in name:
            raise SecurityError(
                "S601", f"a path leads out of the archive: {printable(name)}",
                "ask whoever made the archive for another", printable(self.archive),
            )  # fmt: skip
        self.count("files", 1, self.most_files)
        return self.inside.joinpath(*parts)

    def folder(self, name: str) -> None:
        path = self.path(name)
        with self.no_twins(name):
            self.parents(path)
            path.mkdir(exist_ok=True)

    def file(self, name: str, content: BufferedIOBase) -> int:
        """Write a member and return its size in bytes."""
        path = self.path(name)
        with self.no_twins(name):
            self.parents(path)
            with path.open("xb") as out:
                while piece := content.read(_PIECE):
                    self.count("bytes", len(piece), self.most_bytes)
                    out.write(piece)
                return out.tell()

    def parents(self, path: Path) -> None:
        """Make the parent folders of a member; they count toward the limit on members."""
        above = path.parents[: len(path.parts) - len(self.inside.parts) - 1]
        for folder in reversed(above):
            if not folder.exists():
                self.count("files", 1, self.most_files)
                folder.mkdir()

    @contextmanager
    def no_twins(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise SecurityError(
                "S602", f"two members are called {printable(name)}",
                "ask whoever made the archive for another", printable(self.archive),
            ) from error  # fmt: skip

    def refuse(self, name: str) -> None:
        raise SecurityError(
            "S603", f"{printable(name)} is a link or a device, not a file",
            "pack the files themselves (tar --dereference --hard-dereference)",
            printable(self.archive),
        )  # fmt: skip

    def count(self, what: str, n: int, most: int) -> None:
        self.used[what] += n
        if self.used[what] > most:
            raise SecurityError(
                "S604", f"the archive unpacks to more than {most:,} {what}",
                "unpack it yourself if you trust it, and give the folder", printable(self.archive),
                f"it is {self.archive.stat().st_size:,} bytes",
            )  # fmt: skip


@dataclass(frozen=True)
class _Metered:
    """A stream that counts what it gives: a tar header alone can fill the memory."""

    stream: BufferedIOBase
    crate: _Crate

    def read(self, size: int = -1, /) -> bytes:
        piece = self.stream.read(size)
        self.crate.count("bytes", len(piece), self.crate.most_bytes)
        return piece


def _most_bytes(archive: Path, limits: Limits) -> int:
    return min(limits.size, max(limits.free, limits.ratio * archive.stat().st_size))


def _unpack_any(archive: Path, crate: _Crate) -> None:
    if is_packed_table(archive):
        with _decompressed(archive) as content:
            crate.file(archive.stem, content)
        return
    unpack_all = _unpack_zip if archive.suffix.casefold() in _ZIP else _unpack_tar
    unpack_all(archive, crate)


def _open_inner(crate: _Crate) -> None:
    """Unpack archives inside an archive into folders of their names, one level deep."""
    for path in sorted(path for path in crate.inside.rglob("*") if is_archive(path)):
        target = path.with_name(path.name.split(".")[0])
        if not path.is_file() or target.exists() or target == path:
            continue
        target.mkdir()
        _unpack_any(path, replace(crate, archive=path, inside=target))
        path.unlink()


def _unpack_zip(archive: Path, crate: _Crate) -> None:
    with zipfile.ZipFile(archive) as held:
        _need_apart(archive, held)
        again = set[tuple[str, int, int]]()
        for member in held.infolist():
            same = (member.filename, member.CRC, member.file_size)
            if same in again:  # appended twice by a program, with equal content
                continue
            again.add(same)
            kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where no Unix packed it
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                crate.refuse(member.filename)
            if member.is_dir() or kind == stat.S_IFDIR or _is_windows_folder(member):
                crate.folder(_name_of(member))
                continue
            with held.open(member) as content:
                size = crate.file(_name_of(member), cast(BufferedIOBase, content))
            if size != member.file_size:
                raise zipfile.BadZipFile(f"{member.filename} has not the size listed")


def _name_of(member: zipfile.ZipInfo) -> str:
    """The member's name, decoded as UTF-8 whatever the flag says, else as cp437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _is_windows_folder(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a folder as .NET and PowerShell write it, with a backslash."""
    return member.filename.endswith("\\") and member.file_size == 0


def _need_apart(archive: Path, held: zipfile.ZipFile) -> None:
    """Raise `BadZipFile` where members overlap: CVE-2024-0450."""
    members = sorted(held.infolist(), key=lambda member: member.header_offset)
    ends = [*(member.header_offset for member in members[1:]), held.start_dir]
    with archive.open("rb") as file:
        for member, end in zip(members, ends, strict=False):
            file.seek(member.header_offset + 26)  # the lengths of name and extra field
            name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
            if member.header_offset + 30 + name + extra + member.compress_size > end:
                raise zipfile.BadZipFile(f"{member.filename} has not the packed size listed")


def _unpack_tar(archive: Path, crate: _Crate) -> None:
    outer = replace(crate, most_bytes=crate.most_bytes + _HEADERS, used={"bytes": 0, "files": 0})
    with (
        _decompressed(archive) as stream,
        tarfile.open(fileobj=cast(IO[bytes], _Metered(stream, outer)), mode="r|") as held,
    ):
        for member in held:
            if member.isdir():
                crate.folder(member.name)
                continue
            content = held.extractfile(member) if member.isreg() and not member.issparse() else None
            if content is None:
                crate.refuse(member.name)
            else:
                crate.file(member.name, cast(BufferedIOBase, content))


def _decompressed(archive: Path) -> BufferedIOBase:
    with archive.open("rb") as file:
        start = file.read(2)
    if start == b"\x1f\x8b":
        return gzip.open(archive)
    if start == b"BZ":
        return bz2.open(archive)
    return lzma.open(archive) if start == b"\xfd7" else archive.open("rb")


@contextmanager
def _damage(archive: Path, target: Path) -> Iterator[None]:
    """Raise `DataError` for any of the errors that the libraries raise for damaged archives."""
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceError(
                "R311", "the disk is full",
                "make room there, or name another folder: HEADSTART_CACHE=FOLDER",
                printable(target, limit=4000), f"{printable(archive.name)} is unpacked there",
            ) from error  # fmt: skip
        raise DataError(
            "D118", "the archive is damaged, encrypted, or none", "pack it again",
            printable(archive), printable(error) or type(error).__name__,
        ) from error  # fmt: skip
