"""Varied spectrograms: drawn from keys, never longer, silent where they are covered."""

import torch
from torch.testing import assert_close

from headstart.modality import Masks, augment

STILL = Masks(bands=0.0, moments=0.0, throat=0.0, tempo=0.0, loud=0.0)


def _batch(lengths: tuple[int, ...] = (50, 30)) -> torch.Tensor:
    batch = torch.zeros(len(lengths), 64, 65)
    generator = torch.Generator().manual_seed(0)
    for row, length in zip(batch, lengths, strict=True):
        row[:length, :64] = torch.rand(length, 64, generator=generator) * 4 + 1
        row[:length, 64] = 1
    return batch


def test_nothing_changes_where_nothing_may() -> None:
    assert_close(augment(_batch(), [1, 2], STILL), _batch(), atol=1e-5, rtol=1e-5)


def test_a_view_follows_from_its_key_alone() -> None:
    both, alone = augment(_batch(), [5, 6], Masks()), augment(_batch()[1:], [6], Masks())
    assert torch.equal(both[1:], alone)
    assert not torch.equal(both[1:], augment(_batch()[1:], [7], Masks()))


def test_what_was_given_stays_as_it_was() -> None:
    batch = _batch()
    augment(batch, [5, 6], Masks())
    assert torch.equal(batch, _batch())


def test_padding_stays_behind_and_silent() -> None:
    for key in range(20):
        seen = augment(_batch(), [key, key], Masks())
        there = seen[..., -1]
        assert (there[:, :-1] >= there[:, 1:]).all() and there.sum(1).tolist() <= [50, 30]
        assert there[0].sum() >= 42 and not seen[there == 0].any()


def test_covered_bands_are_silent_through_time() -> None:
    only = Masks(bands=0.5, moments=0.0, throat=0.0, tempo=0.0, loud=0.0)
    silent = [int((augment(_batch((50,)), [key], only)[0, :50, :64] == 0).all(0).sum())
              for key in range(20)]  # fmt: skip
    assert max(silent) > 10 and min(silent) < 8


def test_loudness_is_that_of_amounts_not_of_logarithms() -> None:
    only = Masks(bands=0.0, moments=0.0, throat=0.0, tempo=0.0, loud=0.7)
    batch = _batch((50,))
    seen = augment(batch, [3], only)
    ratio = torch.expm1(seen[0, :50, :64]) / torch.expm1(batch[0, :50, :64])
    assert_close(ratio, torch.full_like(ratio, float(ratio.mean())), rtol=1e-3, atol=0)
    assert abs(float(ratio.mean()) - 1) > 0.01
