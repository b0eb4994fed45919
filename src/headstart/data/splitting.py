"""Which rows train, which choose, which are looked at once."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from headstart.counting import counted
from headstart.data.dealing import TRAIN, Hand, Unit, deal, top_up, units_of
from headstart.data.examples import Examples, Partition
from headstart.data.sealing import SealedStrata
from headstart.errors import DataError, UsageError

LEAST_GROUPS = 4
"""Test groups that are wanted where a group is what is drawn: with fewer than three of even size
there is no verdict (`headstart.stats.obstacle`), and four say more than three."""


def divide(
    examples: Examples,
    *,
    test: float = 0.2,
    val: float = 0.15,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
    rows: Sequence[int] | None = None,
    contents: Sequence[str] = (),
) -> Partition:
    """Deal the rows out class by class; groups and rows that belong together are never torn.

    Parts that the data assigns are kept; a part that it lacks is drawn from its training rows.
    `test` and `val` are shares of the rows they are drawn from; of few groups more are tested, up
    to `LEAST_GROUPS` or half of them. With `rows`, only these are dealt out. With `contents`, a
    digest for each row of `examples`, neither names nor order of the rows decide anything (see
    `deal`). Every class keeps a training row. Raises `DataError` where a wanted part would
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
        units = units_of(examples, given[TRAIN], together, contents, seed)
        dealt.update({part: hand.rows for part, hand in _drawn(units, drawn).items()})
    _need_rows(dealt, wanted, examples)
    rows_of = {part: tuple(sorted(dealt.get(part, ()))) for part in ("train", "val", "test")}
    return Partition(**rows_of, origin=_origin(examples, given, sorted(drawn), seed))


def hold_out(
    examples: Examples,
    val: float = 0.15,
    seed: int = 0,
    rows: Sequence[int] | None = None,
    together: Sequence[Sequence[int]] = (),
    contents: Sequence[str] = (),
) -> Partition:
    """Divide rows that may be looked at once more, into those to learn from and those to choose by.

    Raises what `divide` raises.
    """
    return divide(
        examples,
        test=0.0,
        val=val,
        seed=seed,
        rows=rows,
        together=together,
        contents=contents,
    )


def folds(
    examples: Examples,
    k: int,
    *,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
    rows: Sequence[int] | None = None,
    val: float = 0.15,
    contents: Sequence[str] = (),
) -> tuple[Partition, ...]:
    """`k` divisions; each row is in the test part of one of them.

    Each has its share of every class; groups and rows that belong together are never torn; `val`
    is drawn from what is not tested. Parts that the data assigns are ignored. A class that is in
    one unit alone (one row, one group) is never tested: it would be unknown to what is tested.
    `rows` and `contents` are as in `divide`. Raises `UsageError` where there are fewer units than
    `k`, or `k` is below 2.
    """
    every = range(len(examples)) if rows is None else rows
    units = units_of(examples, every, together, contents, seed)
    hands = _into(units, k)
    kept = _kept(hands)
    tested = [[unit for unit in hand.units if unit not in kept] for hand in hands]
    if k < 2 or not all(tested):
        most = sum(map(len, tested))
        many = counted(most, "group or single example", "groups or single examples")
        raise UsageError(
            "U133", f"{k} folds cannot be made of {many}",
            f"--folds {max(2, min(k, most))}", why="each of two and more tests one",
        )  # fmt: skip
    made = []
    for number, part in enumerate(tested, start=1):
        held = {unit.rows for unit in part}
        rest = [unit for unit in units if unit.rows not in held]
        learned = _drawn(rest, {"val": val}) if val > 0 else {TRAIN: Hand({}, units=rest)}
        of = {name: tuple(hand.rows) for name, hand in learned.items()}
        of |= {"test": tuple(Hand({}, units=part).rows), "val": of.get("val", ())}
        _need_rows(of, {"val": val}, examples)
        made.append(Partition(**of, origin=f"fold {number} of {k}, drawn with seed {seed}"))
    return tuple(made)


def spread(rows: Sequence[int], strata: Sequence[int] | SealedStrata, seed: int) -> list[int]:
    """The rows in an order of which every beginning has each stratum's share, as near as can be."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    counts, place = Counter(strata[row] for row in rows), dict[int, float]()
    seen: Counter[int] = Counter()
    for row in shuffled:
        place[row] = (seen[strata[row]] + 0.5) / counts[strata[row]]
        seen[strata[row]] += 1
    return sorted(shuffled, key=place.__getitem__)


def _given(examples: Examples, rows: Sequence[int]) -> dict[str, list[int]]:
    """The parts as assigned; all rows are in train where nothing is."""
    if not examples.parts:
        return {"train": list(rows)}
    given: dict[str, list[int]] = {"train": []}
    for row in rows:
        given.setdefault(examples.parts[row] or "train", []).append(row)
    return given


def _drawn(units: Sequence[Unit], shares: Mapping[str, float]) -> dict[str, Hand]:
    """Train and the parts that are to have such shares of the rows."""
    groups = _wanted_groups(units) if "test" in shares else 0
    if groups:
        most = (1 - shares.get("val", 0)) / 2
        shares = {**shares, "test": max(shares["test"], min(most, groups / len(units)))}
    hands = deal(units, _quota(units, shares))
    for part in shares:  # test first: where one can be spared, it is tested
        top_up(hands, part, 1)
    top_up(hands, "test", groups) if groups else None
    return hands


def _wanted_groups(units: Sequence[Unit]) -> int:
    """How many are to be tested at least; 0 where there are no groups."""
    return min(LEAST_GROUPS, len(units) // 2) if any(unit.grouped for unit in units) else 0


def _quota(units: Sequence[Unit], shares: Mapping[str, float]) -> dict[str, Counter[int]]:
    """How many rows of each class each part should have; train has what is left.

    A class gives a row to each part as soon as one is left to train on.
    """
    whole: Counter[int] = Counter()
    for unit in units:
        whole.update(unit.counts)
    left = whole.copy()
    quota: dict[str, Counter[int]] = {part: Counter() for part in shares}
    for label in sorted(left):
        for part, share in shares.items():  # test first: where there are two, one is tested
            count = min(max(1, round(share * whole[label])), left[label] - 1)
            quota[part][label] = count
            left[label] -= count
    return {TRAIN: left, **quota}


def _into(units: Sequence[Unit], k: int) -> list[Hand]:
    """Deal all units to `k` hands, each with its share of every class, largest first."""
    whole: Counter[int] = Counter()
    for unit in units:
        whole.update(unit.counts)
    hands = [Hand({label: n / k for label, n in whole.items()}) for _ in range(k)]
    for unit in sorted(units, key=lambda unit: -len(unit.rows)):  # stable: keys decide the rest
        costs = [(hand.cost(unit), sum(hand.counts.values())) for hand in hands]
        hands[costs.index(min(costs))].take(unit)
    for label in sorted(whole):
        _part_label(label, hands)
    return hands


def _part_label(label: int, hands: Sequence[Hand]) -> None:
    """Move a unit where all those with a label are in one hand: each has to train once."""
    holding = [hand for hand in hands if hand.counts[label]]
    if len(holding) != 1 or len(hands) < 2:
        return
    units = [unit for unit in holding[0].units if unit.counts[label]]
    if len(units) > 1:
        unit = min(units, key=lambda unit: len(unit.rows))
        to = min((hand for hand in hands if hand is not holding[0]), key=lambda h: h.cost(unit))
        holding[0].give(unit)
        to.take(unit)


def _kept(hands: Sequence[Hand]) -> list[Unit]:
    """Units with a label that would not be trained when their hand is tested."""
    whole: Counter[int] = Counter()
    for hand in hands:
        whole.update(hand.counts)
    return [
        unit
        for hand in hands
        for unit in hand.units
        if any(hand.counts[label] == whole[label] for label in unit.counts)
    ]


def _need_rows(
    dealt: Mapping[str, Sequence[int]], wanted: Mapping[str, float], examples: Examples
) -> None:
    groups = len(set(filter(None, examples.groups)))
    empty = [part for part in ("train", *wanted) if not dealt.get(part) and wanted.get(part, 1) > 0]
    if empty:
        raise DataError(
            "D114",
            f"no examples are left for {' and '.join(empty)}",
            "add examples: 3 of a class"
            + (", and from 3 groups; or count rows as independent: --group -" if groups else ""),
            counted(len(examples), "example")
            + (f" of {counted(groups, 'group')}" if groups else ""),
            "a group stays on one side" if groups else "",
        )


def _origin(
    examples: Examples, given: Mapping[str, Sequence[int]], drawn: Sequence[str], seed: int
) -> str:
    if len(given) == 1 and not examples.parts:
        return f"drawn with seed {seed}"
    by = examples.assigned_by or "as given"
    return f"{by}; {' and '.join(drawn)} drawn with seed {seed}" if drawn else by
