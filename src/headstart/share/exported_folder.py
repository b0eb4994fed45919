"""Exports that are folders: where they may be written, and what is told of them."""

import json
from pathlib import Path

from headstart import durable
from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.share.exporting import Exported
from headstart.share.parity import Parity
from headstart.untrusted import MANIFEST


def exported_folder(out: Path, parity: Parity) -> Exported:
    """What is told of a folder: its digest is that of the manifest, which has all others."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files)
    names = tuple(str(path.relative_to(out)) for path in files)
    return Exported(out, size, durable.sha256(out / MANIFEST), parity, names)


def need_room(out: Path, mark: str) -> None:
    """Raise `UsageError` where a folder holds anything but an export that may be replaced.

    That is one with the file `mark`, which only exports of this kind have, and nothing added.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())) or _only_ours(out, mark):
        return
    raise UsageError(
        "U211",
        "there is something else where the folder is to be",
        "choose another place: --out FOLDER",
        where=printable(out),
    )


def _only_ours(out: Path, mark: str) -> bool:
    """Whether all that is there are whole files that a manifest names."""
    if not (durable.whole(out) and mark):
        return False
    named = {one["name"] for one in json.loads((out / MANIFEST).read_bytes())["files"]}
    there = {str(p.relative_to(out)) for p in out.rglob("*") if not p.is_dir()}
    return mark in named and there == {*named, MANIFEST}
