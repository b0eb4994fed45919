"""Directions of rows: they give the rows back, and none where nothing varies."""

import numpy as np
import pytest

from headstart.head.directions import RELATIVE_RANK, directions_in, directions_of


@pytest.mark.parametrize("shape", [(40, 6), (6, 40)], ids=["tall", "wide"])
def test_directions_give_back_the_rows_in_singular_vectors(shape) -> None:
    rows = np.random.default_rng(0).normal(size=shape) + 7
    found, count = directions_of(rows), min(shape) - (shape[0] <= shape[1])
    np.testing.assert_allclose(found.rows @ found.right + found.mean, rows, atol=1e-9)
    expected = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    np.testing.assert_allclose(found.singular, expected[:count])
    np.testing.assert_allclose(found.left.T @ found.left, np.eye(count), atol=1e-9)


@pytest.mark.parametrize(("share", "kept"), [(0.9, 1), (1.1, 2)])
def test_what_hardly_varies_beside_the_first_is_no_direction(share: float, kept: int) -> None:
    singular, right = directions_in(np.diag([1.0, (share * RELATIVE_RANK) ** 2]))
    assert len(singular) == len(right) == kept
