"""Small changes of the source, each of which some test must notice."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutation:
    """One change: the old text stands in the file exactly once, or the row no longer fits."""

    name: str
    file: str
    was: str
    now: str
    tests: tuple[str, ...]
    """Files of tests, or tests, of which one at least must fail."""

    def applied(self, text: str) -> str | None:
        """The file's text with the change; None where the row does not fit it."""
        if text.count(self.was) != 1 or self.was == self.now:
            return None
        return text.replace(self.was, self.now)


def read_table(folder: Path) -> tuple[Mutation, ...]:
    """Every row of every `*.toml` in a folder.

    A file is a list of `[[source]]` with `file`, `tests` and a list of `changes`; a change has
    `name`, `was`, `now`, and may have `tests` of its own.
    """
    rows = [row for path in sorted(folder.glob("*.toml")) for row in _rows(path)]
    names = [row.name for row in rows]
    if again := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two mutations have one name: {', '.join(again)}")
    return tuple(rows)


def _rows(path: Path) -> Iterator[Mutation]:
    for source in tomllib.loads(path.read_text())["source"]:
        for change in source["changes"]:
            tests = tuple(change.get("tests", source.get("tests", ())))
            if not tests:
                raise ValueError(f"{path.name}: no test should kill {change['name']}")
            yield Mutation(change["name"], source["file"], change["was"], change["now"], tests)
