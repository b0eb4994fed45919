import tracemalloc

import numpy as np
import PIL.Image
import pytest

from headstart.errors import DataError
from headstart.modality.colors import eight_bits, from_array, to_rgb

WHITE = (255, 255, 255)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, bool, np.float16, np.float64])
def test_black_and_white_of_every_type_stay_black_and_white(dtype: type) -> None:
    top = {np.uint8: 255, np.uint16: 65535, np.uint32: 65535}.get(dtype, 1)
    values = eight_bits(np.array([[0, top]]).astype(dtype), "a")
    assert values.dtype == np.uint8
    assert values.tolist() == [[0, 255]]


def test_sixteen_bits_are_rounded_to_the_nearest_of_eight() -> None:
    values = np.arange(65536, dtype=np.uint16)[None]
    off = eight_bits(values, "a") * 257.0 - values
    assert np.abs(off).max() <= 128


def test_eight_bit_levels_as_floats_come_back_unchanged() -> None:
    levels = np.arange(256, dtype=np.uint8)[None]
    assert np.array_equal(eight_bits((levels / 255).astype(np.float32), "a"), levels)


@pytest.mark.parametrize("wrong", [[-0.1], [1.1], [255.0], [np.nan], [np.inf], [-np.inf]], ids=str)
def test_floats_outside_0_to_1_are_refused_not_clipped(wrong: list[float]) -> None:
    with pytest.raises(DataError, match="D132"):
        from_array(np.array([wrong]), "a")


def test_integers_above_16_bits_are_refused() -> None:
    with pytest.raises(DataError, match="D132"):
        from_array(np.full((2, 2), 65536, np.uint32), "a")


@pytest.mark.parametrize(
    "shape", [(), (4,), (0, 4), (4, 0, 3), (3, 5, 7), (5, 7, 2), (5, 7, 5), (2, 5, 7, 3)], ids=str
)
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="D128"):
        from_array(np.zeros(shape, np.uint8), "a")


@pytest.mark.parametrize("dtype", [np.int8, np.int64, complex, object, "U1", "M8[s]"], ids=str)
def test_other_types_are_refused(dtype: type) -> None:
    with pytest.raises(DataError, match="D128"):
        from_array(np.zeros((4, 4), dtype), "a")


@pytest.mark.parametrize(("shape", "mode"), [((5, 7), "L"), ((5, 7, 1), "L"), ((5, 7, 3), "RGB")])
def test_height_comes_before_width(shape: tuple[int, ...], mode: str) -> None:
    picture = from_array(np.zeros(shape, np.uint8), "a")
    assert (picture.size, picture.mode) == ((7, 5), mode)


def test_a_fourth_channel_is_opacity() -> None:
    pixels = np.array([[[10, 20, 30, 0], [10, 20, 30, 255]]], np.uint8)
    shown = np.asarray(to_rgb(from_array(pixels, "a"), (1, 2, 3), "a"))
    assert shown.tolist() == [[[1, 2, 3], [10, 20, 30]]]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "La", "RGBa", "CMYK"])
def test_every_mode_of_pillow_becomes_rgb(mode: str) -> None:
    shown = to_rgb(PIL.Image.new("L", (2, 2), 255).convert("RGBA").convert(_via(mode)), WHITE, "a")
    assert shown.mode == "RGB"
    assert np.asarray(shown.resize((1, 1))).ravel().tolist() == list(WHITE)


def _via(mode: str) -> str:
    return {"La": "LA", "1": "L"}.get(mode, mode)


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "LAB"])
def test_other_color_spaces_become_rgb(mode: str) -> None:
    color = {"YCbCr": (255, 128, 128), "HSV": (0, 0, 255), "LAB": (255, 128, 128)}[mode]
    shown = to_rgb(PIL.Image.new(mode, (2, 2), color), WHITE, "a")
    assert np.asarray(shown).min() >= 253


def test_sixteen_bits_become_eight_in_little_memory() -> None:
    values = np.zeros((4000, 2000), np.uint16)
    tracemalloc.start()
    eight_bits(values, "a")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * values.nbytes  # at once it would be eight times as much


def test_values_are_the_same_however_many_are_turned_at_a_time(monkeypatch) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (7, 5, 3), np.uint16)
    whole = eight_bits(values, "a")
    monkeypatch.setattr("headstart.modality.colors._AT_ONCE", 1)
    assert (eight_bits(values, "a") == whole).all()
