"""What layouts of all libraries share: equal outputs, one linear head, values in their units."""

import pytest
import torch

from headstart.head import linear
from headstart.share.layout import TOLERANCE, Unlike, in_units, linear_of, need_equal


def test_a_difference_beyond_rounding_is_none_of_a_layout() -> None:
    ours = torch.tensor([[1.0, 0.5]])
    assert need_equal(ours, ours + 0.9 * TOLERANCE) > 0
    with pytest.raises(Unlike, match="differ"):
        need_equal(ours, ours + 3 * TOLERANCE)
    with pytest.raises(Unlike):
        need_equal(ours, ours * float("nan"))


def test_values_leave_in_their_own_units() -> None:
    head = linear(4, 1, torch.randn(1, 4), torch.ones(1))
    x = torch.randn(5, 4)
    assert torch.allclose(in_units(head, 3.0, 10.0)(x), head(x) * 3 + 10, atol=1e-5)


def test_a_head_of_another_kind_has_no_place_in_a_layout() -> None:
    head = linear(2, 2)
    assert linear_of(head) is head and linear_of(None) is None
    with pytest.raises(Unlike, match="not one linear layer"):
        linear_of(torch.nn.Sequential(head))
