import numpy as np
import pytest
import torch
from torch import Tensor

from headstart.modality import Augmentation, augment, follow
from headstart.modality.views import VISIBLE, _positions, _uniform

STILL = Augmentation(crop=(1.0, 1.0), flip=False, color=0.0)


@pytest.fixture
def batch() -> Tensor:
    return torch.randn(6, 3, 24, 20, generator=torch.Generator().manual_seed(0))


def test_a_view_depends_on_its_key_alone(batch: Tensor) -> None:
    together = augment(batch, [5, 6, 7, 8, 9, 10])
    alone = torch.cat([augment(batch[i : i + 1], [5 + i]) for i in range(6)])
    turned = augment(batch.flip(0), [10, 9, 8, 7, 6, 5]).flip(0)
    assert torch.equal(together, alone)
    assert torch.equal(together, turned)


def test_other_keys_give_other_views(batch: Tensor) -> None:
    same = batch[:1].expand(6, -1, -1, -1)
    views = augment(same, range(6)).flatten(1)
    assert len({tuple(view.tolist()) for view in views}) == 6


def test_global_random_state_is_neither_used_nor_changed(batch: Tensor) -> None:
    torch.manual_seed(1)
    state, first = torch.get_rng_state(), augment(batch, range(6))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert torch.equal(first, augment(batch, range(6)))


def test_views_have_the_shape_and_type_and_are_finite(batch: Tensor) -> None:
    strong = Augmentation(crop=(0.05, 1.0), flip=True, color=1.0)
    seen = augment(batch, [2**64 - 1, -1, 0, 10**30, 7, 8], strong)
    assert (seen.shape, seen.dtype) == (batch.shape, batch.dtype)
    assert seen.isfinite().all()


def test_the_batch_is_left_as_it_is(batch: Tensor) -> None:
    before = batch.clone()
    for views in (Augmentation(), STILL, Augmentation(crop=(1.0, 1.0))):
        augment(batch, range(6), views)
    assert torch.equal(batch, before)


def test_views_that_may_change_nothing_change_nothing(batch: Tensor) -> None:
    assert torch.equal(augment(batch, range(6), STILL), batch)


def test_half_of_the_views_are_mirrored_when_asked(batch: Tensor) -> None:
    views = Augmentation(crop=(1.0, 1.0), flip=True, color=0.0)
    one = batch[:1].expand(400, -1, -1, -1)
    seen = augment(one, range(400), views)
    mirrored = (seen == one.flip(-1)).flatten(1).all(1)
    assert torch.equal(mirrored, ~(seen == one).flatten(1).all(1))
    assert 160 < int(mirrored.sum()) < 240


def test_nothing_is_mirrored_when_it_must_not_be() -> None:
    ramp = torch.linspace(-1, 1, 32).expand(200, 3, 32, 32)  # brighter to the right
    seen = augment(ramp, range(200), Augmentation(flip=False))
    assert (seen[..., -4:].mean((1, 2, 3)) > seen[..., :4].mean((1, 2, 3))).all()


def test_crops_keep_the_share_of_the_area_that_was_asked_for() -> None:
    across = torch.linspace(-1, 1, 64).expand(300, 1, 64, 64)
    down = across.transpose(2, 3)
    views = Augmentation(crop=(0.25, 0.5), flip=False, color=0.0)
    width = augment(across, range(300), views)[:, 0, 0, [0, -1]].diff()[:, 0] / 2
    height = augment(down, range(300), views)[:, 0, [0, -1], 0].diff()[:, 0] / 2
    area = width * height
    assert 0.22 < area.min() < 0.3
    assert 0.45 < area.max() < 0.52
    assert (width / height).log().abs().max() < 0.3


def test_a_crop_of_everything_looks_at_the_middle_of_every_pixel() -> None:
    assert _positions(4, np.ones(1), np.zeros(1)).tolist() == [[-0.75, -0.25, 0.25, 0.75]]


def test_colors_change_no_more_than_asked() -> None:
    flat = torch.full((200, 3, 8, 8), 0.5)
    seen = augment(flat, range(200), Augmentation(crop=(1.0, 1.0), flip=False, color=0.2))
    assert 0.2 < (seen - flat).abs().max() <= 0.2 + 0.5 * 0.2 + 1e-5


def test_one_channel_is_varied_too() -> None:
    gray = torch.randn(4, 1, 16, 16)
    seen = augment(gray, range(4))
    assert seen.shape == gray.shape
    assert not torch.equal(seen, gray)


def test_an_empty_batch_stays_empty() -> None:
    assert augment(torch.empty(0, 3, 16, 16), []).shape == (0, 3, 16, 16)


def test_draws_are_uniform_and_unrelated() -> None:
    draws = torch.from_numpy(_uniform(range(20_000)))
    assert (draws.mean(0) - 0.5).abs().max() < 0.01
    assert (draws.var(0) - 1 / 12).abs().max() < 0.003
    assert (torch.corrcoef(draws.T) - torch.eye(8)).abs().max() < 0.03


def _marked(*box: int) -> tuple[Tensor, Tensor]:
    """A picture with a bright box, and the box as a share of the side."""
    batch, (x0, y0, x1, y1) = torch.full((1, 1, 64, 64), -1.0), box
    batch[:, :, y0:y1, x0:x1] = 1.0
    return batch, torch.tensor([[[0.0, *(side / 64 for side in box)]]])


@pytest.mark.parametrize("key", range(12))
def test_boxes_follow_what_they_are_on(key: int) -> None:
    views = Augmentation(crop=(0.6, 1.0), flip=True, color=0.0)
    batch, boxes = _marked(24, 20, 44, 52)
    seen = (augment(batch, [key], views)[0, 0] > 0).nonzero()
    label, *box = (follow(boxes, [key], views)[0, 0] * torch.tensor([1, 64, 64, 64, 64])).tolist()
    (top, left), (bottom, right) = seen.amin(dim=0).tolist(), (seen.amax(dim=0) + 1).tolist()
    assert label == 0
    assert box == pytest.approx([left, top, right, bottom], abs=1.01)


def test_a_box_that_is_mostly_cut_off_is_to_be_ignored() -> None:
    views = Augmentation(crop=(0.3, 0.3), flip=False, color=0.0)
    corner = torch.tensor([[[0.0, 0.0, 0.0, 0.3, 0.3]]]).expand(40, 1, 5)
    moved = follow(corner, range(40), views)[:, 0]
    left = (moved[:, 3:] - moved[:, 1:3]).prod(dim=1) * 0.3 / 0.09
    assert ((moved[:, 0] < 0) == (left < VISIBLE)).all()
    assert 0 < (moved[:, 0] < 0).sum() < 40


def test_a_box_that_is_ignored_keeps_its_class_however_it_is_cut() -> None:
    views = Augmentation(crop=(0.3, 0.3), flip=False, color=0.0)
    corner = torch.tensor([[[2.0, 0, 0, 0.3, 0.3], [-3.0, 0, 0, 0.3, 0.3]]]).expand(40, 2, 5)
    moved = follow(corner, range(40), views)[..., 0]
    assert set(moved[:, 0].tolist()) == {2.0, -3.0} and (moved[:, 1] == -3).all()


def test_rows_of_padding_stay_what_they_are() -> None:
    nothing = torch.full((1, 2, 5), torch.nan)
    assert follow(nothing, [3], Augmentation())[..., 0].isnan().all()
