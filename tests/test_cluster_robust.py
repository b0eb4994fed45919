"""Means over rows that come in groups."""

import numpy as np
import pytest

from headstart.cluster_robust import clusters
from headstart.stats import obstacle


def test_the_limit_of_unevenness_lies_at_one_and_a_half_degrees_of_freedom() -> None:
    freedom = [clusters(2 * n + 60, (*"b" * n, *"c" * n, *"a" * 60)).freedom for n in range(1, 60)]
    assert freedom == sorted(freedom)
    least = next(n for n, found in enumerate(freedom, 1) if found >= 1.5)
    assert obstacle(2 * least + 60, (*"b" * least, *"c" * least, *"a" * 60)) == ""
    few = least - 1
    assert obstacle(2 * few + 60, (*"b" * few, *"c" * few, *"a" * 60)).startswith("one of their 3")


def test_even_groups_have_a_degree_of_freedom_less_than_their_number() -> None:
    for g in (2, 3, 6, 40):
        assert clusters(5 * g, [str(i % g) for i in range(5 * g)]).freedom == pytest.approx(g - 1)


def test_the_variance_over_groups_is_the_jackknife() -> None:
    values = np.random.default_rng(0).normal(size=22)
    block = np.repeat(np.arange(5), (10, 5, 4, 2, 1))
    without = np.array([values[block != g].mean() for g in range(5)])
    expected = 4 / 5 * ((without - values.mean()) ** 2).sum()
    assert clusters(22, block.astype(str).tolist()).variance(values) == pytest.approx(expected)
