"""In how many folds the examples are tested, and why."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from headstart.counting import counted
from headstart.data import Examples, Partition, folds, hold_out
from headstart.errors import DataError, UsageError
from headstart.run.settings import Settings
from headstart.task import task_type
from headstart.train import Probe

FOLDS = 5
"""Folds where nobody says how many."""
FEW, FEW_GROUPS = 300, 10
"""Examples, or groups, below which one part for the test would say too little."""
CHEAP = 5000
"""Examples up to which heads are fitted again and again in no time, where groups are few."""


def fold_count(
    settings: Settings,
    examples: Examples,
    rows: Sequence[int],
    tunes: Callable[[], bool],
    *,
    ranked: bool = False,
) -> tuple[int, str]:
    """How many folds, and why, in a sentence; 1 for one part that is tested once.

    `rows` are those that can be used; `tunes` says whether "auto" would train more than heads;
    it is asked only where that decides. Where candidates to start from were `ranked`, each fold
    would rank them again, without its test rows; that is done where it is asked for.
    Raises `UsageError` where folds are asked for and answers have an order.
    """
    if settings.folds > 1 and task_type(examples.kind).coded_rows:
        raise UsageError(
            "U134", f"--folds {settings.folds} is for classes, tags and values",
            "--folds 1", why=f"to learn {examples.kind} anew in every fold would take too long",
        )  # fmt: skip
    if settings.folds:
        return settings.folds, f"{settings.folds} folds, as asked" if settings.folds > 1 else ""
    groups = (
        {examples.groups[row] for row in rows if examples.groups[row]} if examples.groups else ()
    )
    few = _few(len(rows), len(groups))
    if task_type(examples.kind).coded_rows or "test" in examples.parts or not few:
        return 1, ""
    if ranked:
        return 1, f"{few}, but candidates were ranked: --folds {FOLDS} would rank them in each fold"
    trained = settings.compare or not isinstance(settings.plan, Probe | None)
    if trained or (settings.plan is None and tunes()):
        return (
            1,
            f"{few}, but networks are trained here: --folds {FOLDS} would train them in each fold",
        )
    count = min(FOLDS, len(groups)) if len(groups) > 1 else FOLDS
    return count, f"{few}: each is tested once, in {count} folds (--folds 1 tests one part)"


def _few(rows: int, groups: int) -> str:
    """What there is too little of; empty where there is enough."""
    if 0 < groups < FEW_GROUPS and rows <= CHEAP:
        return f"{counted(groups, 'group is', 'groups are')} few"
    return f"{counted(rows, 'example is', 'examples are')} few" if rows < FEW else ""


def fold_partitions(
    settings: Settings,
    examples: Examples,
    rows: Sequence[int],
    together: Sequence[Sequence[int]],
    count: int,
    contents: Sequence[str] = (),
) -> tuple[Partition, ...]:
    """So many folds; then all rows, to learn and to choose from, for the model that ships.

    None for a count of 1, and where nobody asked for folds and examples or groups are too few.
    """
    if count == 1:
        return ()
    plain = replace(examples, parts=(), assigned_by="")
    try:
        made = folds(
            plain, count, seed=settings.seed, together=together, rows=rows, contents=contents
        )
        every = hold_out(plain, seed=settings.seed, rows=rows, together=together, contents=contents)
    except (DataError, UsageError):
        if settings.folds:
            raise
        return ()
    origin = f"each example tested once, in {count} folds drawn with seed {settings.seed}"
    return (*made, replace(every, origin=origin))
