"""A teacher, and what it says of things: computed once, kept on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from headstart.backbone import Backbone
from headstart.events import Tell
from headstart.features import Features, Items, Prefix, Varied, extract
from headstart.modality import Variation
from headstart.train.goals import Matching, matching

MEASURED = 2048
"""Rows of a teacher that set the units of what it says."""


@dataclass(frozen=True, eq=False)
class Teacher:
    """Who is to be matched, and the same things as it takes them."""

    backbone: Backbone
    items: Items
    head: nn.Linear | None = None
    """Over the classes that it was trained on, where it has one."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a student learns beside labels: a teacher's answers, to rows without labels too."""

    teacher: Teacher
    head: nn.Module
    """What it answers by."""
    more: tuple[int, ...] = ()
    """Rows of the items that have no label."""


@dataclass(frozen=True, eq=False)
class TeacherRows:
    """What a teacher says, read from disk when it is wanted."""

    features: Features

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, positions: Sequence[int]) -> Tensor:
        return self.features.take(list(positions))


def rows_of(
    teacher: Teacher,
    rows: Sequence[int],
    views: Variation | None,
    seed: int,
    cache: Path,
    tell: Tell,
) -> TeacherRows:
    """What the teacher says of these rows; of `views.kept` fixed views of each, if there are."""
    backbone, items = teacher.backbone, teacher.items
    drawn = list(rows)
    if views is not None:
        items = Varied(items, views.kept, seed)
        drawn = [row * views.kept + view for row in rows for view in range(views.kept)]
    prefix = Prefix(
        backbone.modality, backbone.stages, backbone.digest(backbone.depth), views, half=True
    )
    return TeacherRows(extract(items, drawn, prefix, cache=cache, tell=tell))


def units_of_rows(rows: TeacherRows, teacher: Teacher) -> Matching:
    """The goal of saying the same, in units that some of the rows set."""
    some = range(0, len(rows), -(-len(rows) // MEASURED))
    return matching(rows[some], teacher.head)
