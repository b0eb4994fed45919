"""Publishing, up to where PyTorch is needed: what is asked, where to, and what left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from headstart.backbone.addresses import HUB, is_address, scheme_of
from headstart.counting import counted
from headstart.data.presence import need_place
from headstart.errors import UsageError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.options import made, option, signed

REPOSITORY = re.compile(r"hf://([\w.-]+/[\w.-]+)/?", re.ASCII)


@dataclass(frozen=True)
class PublishSettings:
    """What is said of a model that leaves."""

    license: str = option(
        "", "the license, where it does not follow from the parts", "NAME", usual="derived"
    )
    data: str = option(
        "", "name of the data on the card: owner/name on the hub", "NAME", usual="none"
    )
    data_license: str = option("", "license of the data", "NAME", usual="your own")
    name: str = option("", "what the model is called", "NAME", usual="the target's last word")
    yes: bool = option(False, "upload it; without, list what would be uploaded", usual="off")


class PublishOptions(TypedDict, total=False):
    """The same as types, for type checkers and editors."""

    license: str | None
    data: str | None
    data_license: str | None
    name: str | None
    yes: bool | None


@dataclass(frozen=True)
class Published:
    """What left, or would leave."""

    place: str
    files: tuple[tuple[str, int], ...]
    """Name and bytes of each."""
    license: str
    reader: str
    """The library besides headstart that opens it; empty where none does."""
    use: str
    """How that library opens it, in Python."""
    notes: tuple[str, ...] = ()
    sent: bool = True

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)

    def record(self) -> dict[str, Any]:
        """The same facts as JSON has them."""
        files = [{"name": name, "size": size} for name, size in self.files]
        return {**vars(self), "files": files, "notes": list(self.notes), "bytes": self.size}

    def lines(self) -> list[str]:
        """What left, for people: the sum, every file, and what is not among it."""
        verb = "left" if self.sent else "would leave"
        rows = [f"  {size:>13,}  {printable(name)}" for name, size in self.files]
        return [
            f"{counted(len(self.files), 'file')}, {self.size:,} bytes "
            f"{verb}: {printable(self.place, 1000)}",
            *rows,
            "No training example, path or user name is in them: every file was searched.",
            f"license: {printable(self.license)}",
            *(f"opens with: {line}" for line in self.use.splitlines()),
            *(printable(note, 1000) for note in self.notes),
            *([] if self.sent else ["Nothing was sent. The same command with --yes sends it."]),
        ]


@signed(PublishSettings)
def publish(
    place: Path | str,
    target: Path | str,
    *,
    tell: Tell = quiet,
    **options: Unpack[PublishOptions],
) -> Published:
    """Write a run, or a backbone that `pretrain` left, so that others can start from it.

    `target` is a folder, or a place elsewhere: "hf://owner/name", or any URL that fsspec writes to.
    A folder appears as a whole or not at all. Raises `UsageError` where the license does not follow
    from the parts or the target is taken, `BackboneError` where there is nothing to publish,
    `SecurityError` where something of the publisher's own would leave.
    """
    settings = made(PublishSettings, options)
    need_place(place)
    if is_address(str(target)):
        need_target(str(target))
    else:
        need_free(Path(target))
    from headstart.share import publishing

    return publishing.published(Path(place), str(target), settings, tell)


def need_target(target: str) -> None:
    """Raise `UsageError` where nothing can be sent to such a place."""
    if target.startswith(HUB) and not REPOSITORY.fullmatch(target):
        raise UsageError("U184", f"no repository: {printable(target)}", "hf://owner/name")
    if scheme_of(target) in ("http", "https", "file"):
        raise UsageError(
            "U185",
            f"nothing is sent to {scheme_of(target)}://",
            "publish to a folder, and let your web server give it",
            where=printable(target, 300),
        )


def need_free(folder: Path, ours: Sequence[str] = ("index.json", "headstart")) -> None:
    """Raise `UsageError` where something else stands there; what was published is replaced."""
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_dir() and not folder.is_symlink():
        found = {path.name for path in folder.iterdir()}
        if not found or set(ours) <= found:
            return
    raise UsageError(
        "U182",
        "something else stands where the model was to be published",
        "name a folder that is not there yet",
        where=printable(folder),
    )
