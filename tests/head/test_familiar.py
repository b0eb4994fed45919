"""What lies near the rows that were learned from, and what does not."""

import pytest
import torch
from torch import Tensor

from headstart.head import ABOVE, MOST_KEPT_ROWS, Familiar, familiar_among, familiar_by
from headstart.head.familiar import NEAREST


def cone(count: int, seed: int, at: int = 0) -> Tensor:
    """Rows of any length around one direction of 16."""
    generator = torch.Generator().manual_seed(seed)
    rows = 0.3 * torch.randn(count, 16, generator=generator)
    rows[:, at] += 1
    return rows * (1 + 9 * torch.rand(count, 1, generator=generator))


def alarms(found: Familiar | None, rows: Tensor) -> float:
    assert found is not None
    return sum(share <= ABOVE for share in found.shares(rows)) / len(rows)


@pytest.mark.parametrize("how", ["among", "by"])
def test_false_alarms_are_as_rare_as_is_said_and_strange_rows_are_seen(how: str) -> None:
    known, held = cone(400, 0), cone(400, 1)
    found = familiar_among(known) if how == "among" else familiar_by(known, held)
    assert alarms(found, cone(2000, 2)) == pytest.approx(ABOVE, abs=0.025)
    assert alarms(found, cone(200, 3, at=1)) > 0.9


def test_the_length_of_a_row_says_nothing() -> None:
    found = familiar_among(cone(50, 0))
    assert found is not None
    rows = cone(5, 1)
    assert found.shares(rows) == found.shares(7 * rows)


COUNTED = [([0.0] * 9, 0.1), ([9.0] * 9, 1.0), ([0.0, 9.0], 2 / 3)]


@pytest.mark.parametrize(("distances", "share"), COUNTED)
def test_the_share_counts_the_row_itself(distances: list[float], share: float) -> None:
    rows = torch.nn.functional.normalize(cone(10, 0)).half()
    found = Familiar(rows, torch.tensor(distances))
    assert found.shares(cone(1, 1)) == pytest.approx([share])


def test_copies_of_a_row_do_not_vouch_for_it() -> None:
    rows = cone(20, 0).repeat_interleave(NEAREST + 1, dim=0)
    clusters = [str(place // (NEAREST + 1)) for place in range(len(rows))]
    apart, together = familiar_among(rows, clusters), familiar_among(rows)
    assert apart is not None and together is not None
    assert float(together.distances.max()) < 0.01 < float(apart.distances.min())


@pytest.mark.parametrize(("count", "enough"), [(NEAREST, False), (NEAREST + 1, True)])
def test_few_rows_say_nothing(count: int, enough: bool) -> None:
    assert (familiar_among(cone(count, 0)) is not None) == enough
    assert (familiar_by(cone(count - 1, 0), cone(3, 1)) is not None) == enough
    assert familiar_by(cone(9, 0), torch.zeros(0, 16)) is None


def test_one_group_alone_says_nothing_and_neither_do_rows_that_are_no_numbers() -> None:
    assert familiar_among(cone(20, 0), ["a"] * 20) is None
    assert familiar_by(cone(20, 0) * torch.nan, cone(3, 1)) is None


def test_what_is_kept_is_bounded() -> None:
    assert MOST_KEPT_ROWS == 1000
