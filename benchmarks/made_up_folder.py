"""A folder of as many files as asked for, of which none is on a disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IFREG
from typing import Any

NAME = "picture-{:08d}.jpg"


@dataclass(frozen=True)
class _Entry:
    """What `os.scandir` gives, as far as it is asked."""

    name: str
    path: str

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        return True

    def is_symlink(self) -> bool:
        return False


class _Entries:
    """An open listing: entries come in an order of their own, as on a disk."""

    def __init__(self, folder: str, first: int, step: int, count: int) -> None:
        self.folder, self.first, self.step, self.count = folder, first, step, count

    def __enter__(self) -> "_Entries":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None: ...

    def __iter__(self) -> Iterator[_Entry]:
        of = len(range(self.first, self.count, self.step))
        for at in range(of):
            name = NAME.format(self.first + at * 7919 % of * self.step)
            yield _Entry(name, f"{self.folder}/{name}")


@contextmanager
def made_up(root: Path, count: int, classes: int = 10) -> Iterator[None]:
    """Let `count` files lie in the folders of `classes` classes below `root`, which is there."""
    folders = {str(root / f"class{n}"): n for n in range(classes)}
    for folder in folders:
        Path(folder).mkdir()
    scandir, stat = os.scandir, os.stat

    def listed(path: Any = ".") -> Any:
        first = folders.get(os.fspath(path))
        return scandir(path) if first is None else _Entries(str(path), first, classes, count)

    def about(path: Any, **how: Any) -> os.stat_result:
        text = path if isinstance(path, str) else ""
        if text[text.rfind("/") + 1 :].startswith("picture-"):
            return os.stat_result((S_IFREG, 2**40 + int(text[-12:-4]), 1, 1, 0, 0, 9, 0, 0, 0))
        return stat(path, **how)

    os.scandir, os.stat = listed, about  # type: ignore[assignment]
    try:
        yield
    finally:
        os.scandir, os.stat = scandir, stat
