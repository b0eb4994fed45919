"""Rows on disk: as they were put there, and fitted as if they were in memory."""

import numpy as np
import pytest
import torch
from drawn_rows import far_drawn, far_of

from headstart.errors import ResourceError
from headstart.head import (
    gathered,
    logistic,
)
from headstart.head import out_of_core as far_room


def test_rows_come_back_as_they_were_and_leave_nothing_behind(small, tmp_path) -> None:
    rows, _ = far_drawn()
    out_of_core = far_of(rows, tmp_path / "cache")
    assert out_of_core.shape == (400, 12)
    assert torch.equal(out_of_core.take([399, 0, 63, 64]), rows[[399, 0, 63, 64]])
    assert sum(len(part) for _, part in out_of_core.blocks()) == 400
    for at, part in out_of_core.blocks():
        np.testing.assert_array_equal(part, rows[at].numpy())
    np.testing.assert_allclose(out_of_core.mean, rows.double().mean(dim=0), rtol=1e-6)
    centered = (rows - rows.mean(dim=0)).double()
    np.testing.assert_allclose(
        out_of_core.scatter, (centered.T @ centered).numpy(), rtol=1e-4, atol=1e-2
    )
    assert not list((tmp_path / "cache").iterdir())


def test_few_rows_stay_in_memory(tmp_path) -> None:
    rows, _ = far_drawn()
    found = gathered(lambda positions: rows[list(positions)], 400, tmp_path)
    assert isinstance(found, torch.Tensor) and torch.equal(found, rows)


def test_a_disk_that_takes_no_rows_is_told(small, tmp_path) -> None:
    rows, _ = far_drawn()
    (tmp_path / "cache").write_text("not a folder")
    with pytest.raises(ResourceError, match="disk does not take"):
        far_of(rows, tmp_path / "cache")


def test_rows_stay_on_disk_where_there_are_many_of_many_numbers() -> None:
    assert far_room.stays_far(8193, 611) and not far_room.stays_far(8192, 700)
    assert not far_room.stays_far(8193, 610) and not far_room.stays_far(9000, 9000)
    assert logistic.LARGE == far_room.NUMBERS == 5_000_000
