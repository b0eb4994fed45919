"""Zips and tars that nobody packs by mistake, and some that people do."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torture.mutants import WAYS

OUT = (
    *("../x.png", "a/../../x.png", "/torture-x.png", "C:\\x.png", "..\\x.png", "\\x.png"),
    *("red/../../../x.png", "//x/y.png", "./../x.png", "red\\..\\..\\x.png", "c:x.png", ".."),
)
KINDS = (
    *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE),
    tarfile.GNUTYPE_SPARSE,
)
Files = dict[str, bytes]


@dataclass(frozen=True)
class Box:
    """An archive and what must come of it."""

    name: str
    ending: str
    content: bytes
    rows: int | None = None
    refused: bool = False


def archives(photos: Path) -> Iterator[Box]:
    """What hostile people pack, what honest people pack, then damage."""
    files = {str(p.relative_to(photos)): p.read_bytes() for p in sorted(photos.rglob("*.png"))}
    yield from _honest(files)
    for name in OUT:
        yield Box(f"zip with {name}", ".zip", zipped({**files, name: b"x"}), refused=True)
        yield Box(f"tar with {name}", ".tar", tarred({**files, name: b"x"}), refused=True)
    yield from _links(files)
    yield from _bombs(files)
    yield from _twins(files)
    yield from _lies(files)
    yield from _damaged(files)


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as out:
        for name, content in files.items():
            out.writestr(zipfile.ZipInfo(name), content, method)
    return kept.getvalue()


def tarred(files: Files, mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode=mode, format=form) as out:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return kept.getvalue()


def _honest(files: Files) -> Iterator[Box]:
    rows = len(files)
    for mode, ending in (("w", ".tar"), ("w:gz", ".tar.gz"), ("w:bz2", ".tbz2"), ("w:xz", ".txz")):
        yield Box(f"honest {ending}", ending, tarred(files, mode), rows)
    yield Box("honest old tar", ".tar", tarred(files, form=tarfile.USTAR_FORMAT), rows)
    yield Box("honest GNU tar", ".tar", tarred(files, form=tarfile.GNU_FORMAT), rows)
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    for method in methods:
        yield Box(f"honest zip, method {method}", ".zip", zipped(files, method), rows)
    deep = {f"some/where/{name}": content for name, content in files.items()}
    yield Box("a folder around it", ".zip", zipped(deep), rows)
    mac = {**files, **{f"__MACOSX/._{n.replace('/', '_')}": b"\0\5\x16\7" for n in files}}
    yield Box("made on a Mac", ".zip", zipped({**mac, ".DS_Store": b"\0"}), rows)
    yield Box("a comment behind", ".zip", zipped(files)[:-2] + b"\5\0hello", rows)


def _links(files: Files) -> Iterator[Box]:
    for kind in KINDS:
        for target in ("/etc/passwd", "../../..", "red/00.png"):
            kept = io.BytesIO(tarred(files))
            with tarfile.open(fileobj=kept, mode="a") as out:
                member = tarfile.TarInfo("red/link.png")
                member.type, member.linkname = kind, target
                out.addfile(member)
            yield Box(f"tar with type {kind!r} to {target}", ".tar", kept.getvalue(), refused=True)
    for mode in (0o120777, 0o020666, 0o010666, 0o060666, 0o140777):
        kept = io.BytesIO(zipped(files))
        with zipfile.ZipFile(kept, "a") as out:
            info = zipfile.ZipInfo("red/link.png")
            info.create_system, info.external_attr = 3, mode << 16
            out.writestr(info, "/etc/passwd")
        yield Box(f"zip with mode {mode:o}", ".zip", kept.getvalue(), refused=True)


def _bombs(files: Files) -> Iterator[Box]:
    zeros = bytes(400 << 20)
    yield Box("400 MB of zeros in a zip", ".zip", zipped({**files, "red/z.png": zeros}), None, True)
    raw = tarred({"red/z.png": zeros})
    yield Box("400 MB of zeros in a tar.gz", ".tar.gz", gzip.compress(raw, 6), None, True)
    yield Box("400 MB of zeros in a tar.bz2", ".tar.bz2", bz2.compress(raw), None, True)
    yield Box("400 MB of zeros in a tar.xz", ".tar.xz", lzma.compress(raw, preset=0), None, True)
    header = tarfile.TarInfo("red/a.png")
    header.pax_headers = {"comment": "x" * (100 << 20)}
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz", format=tarfile.PAX_FORMAT) as out:
        out.addfile(header)
    yield Box("a header of 100 MB", ".tar.gz", kept.getvalue(), refused=True)
    inner = zipped({f"{number}.zip": zipped(files) for number in range(3)})
    yield Box("zips in a zip", ".zip", inner, refused=True)
    yield Box("a deep path", ".zip", zipped({**files, "a/" * 900 + "x.png": b"x"}), None)
    yield Box("a deep path in a tar", ".tar", tarred({**files, "a/" * 900 + "x.png": b"x"}), None)
    yield Box("a long name", ".tar", tarred({**files, "a" * 5000 + ".png": b"x"}), refused=True)
    many = {f"red/{number}/": b"" for number in range(20_000)}
    yield Box("20,000 empty folders", ".zip", zipped({**files, **many}), None)


def _twins(files: Files) -> Iterator[Box]:
    first = next(iter(files))
    for ending, packed in ((".zip", zipped), (".tar", tarred)):
        for twin in (f"./{first}", first.replace("/", "//"), f"{first}/x.png", "red"):
            content = packed({**files, twin: b"x"})
            yield Box(f"{ending} with the twin {twin}", ending, content, refused=True)


def _lies(files: Files) -> Iterator[Box]:
    raw = bytearray(zipped(files))
    entry = raw.index(b"PK\1\2")
    for name, at in (("size", 24), ("packed", 20), ("crc", 16), ("offset", 42)):
        for value in (0, 1, 2**31 - 1, 2**32 - 2):
            lie = bytearray(raw)
            struct.pack_into("<I", lie, entry + at, value)
            honest = lie == raw
            yield Box(f"zip that lies about {name}: {value}", ".zip", bytes(lie), None, not honest)
    locked = bytearray(raw)
    locked[entry + 8] |= 1
    yield Box("an encrypted member", ".zip", bytes(locked), refused=True)
    yield Box("nothing in it", ".zip", zipped({}), refused=True)
    yield Box("no bytes", ".tar.gz", b"", refused=True)
    yield Box("text", ".zip", b"hello", refused=True)
    yield Box("a zip called tar", ".tar", bytes(raw), refused=True)
    yield Box("noise behind gzip", ".tar.gz", gzip.compress(tarred(files)) + b"noise" * 99, None)
    stream = zlib.compressobj(wbits=31)
    yield Box("gzip without its end", ".tar.gz", stream.compress(tarred(files)), refused=True)


def _damaged(files: Files) -> Iterator[Box]:
    """A zip keeps a checksum of every file, and gzip one of all."""
    for number in range(1000):
        ending = (".zip", ".tar.gz")[number % 2]
        raw = zipped(files) if ending == ".zip" else tarred(files, "w:gz")
        head_config, rng = WAYS[number // 2 % len(WAYS)], random.Random(number)
        content = head_config(raw, rng, raw)
        whole = content.startswith(raw) or (ending == ".zip" and content.endswith(raw))
        cut = head_config.__name__ in ("cut", "cut_late")
        yield Box(f"{head_config.__name__} {ending}", ending, content, None, cut and not whole)
