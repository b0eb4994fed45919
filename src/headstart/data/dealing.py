"""Units that no division may tear, and how they are dealt to parts."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headstart.data.clusters import clusters
from headstart.data.examples import Examples

TRAIN = "train"
Quota = Mapping[str, Counter[int]]
"""How many rows of each label each part should have."""


@dataclass(frozen=True, eq=False, slots=True)
class Unit:
    """Rows that stay on one side: a group, duplicates, both joined, or a single row."""

    rows: tuple[int, ...]
    counts: Counter[int]
    """How many rows of each label it has; single rows of a label have one in common."""
    grouped: bool
    """Whether a row of it belongs to a group."""


@dataclass(frozen=True, eq=False)
class Hand:
    """The units that a part was dealt so far."""

    quota: Mapping[int, float]
    counts: Counter[int] = field(default_factory=Counter)
    units: list[Unit] = field(default_factory=list)

    @property
    def rows(self) -> list[int]:
        """All rows, in order."""
        return sorted(row for unit in self.units for row in unit.rows)

    def cost(self, unit: Unit) -> float:
        """Change of the squared distance from the quota if the unit came here."""
        return sum(
            n * (n + 2 * (self.counts[label] - self.quota.get(label, 0)))
            for label, n in unit.counts.items()
        )

    def take(self, unit: Unit) -> None:
        """Add a unit."""
        self.units.append(unit)
        self.counts.update(unit.counts)

    def give(self, unit: Unit) -> None:
        """Remove a unit."""
        self.units.remove(unit)
        self.counts.subtract(unit.counts)

    def spares(self, unit: Unit) -> bool:
        """Whether each label of the unit is left here without it."""
        return all(self.counts[label] > n for label, n in unit.counts.items())


def units_of(
    examples: Examples,
    rows: Sequence[int],
    together: Sequence[Sequence[int]],
    contents: Sequence[str],
    seed: int,
) -> list[Unit]:
    """Units of these rows, in an order that depends on the seed and on what the units hold.

    A unit is named by its first group in alphabetical order; without a group by the least of its
    `contents`, one digest a row; without those by its first row. The order is that of keyed hashes
    of the names, so that neither the positions of rows nor other units decide a unit's place.
    """
    strata = examples.truth.strata()
    names = contents or [str(row) for row in range(len(examples))]
    groups = examples.groups or ("",) * len(examples)
    placed, alone = [], dict[int, Counter[int]]()
    for some in _joined(groups, rows, together):
        named = sorted(groups[row] for row in some if groups[row])
        name = f"group {named[0]}" if named else f"content {min(names[row] for row in some)}"
        label = strata[some[0]]
        counts = (
            Counter(strata[row] for row in some)
            if len(some) > 1
            else alone.setdefault(label, Counter([label]))
        )
        unit = Unit(some, counts, bool(named))
        placed.append((_key(seed, name), unit))
    return [unit for _, unit in sorted(placed, key=lambda pair: (pair[0], pair[1].rows))]


def _joined(
    groups: Sequence[str], rows: Sequence[int], together: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    """Each row once, with those of its group and its duplicates."""
    own = set(rows)
    sets = [[row for row in some if row in own] for some in together]
    members: dict[str, list[int]] = {}
    for row in rows:
        if group := groups[row]:
            members.setdefault(group, []).append(row)
    joined = clusters([*sets, *members.values()])
    bound = {row for unit in joined for row in unit}
    return [*joined, *((row,) for row in rows if row not in bound)]


def _key(seed: int, name: str) -> bytes:
    text = f"{seed} {name}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def deal(units: Sequence[Unit], quota: Quota) -> dict[str, Hand]:
    """Deal units, in the order of their keys, to train and one or two other parts.

    Small units of one label are a line: the first of `quota`'s other parts takes from its
    beginning, the second from its end, train has the middle. A unit more or less then moves the
    ends of the parts by at most one unit of that label each. Other units go largest first to where
    they leave the smallest squared distance from the quota. Every label keeps a training row.
    """
    hands = {part: Hand({label: float(n) for label, n in of.items()}) for part, of in quota.items()}
    small = [unit for unit in units if _is_small(unit, quota)]
    large = [unit for unit in units if not _is_small(unit, quota)]
    _deal_large(large, {label for unit in small for label in unit.counts}, hands)
    for label in sorted({label for unit in small for label in unit.counts}):
        _deal_line([unit for unit in small if label in unit.counts], label, hands)
    return hands


def _is_small(unit: Unit, quota: Quota) -> bool:
    """Half of what a part should have of its label, at most."""
    if unit.grouped or len(unit.counts) > 1:
        return False
    (label,) = unit.counts
    least = min(counts[label] for part, counts in quota.items() if part != TRAIN)
    return len(unit.rows) <= max(1, least // 2)


def _deal_large(large: Sequence[Unit], elsewhere: set[int], hands: Mapping[str, Hand]) -> None:
    kept = _keepers(large, elsewhere)
    for unit in kept:
        hands[TRAIN].take(unit)
    for unit in sorted(large, key=lambda unit: -len(unit.rows)):  # stable: keys decide the rest
        if unit not in kept:
            costs = {part: hand.cost(unit) for part, hand in hands.items()}
            hands[min(costs, key=costs.__getitem__)].take(unit)


def _keepers(units: Sequence[Unit], elsewhere: set[int]) -> list[Unit]:
    """Units that train whatever happens, so that every label is learned; rare labels first."""
    spread = Counter(label for unit in units for label in unit.counts)
    first: dict[int, Unit] = {}
    for unit in units:
        for label in unit.counts:
            first.setdefault(label, unit)
    kept: list[Unit] = []
    learned = set(elsewhere)
    for label in sorted(first, key=lambda label: (spread[label], label)):
        if label not in learned:
            kept.append(first[label])
            learned.update(first[label].counts)
    return kept


def _deal_line(line: Sequence[Unit], label: int, hands: Mapping[str, Hand]) -> None:
    left = list(line)
    kept = 0 if hands[TRAIN].counts[label] else 1
    for part, at in zip((part for part in hands if part != TRAIN), (0, -1), strict=False):
        hand = hands[part]
        while len(left) > kept and _is_nearer(hand, left[at], label):
            hand.take(left.pop(at))
    for unit in left:
        hands[TRAIN].take(unit)


def _is_nearer(hand: Hand, unit: Unit, label: int) -> bool:
    """Whether the part's count of the label is nearer to its quota with the unit."""
    gap = hand.quota.get(label, 0) - hand.counts[label]
    return gap > 0 and (abs(gap - len(unit.rows)) < gap or not hand.counts[label])


def top_up(hands: Mapping[str, Hand], part: str, least: int) -> None:
    """Move units from train to a part until it has `least`, as far as train can spare them."""
    hand, train = hands[part], hands[TRAIN]
    while len(hand.units) < least:
        spare = [unit for unit in train.units if train.spares(unit)]
        if not spare:
            return
        unit = min(spare, key=hand.cost)
        train.give(unit)
        hand.take(unit)
