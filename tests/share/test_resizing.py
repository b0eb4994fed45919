import numpy as np
import PIL.Image
import pytest
import torch

from headstart.data import InMemory
from headstart.modality import Image
from headstart.modality.image import LONGEST
from headstart.share.resizing import INTERPOLATIONS, PictureInput, turns

SIZES = [(40, 60), (60, 40), (29, 29), (15, 15), (7, 90), (90, 7), (1, 20), (100, 33)]
"""Height and width: larger, smaller, strips, tall ones that are shrunk along columns first."""


def drawn(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(height * width)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def contract(**given: object) -> Image:
    channels = int(str(given.get("channels", 3)))
    plain = {"size_px": 24, "mean": (0.5,) * channels, "std": (0.25,) * channels}
    return Image(**{**plain, **given})  # type: ignore[arg-type]


def both(made: Image, pixels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """What is read of a picture, and what the graph sees of it."""
    picture = InMemory("a", PIL.Image.fromarray(pixels))
    seen = PictureInput(made).seen(torch.from_numpy(pixels)[None])[0]
    return made.read(picture).double(), seen


@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
@pytest.mark.parametrize("interpolation", sorted(INTERPOLATIONS - {"nearest"}))
def test_pixels_are_those_of_pillow_to_the_bit(interpolation, crop_mode) -> None:
    made = contract(interpolation=interpolation, crop_mode=crop_mode)
    for size in SIZES:
        read, seen = both(made, drawn(*size))
        assert torch.equal(read, seen), size


@pytest.mark.parametrize("share", [0.5, 1.0, 1.25])
def test_whatever_is_cut_away_pixels_are_the_same(share) -> None:
    for size in SIZES:
        assert torch.equal(*both(contract(crop_pct=share), drawn(*size))), size


def test_grays_are_those_of_pillow_to_the_bit() -> None:
    assert torch.equal(*both(contract(channels=1), drawn(40, 60)))


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_strip_is_cut_where_it_is_read_so(more) -> None:
    made = contract()
    assert torch.equal(*both(made, drawn(3, 3 * LONGEST + more)))
    assert torch.equal(*both(made, drawn(3 * LONGEST + more, 3)))


def test_the_nearest_pixel_is_taken_whole() -> None:
    read, seen = both(contract(interpolation="nearest", crop_pct=1.0), drawn(48, 48))
    assert torch.equal(read, seen)


def test_the_input_of_the_network_is_that_of_a_batch() -> None:
    made, pixels = contract(mean=(0.4, 0.5, 0.6)), drawn(40, 60)
    item = made.read(InMemory("a", PIL.Image.fromarray(pixels)))
    seen = PictureInput(made)(torch.from_numpy(pixels)[None])
    assert torch.allclose(seen, made.batch([item]), rtol=0, atol=1e-6)


def test_which_axis_is_shrunk_first_follows_the_pillow_that_is_there() -> None:
    assert turns() == (int(PIL.__version__.split(".")[0]) >= 13)
