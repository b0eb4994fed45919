"""`index.json` of a published folder: every file with its size and SHA-256."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from headstart import durable
from headstart.backbone.places import INDEX
from headstart.backbone.record import need_version, validated
from headstart.errors import SecurityError
from headstart.hostile import printable
from headstart.untrusted import MOST_JSON, parsed, refuse_code

FORMAT = 1
HARMLESS = frozenset({".json", ".md", ".onnx", ".safetensors", ".txt", ".yaml"})
"""Ends of names of files that can't run code when they are opened."""
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*", re.ASCII)


class Entry(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str = Field(max_length=300)
    size: Annotated[int, Field(ge=0, le=2**50)]
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("name")
    @classmethod
    def _below(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"no name of a file below the folder: {printable(name)}")
        return name


class Index(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1] = 1
    made_by: str = Field(default="", max_length=100)
    files: tuple[Entry, ...] = Field(max_length=10_000)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


def write_index(folder: Path, made_by: str) -> Index:
    """Write down every file that lies in a folder now."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = [Entry(**facts) for facts in durable.listed(folder, files)]
    index = Index(made_by=made_by, files=tuple(entries))
    durable.write(folder / INDEX, index.model_dump_json(indent=1))
    return index


def index_of(raw: bytes, where: str) -> Index:
    """What a stranger's `index.json` says.

    Raises `BackboneError` for one of another version, `Damaged` for what is none, `SecurityError`
    for one that lists files which could run code.
    """
    told = parsed(raw)
    refuse_code(told, where)
    need_version(told, FORMAT, where)
    index: Index = validated(Index, raw, MOST_JSON)
    need_harmless((entry.name for entry in index.files), where)
    return index


def need_harmless(names: Iterable[str], where: str) -> None:
    """Raise `SecurityError` where a file is of a kind that could run code when it is opened."""
    for name in names:
        if PurePosixPath(name).suffix.lower() not in HARMLESS:
            raise SecurityError(
                "S622",
                f"this folder holds a file that could run code: {printable(name)}",
                "ask for one with safetensors and JSON alone, or take it out where you trust it",
                where=printable(where),
            )
