"""Which rows train, which choose, which are looked at once."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from headstart.data.clusters import clusters
from headstart.data.examples import Examples, Partition
from headstart.errors import DataError, UsageError

_Unit = tuple[int, ...]


def divide(
    examples: Examples,
    *,
    test: float = 0.2,
    val: float = 0.15,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
    rows: Sequence[int] | None = None,
) -> Partition:
    """Deal the rows out class by class; groups and rows that belong together are never torn.

    Parts that the data assigns are kept; a part that it lacks is drawn from its training rows.
    `test` and `val` are shares of the rows they are drawn from. With `rows`, only these are
    dealt out. Groups go largest first to where they leave the smallest squared distance from the
    wanted counts. Every class keeps a training row. Raises `DataError` where a wanted part would
    be empty, `UsageError` for shares that leave nothing to train on.
    """
    if min(test, val) < 0 or test + val >= 1:
        raise UsageError(
            "U131", f"test {test} and val {val} leave nothing to train on", "--test-size 0.2"
        )
    every = range(len(examples)) if rows is None else rows
    given = _given(examples, every)
    wanted = {"test": test, "val": val}
    drawn = {part: share for part, share in wanted.items() if share > 0 and not given.get(part)}
    dealt = dict(given)
    if drawn:
        units = _units(examples, given["train"], together)
        quota = _quota(examples, given["train"], drawn)
        dealt.update(_deal(examples, units, quota, random.Random(seed)))
    _need_rows(dealt, wanted, len(examples))
    rows_of = {part: tuple(sorted(dealt.get(part, ()))) for part in ("train", "val", "test")}
    return Partition(**rows_of, origin=_origin(examples, given, sorted(drawn), seed))


def spread(rows: Sequence[int], labels: Sequence[int], seed: int) -> list[int]:
    """The rows in an order of which every beginning has each class's share, as near as can be."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    counts, place = Counter(labels[row] for row in rows), dict[int, float]()
    seen: Counter[int] = Counter()
    for row in shuffled:
        place[row] = (seen[labels[row]] + 0.5) / counts[labels[row]]
        seen[labels[row]] += 1
    return sorted(shuffled, key=place.__getitem__)


def _given(examples: Examples, rows: Sequence[int]) -> dict[str, list[int]]:
    """The parts as assigned; all rows are in train where nothing is."""
    if not examples.parts:
        return {"train": list(rows)}
    given: dict[str, list[int]] = {"train": []}
    for row in rows:
        given.setdefault(examples.parts[row] or "train", []).append(row)
    return given


def _units(
    examples: Examples, rows: Sequence[int], together: Sequence[Sequence[int]]
) -> list[_Unit]:
    """Rows that must stay on one side, each once: groups, joined where duplicates join them."""
    own = set(rows)
    sets = [[row for row in some if row in own] for some in together]
    members: dict[str, list[int]] = {}
    for row in rows if examples.groups else ():
        if group := examples.groups[row]:
            members.setdefault(group, []).append(row)
    joined = clusters([*sets, *members.values()])
    bound = {row for unit in joined for row in unit}
    return [*joined, *((row,) for row in rows if row not in bound)]


def _quota(
    examples: Examples, pool: Sequence[int], shares: Mapping[str, float]
) -> dict[str, Counter[int]]:
    """How many rows of each class each part should have; train has what is left.

    A class gives a row to each part as soon as one is left to train on.
    """
    whole = Counter(examples.labels[row] for row in pool)
    left = whole.copy()
    quota: dict[str, Counter[int]] = {part: Counter() for part in shares}
    for label in sorted(left):
        for part, share in shares.items():  # test first: where there are two, one is tested
            count = min(max(1, round(share * whole[label])), left[label] - 1)
            quota[part][label] = count
            left[label] -= count
    return {"train": left, **quota}


@dataclass(frozen=True)
class _Hand:
    """What a part was dealt so far."""

    quota: Counter[int]
    counts: Counter[int] = field(default_factory=Counter)
    rows: list[int] = field(default_factory=list)

    def cost(self, unit: Counter[int]) -> int:
        """Change of the squared distance from the quota if the unit came here."""
        return sum(
            n * (n + 2 * (self.counts[label] - self.quota[label])) for label, n in unit.items()
        )

    def take(self, unit: _Unit, held: Counter[int]) -> None:
        self.rows.extend(unit)
        self.counts.update(held)


def _deal(
    examples: Examples,
    units: Iterable[_Unit],
    quota: Mapping[str, Counter[int]],
    rng: random.Random,
) -> dict[str, list[int]]:
    hands = {part: _Hand(counts) for part, counts in quota.items()}
    queue = list(units)
    rng.shuffle(queue)
    held = {unit: Counter(examples.labels[row] for row in unit) for unit in queue}
    for unit in _keepers(queue, held):
        hands["train"].take(unit, held.pop(unit))
    left = sorted(held, key=lambda unit: -len(unit))  # stable: the shuffle decides among equals
    for part in [part for part in hands if part != "train"]:
        if left:
            first = min(left, key=lambda unit: hands[part].cost(held[unit]))
            left.remove(first)
            hands[part].take(first, held[first])
    for unit in left:
        costs = {part: hand.cost(held[unit]) for part, hand in hands.items()}
        hands[min(costs, key=costs.__getitem__)].take(unit, held[unit])
    return {part: hand.rows for part, hand in hands.items()}


def _keepers(queue: Sequence[_Unit], held: Mapping[_Unit, Counter[int]]) -> list[_Unit]:
    """Units that train whatever happens, so that every class is learned; rare classes first."""
    spread = Counter(label for counts in held.values() for label in counts)
    first: dict[int, _Unit] = {}
    for unit in queue:
        for label in held[unit]:
            first.setdefault(label, unit)
    kept: dict[_Unit, None] = {}
    learned: set[int] = set()
    for label in sorted(first, key=lambda label: (spread[label], label)):
        if label not in learned:
            kept[first[label]] = None
            learned.update(held[first[label]])
    return list(kept)


def _need_rows(dealt: Mapping[str, Sequence[int]], wanted: Mapping[str, float], n: int) -> None:
    empty = [part for part in ("train", *wanted) if not dealt.get(part) and wanted.get(part, 1) > 0]
    if empty:
        raise DataError(
            "D114",
            f"no examples are left for {' and '.join(empty)}",
            "add examples: 3 of a class, and from 3 groups where there are groups, is the least",
            f"{n:,} examples",
        )


def _origin(
    examples: Examples, given: Mapping[str, Sequence[int]], drawn: Sequence[str], seed: int
) -> str:
    if len(given) == 1 and not examples.parts:
        return f"drawn with seed {seed}"
    by = examples.assigned_by or "as given"
    return f"{by}; {' and '.join(drawn)} drawn with seed {seed}" if drawn else by
