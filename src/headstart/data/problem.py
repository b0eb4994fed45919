"""What is wrong with data, one thing at a time."""

from dataclasses import dataclass

from headstart.hostile import printable


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or was passed over; a line of `problems.csv`."""

    code: str
    kind: str
    """ "unreadable", "ignored", "duplicate", "near", "label", "name", "class" or "leak"."""
    name: str
    """The file, class or column that it is about."""
    reason: str
    row: int | None = None
    """Where a table's row is the trouble: its line in the file, from 1."""
    box: tuple[float, float, float, float] | None = None
    """Where a box is the trouble: left, top, right and bottom in pixels of the upright picture."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "reason", printable(self.reason, limit=500))

    def record(self) -> dict[str, str | int | list[float] | None]:
        """The same facts as JSON has them; "box" only where one is the trouble."""
        facts = {"code": self.code, "kind": self.kind, "name": self.name}
        placed = {"box": [round(side, 2) for side in self.box]} if self.box else {}
        return {**facts, "reason": self.reason, "row": self.row, **placed}
