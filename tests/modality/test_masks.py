"""Varied spectrograms: drawn from keys, never longer, silent where they are covered."""

from dataclasses import replace

import torch
from torch.testing import assert_close

from headstart.modality import Masks, augment

STILL = Masks(bands=0.0, moments=0.0, throat=0.0, tempo=0.0, loud=0.0, noise=0.0, late=0.0)


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
    only = Masks(bands=0.5, moments=0.0, throat=0.0, tempo=0.0, loud=0.0, noise=0.0, late=0.0)
    silent = [int((augment(_batch((50,)), [key], only)[0, :50, :64] == 0).all(0).sum())
              for key in range(20)]  # fmt: skip
    assert max(silent) > 10 and min(silent) < 8


def test_loudness_is_that_of_amounts_not_of_logarithms() -> None:
    only = Masks(bands=0.0, moments=0.0, throat=0.0, tempo=0.0, loud=0.7, noise=0.0)
    batch = _batch((50,))
    seen = augment(batch, [3], only)
    ratio = torch.expm1(seen[0, :50, :64]) / torch.expm1(batch[0, :50, :64])
    assert_close(ratio, torch.full_like(ratio, float(ratio.mean())), rtol=1e-3, atol=0)
    assert abs(float(ratio.mean()) - 1) > 0.01


def test_noise_is_everywhere_and_a_small_share_of_what_is_heard() -> None:
    only = replace(STILL, noise=0.1)
    batch = _batch((50,))
    given = torch.expm1(batch[0, :50, :64])
    shares = []
    for key in range(20):
        added = torch.expm1(augment(batch, [key], only)[0, :50, :64]) - given
        assert (added > -1e-3).all()
        shares.append(float(added.mean() / given.mean()))
    assert max(shares) < 0.12 and min(shares) < 0.03 < max(shares)


def test_a_faster_one_begins_later_and_ends_in_time() -> None:
    only = replace(STILL, tempo=0.3, late=1.0)
    seen = augment(_batch((50,)).repeat(20, 1, 1), list(range(20)), only)
    silent = [int((row[:50, :64] == 0).all(1).float().cumprod(0).sum()) for row in seen]
    assert max(silent) > 3 and min(silent) == 0
    assert (seen[..., -1].sum(1) <= 50).all()
    assert all((row[:late, -1] == 1).all() for row, late in zip(seen, silent, strict=True))
