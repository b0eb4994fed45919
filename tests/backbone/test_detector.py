"""A backbone as a detector."""

import pytest
import torch

from headstart.backbone import (
    Architecture,
    Backbone,
    build,
    detector,
    detects,
    digests_of,
    fresh,
    fresh_stages,
    learning_stages,
    load_backbone,
    moved,
    tensors_of,
)
from headstart.errors import BackboneError, UsageError


@pytest.fixture(scope="module")
def plain() -> Backbone:
    return load_backbone("headstart_resnet10")


@pytest.fixture(scope="module")
def made(plain: Backbone) -> Backbone:
    return detector(plain)


def test_the_pretrained_weights_are_those_of_the_backbone(plain: Backbone, made: Backbone) -> None:
    assert set(plain.loaded.values()) == set(made.loaded.values())
    assert not moved(made.loaded, digests_of(tensors_of(made.stages, None)))


def test_a_new_pyramid_and_towers_count_as_fresh(plain: Backbone, made: Backbone) -> None:
    assert fresh_stages(made) == 2
    assert fresh_stages(plain) == 0
    assert fresh_stages(fresh(made, 1)) == 0  # nothing is known of any stage: all are alike


def test_pyramid_and_towers_learn_whatever_else_does(plain: Backbone, made: Backbone) -> None:
    shipped = load_backbone("headstart_detector")
    assert [learning_stages(one) for one in (plain, made, shipped, fresh(shipped, 1))] == [
        0,
        2,
        2,
        2,
    ]
    assert [name for name, _ in shipped.cut(shipped.depth - 2)[1].named_children()] == [
        "pyramid",
        "towers",
    ]


def test_pictures_are_seen_whole(made: Backbone) -> None:
    assert (made.modality.crop_mode, made.modality.crop_pct) == ("border", 1.0)
    assert made.modality.size_px == 256


def test_a_row_has_as_many_numbers_as_the_backbone_says(made: Backbone) -> None:
    rows = made.stages(made.modality.batch([made.modality.blank()]))
    assert rows.shape == (1, 32 * 32 + 16 * 16 + 8 * 8, made.width)


def test_a_detector_stays_as_it_is(made: Backbone) -> None:
    assert detects(made.architecture)
    assert detector(made) is made


def test_the_same_seed_gives_the_same_detector(made: Backbone) -> None:
    one, other, third = (digests_of(build(made.architecture, s).state_dict()) for s in (3, 3, 4))
    assert one == other
    assert one["pyramid.down.0.0.weight"] != third["pyramid.down.0.0.weight"]


def test_the_global_random_state_stays_as_it_is(made: Backbone) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    build(made.architecture, 5)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("size", "near"), [(100, 96), (257, 256)])
def test_a_size_that_grids_do_not_divide_is_refused(plain: Backbone, size: int, near: int) -> None:
    with pytest.raises(UsageError, match=f"--size {near}"):
        detector(plain, size)


def test_a_size_that_grids_divide_is_taken(plain: Backbone) -> None:
    assert detector(plain, 128).modality.size_px == 128


def test_a_network_for_recordings_is_refused() -> None:
    with pytest.raises(BackboneError, match="M512"):
        detector(load_backbone("headstart_dscnn"))


def test_a_network_without_maps_is_refused() -> None:
    with pytest.raises(BackboneError, match="M511"):
        build(Architecture("vit_tiny_patch16_224", (("detects", 64),)))
