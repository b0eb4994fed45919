"""What somebody should know about the data before anything is trained on it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol, runtime_checkable

from headstart.counting import counted
from headstart.data.clusters import clusters
from headstart.data.examples import Examples, Partition
from headstart.data.found import Found
from headstart.data.near_duplicates import near_rows
from headstart.data.problem import Problem
from headstart.data.sequences import Run, sequences
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.notebook import block

MOST_UNREADABLE = 0.05
_SHOWN = 3


@runtime_checkable
class Seen(Protocol):
    """What is asked of a modality's look."""

    @property
    def digest(self) -> str:
        """Equal for equal bytes."""
        ...

    @property
    def content(self) -> str:
        """Equal for equal content."""
        ...

    @property
    def near(self) -> tuple[int, ...]:
        """Words of a hash that differs in few bits for like content."""
        ...


@dataclass(frozen=True, eq=False)
class Audit:
    """Which examples can be used, which belong together, and everything that is wrong."""

    found: Found
    usable: tuple[int, ...]
    """Rows of `found.examples`."""
    together: tuple[tuple[int, ...], ...]
    """Rows that are duplicates of each other, exact or near: no split may tear them."""
    problems: tuple[Problem, ...]
    counts: dict[str, int]
    """How many usable examples each class or tag has; nothing where labels are values."""
    summary: str
    """That in a line."""
    refused: DataError | None = None
    """Why nothing can be learned from this: more than 5% can't be read, or there is one class."""

    def needed(self) -> "Audit":
        """The same. Raises the `DataError` that stands in the way of learning, if any."""
        if self.refused:
            raise self.refused
        return self

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        kinds = Counter(problem.kind for problem in self.problems)
        return {
            "layout": self.found.layout,
            "examples": len(self.found.examples),
            "usable": len(self.usable),
            "task": self.found.examples.kind,
            "holds": self.found.holds,
            "classes": {printable(name): count for name, count in self.counts.items()},
            "parts": self._parts(),
            "problems": dict(sorted(kinds.items())),
            "notes": list(self.found.notes),
        }

    def _parts(self) -> dict[str, dict[str, object]]:
        """How many usable examples of each class or tag each part has that the data assign."""
        examples = self.found.examples
        rows: dict[str, list[int]] = {}
        for row in self.usable if examples.parts else ():
            rows.setdefault(examples.parts[row] or "train", []).append(row)
        return {
            part: {
                "examples": len(some),
                "classes": {
                    printable(n): count for n, count in examples.truth.counts(some).items()
                },
            }
            for part, some in sorted(rows.items())
        }

    def lines(self) -> tuple[str, ...]:
        """A few lines for people, safe to show."""
        kinds = Counter(problem.kind for problem in self.problems)
        told = [_KINDS.get(kind, "{} " + kind).format(n) for kind, n in sorted(kinds.items())]
        parts = ", ".join(f"{p} {held['examples']:,}" for p, held in self._parts().items())
        by = f"parts by {printable(self.found.examples.assigned_by)}: {parts}"
        return (*self.found.notes, self.summary, *([by] if parts else []), *told)

    def _repr_html_(self) -> str:
        listed = [(p.code, p.kind, p.name, p.reason) for p in self.problems[:20]]
        head = [("code", "kind", "example", "what")] if listed else []
        refused = [str(self.refused)] if self.refused else []
        lines = [line for line in self.lines() if line != self.summary]
        return block(self.summary, [*refused, *lines], [*head, *listed])


_KINDS = {
    "unreadable": "unreadable, left out: {}",
    "ignored": "passed over, no examples: {}",
    "duplicate": "copies of another example, kept on one side of the split: {}",
    "near": "near duplicates, kept on one side of the split: {}",
    "conflict": "equal content under different labels, left out: {}",
    "class": "classes with too few examples: {}",
    "label": "labels to look at: {}",
    "leak": "examples that leak across the given split: {}",
    "frames": "sequences of frames, each kept on one side of the split: {}",
    "unlabeled": "pictures that nobody annotated, left out: {}",
    "missing": "annotated pictures that are not there: {}",
    "unreadable label": "annotations that cannot be read, left out: {}",
    "empty box": "boxes without area, left out: {}",
    "outside box": "boxes past the edge, cut or left out: {}",
    "clipped": "pictures with boxes a little past the edge, cut there: {}",
    "double box": "boxes that are there already, left out: {}",
    "tiny box": "boxes that are tiny for a network: {}",
    "whole box": "boxes that are all of their picture: {}",
    "size": "pictures of another size than their annotation says: {}",
    "turned": "pictures that EXIF turns: {}",
}


def audit(found: Found, looks: Sequence[Seen | Problem]) -> Audit:
    """Draw conclusions from one look (or failure) an example, however many there are of these."""
    held = found.examples.truth.checked(looks, found.examples.name)
    found = replace(found, examples=replace(found.examples, truth=held.truth))
    examples = found.examples
    unread = [look for look in looks if isinstance(look, Problem)]
    lost = [problem for problem in found.problems if problem.kind == "unreadable"]
    seen = {row: look for row, look in enumerate(looks) if not isinstance(look, Problem)}
    exact = clusters(_equal(seen))
    again = {row for group in exact for row in group[1:]}
    near = near_rows({row: look.near for row, look in seen.items() if row not in again})
    truth = examples.truth
    torn = [group for group in exact if len(set(map(truth.key, group))) > 1]
    torn = torn if truth.contradicts else []
    left_out = {row for group in torn for row in group} | held.lost
    runs = _frames(examples, seen)
    usable = tuple(row for row in seen if row not in left_out)
    counts = truth.counts(usable)
    problems = [
        *found.problems,
        *unread,
        *_copies(examples, exact),
        *_conflicts(examples, torn),
        *_alike(examples, near, exact),
        *held.problems,
        *(Problem("D250", "frames", run.name, run.reason) for run in runs),
        *(_small(counts) if truth.one_class else ()),
    ]
    together = tuple(clusters([*exact, *near, *(run.rows for run in runs)]))
    different = len(set(map(truth.key, usable)))
    checked = Audit(found, usable, together, tuple(problems), counts, truth.summary(usable))
    if len(unread) + len(lost) > MOST_UNREADABLE * (len(looks) + len(lost)):
        refused = _too_many([*lost, *unread], len(looks) + len(lost), examples)
        return replace(checked, refused=refused)
    if different < truth.least:
        return replace(checked, refused=_one_class(examples, different, usable, problems))
    return checked


def _frames(examples: Examples, seen: Mapping[int, Seen]) -> list[Run]:
    """Pictures that are frames of one video, where the truth says that they may be."""
    if not examples.truth.sequenced:
        return []
    names = [examples.name(row) for row in range(len(examples))]
    return sequences(names, {row: look.near for row, look in seen.items()})


def leaks(checked: Audit, partition: Partition) -> tuple[Problem, ...]:
    """Duplicates, near duplicates and groups that lie in test and beside it: one line for each."""
    examples = checked.found.examples
    part = {row: name for name in ("train", "val", "test") for row in getattr(partition, name)}
    found = []
    for group in (*checked.together, *_groups(examples)):
        sides = sorted({part[row] for row in group if row in part})
        if "test" in sides and len(sides) > 1:
            row = next(row for row in group if part.get(row) == "test")
            other = next(row for row in group if part.get(row) not in (None, "test"))
            why = f"like {examples.name(other)}, which is in {part[other]}"
            found.append(Problem("D186", "leak", examples.name(row), why))
    return tuple(found)


def _too_many(unread: Sequence[Problem], of: int, examples: Examples) -> DataError:
    first = "; ".join(f"{p.name}: {p.reason}" for p in unread[:_SHOWN])
    more = len(unread) - _SHOWN
    place = printable(examples.root, limit=1000) if examples.root else ""
    return DataError(
        "D104",
        f"{len(unread):,} of {of:,} files are not readable",
        f"restore these files or take them out; all of them: headstart check {place or 'PATH'}",
        where=place,
        why=first + (f"; and {more:,} more" if more > 0 else ""),
    )


def _one_class(
    examples: Examples, different: int, usable: Sequence[int], problems: Sequence[Problem]
) -> DataError:
    lost = len(examples) - len(usable)
    told = [one for one in problems if one.kind != "duplicate"]  # copies alone stay
    first = [f"; {one.name}: {one.reason}" for one in told[:1]]
    return DataError(
        "D181",
        f"{counted(different, 'class has', 'classes have')} examples, need two at least",
        "put the files of each class in a folder of their own; of a table, name the column with "
        "the labels: --label COLUMN",
        where=printable(examples.root) if examples.root else "",
        why="".join([f"{lost:,} of {len(examples):,} examples left out", *first]) if lost else "",
    )


def _equal(seen: Mapping[int, Seen]) -> Iterator[list[int]]:
    """Rows with equal bytes, and rows with equal content, which lie together once sorted."""
    for told in (lambda row: seen[row].digest), (lambda row: seen[row].content):
        for _, same in groupby(sorted(seen, key=told), key=told):
            if len(rows := list(same)) > 1:
                yield rows


def _copies(examples: Examples, exact: Sequence[Sequence[int]]) -> list[Problem]:
    return [
        Problem("D182", "duplicate", examples.name(row), f"same as {examples.name(group[0])}")
        for group in exact
        for row in group[1:]
    ]


def _conflicts(examples: Examples, torn: Sequence[Sequence[int]]) -> list[Problem]:
    problems = []
    for group in torn:
        named = sorted(set(map(examples.truth.written, group)))
        why = f"equal content is labeled {' and '.join(map(printable, named))}; left out"
        problems += [Problem("D183", "conflict", examples.name(row), why) for row in group]
    return problems


def _alike(
    examples: Examples, near: Sequence[tuple[int, ...]], exact: Sequence[Sequence[int]]
) -> list[Problem]:
    same = {row: group[0] for group in exact for row in group}
    return [
        Problem("D184", "near", examples.name(other), f"looks like {examples.name(one)}")
        for one, other in near
        if same.get(one, one) != same.get(other, other)
    ]


def _small(counts: Mapping[str, int]) -> list[Problem]:
    problems = []
    for name, count in counts.items():
        if count < 2:
            why = "1 usable example: it can't be tested" if count else "no usable example"
            problems.append(Problem("D185", "class", name, why))
    return problems


def _groups(examples: Examples) -> list[list[int]]:
    members: dict[str, list[int]] = {}
    for row, group in enumerate(examples.groups):
        if group:
            members.setdefault(group, []).append(row)
    return list(members.values())
