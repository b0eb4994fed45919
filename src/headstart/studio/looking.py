"""The process that opens what strangers made: a file at a time, or all of a folder for its audit.

Run by `python -m headstart.studio.looking HANDLE FOLDER MEGABYTES THREADS`.
"""

import base64
import io
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import PIL.Image
import torch

from headstart.data import Audit
from headstart.errors import DataError, HeadstartError
from headstart.hostile import printable
from headstart.modality import Image, Sound
from headstart.run.api import check
from headstart.serve.frames import Thing
from headstart.serve.nursery import nursed

SIDE_PX = 192
"""Of a thumbnail."""
WHOLE_PX = 1600
"""Of a picture to draw on, its longer side at most."""
_OF_BOXES = ("outside box", "double box", "empty box", "tiny box", "whole box", "unreadable label")
_KINDS = frozenset(("unreadable", "duplicate", "conflict", "near", "corrected", *_OF_BOXES))
"""Of problems that are about one example."""


def main(handle: str, place: str, megabytes: str, threads: str) -> None:
    """Answer for a folder; `handle` is the file descriptor of a socket to the server."""
    torch.set_num_threads(1)  # none before a fork: they would be lost in it
    facts = {"kind": "folder", "things": "files", "task": "", "classes": []}

    def answers(things: Sequence[Thing]) -> list[dict[str, Any]]:
        return [answer_to(thing, Path(place)) for thing in things]

    nursed(socket.socket(fileno=int(handle)), facts, answers, int(megabytes))


def answer_to(thing: Thing, root: Path) -> dict[str, Any]:
    """What is asked of a file (`image`, `audio`, `picture`: a path), or of the folder (`audit`)."""
    try:
        if thing.kind == "audit":
            return audited(root)
        if thing.kind == "picture":
            return pictured(Path(thing.name))
        return looked_at(Path(thing.name), thing.kind)
    except HeadstartError as error:
        return {"error": error.record()}
    except Exception as error:
        told = DataError("D301", "it can't be opened", "leave it out", why=printable(error))
        return {"error": told.record()}


def looked_at(path: Path, kind: str) -> dict[str, Any]:
    """A small picture of a file. Raises `DataError` where it can't be read."""
    if kind == "boxes":
        return pictured(path, SIDE_PX)
    modality = Sound() if kind == "audio" else Image()
    _, item = modality.look(path)
    media, raw = modality.show(item)
    if kind == "image":
        media, raw = "image/jpeg", _small(raw)
    return {"media": media, "picture": base64.b64encode(raw).decode()}


def pictured(path: Path, side: int = WHOLE_PX) -> dict[str, Any]:
    """All of a picture, upright, on which boxes can be drawn. Raises `DataError`."""
    picture = PIL.Image.fromarray(Image().pixels(path, whole=True).numpy())
    width, height = picture.size
    kept = io.BytesIO()
    picture.thumbnail((side, side))
    picture.save(kept, "JPEG", quality=88)
    told = base64.b64encode(kept.getvalue()).decode()
    return {"media": "image/jpeg", "picture": told, "width": width, "height": height}


def _small(raw: bytes) -> bytes:
    kept = io.BytesIO()
    picture = PIL.Image.open(io.BytesIO(raw)).convert("RGB")
    picture.thumbnail((SIDE_PX, SIDE_PX))
    picture.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def audited(root: Path) -> dict[str, Any]:
    """Everything that is wrong with single examples, and why nothing can be learned, if so."""
    audit = check(root)
    return {"findings": findings(audit), "refused": _refusal(audit), "counts": audit.counts}


def findings(audit: Audit) -> list[dict[str, str]]:
    """A line each, in the order of the audit."""
    return [
        {"code": one.code, "kind": one.kind, "name": one.name, "reason": one.reason}
        for one in audit.problems
        if one.kind in _KINDS
    ]


def _refusal(audit: Audit) -> dict[str, str] | None:
    return audit.refused.record() if audit.refused else None


if __name__ == "__main__":
    main(*sys.argv[1:])
