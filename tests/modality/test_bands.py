"""Pictures of any number of bands are read, told apart, shown, and learned from."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from headstart.backbone import load_backbone
from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import Image

FIVE = Image(size_px=16, mean=(0.5,) * 5, std=(0.5,) * 5, channels=5, crop_pct=1.0)
RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (16, 16, 5), dtype=np.uint8)


def _file(place: Path, array: np.ndarray) -> Path:
    np.save(place, array)
    return place


@pytest.mark.parametrize("form", ["file", "array", "first", "tensor", "bytes"])
def test_an_array_comes_in_many_ways_and_is_the_same_item(tmp_path: Path, form: str) -> None:
    kept = io.BytesIO()
    np.save(kept, STACK)
    source = {
        "file": _file(tmp_path / "a.npy", STACK),
        "array": InMemory("a", STACK),
        "first": InMemory("a", STACK.transpose(2, 0, 1)),
        "tensor": InMemory("a", torch.from_numpy(STACK).permute(2, 0, 1)),
        "bytes": InMemory("a", kept.getvalue()),
    }[form]
    item = FIVE.read(source)
    assert torch.equal(item, torch.from_numpy(STACK).permute(2, 0, 1))
    assert torch.equal(FIVE.look(source)[1], item)


def test_more_bits_and_floats_are_scaled() -> None:
    deep = FIVE.read(InMemory("deep", STACK.astype(np.uint16) * 257))
    real = FIVE.read(InMemory("real", STACK.astype(np.float32) / 255))
    assert torch.equal(deep, real)
    assert torch.equal(deep, torch.from_numpy(STACK).permute(2, 0, 1))


def test_a_picture_with_transparency_has_four_bands(tmp_path: Path) -> None:
    four = Image(size_px=16, mean=(0.5,) * 4, std=(0.5,) * 4, channels=4, crop_pct=1.0)
    PIL.Image.fromarray(STACK[..., :4], "RGBA").save(tmp_path / "a.png")
    assert torch.equal(
        four.read(tmp_path / "a.png"), torch.from_numpy(STACK[..., :4]).permute(2, 0, 1)
    )


def test_a_picture_that_lies_on_its_side_is_set_upright(tmp_path: Path) -> None:
    four = Image(size_px=16, mean=(0.5,) * 4, std=(0.5,) * 4, channels=4, crop_pct=1.0)
    turned = PIL.Image.Exif()
    turned[0x0112] = 6  # a quarter turn clockwise brings it upright
    PIL.Image.fromarray(STACK[..., :4], "RGBA").save(tmp_path / "a.png", exif=turned)
    expected = np.rot90(STACK[..., :4], -1).transpose(2, 0, 1).copy()
    assert torch.equal(four.read(tmp_path / "a.png"), torch.from_numpy(expected))


def test_each_band_is_resized_as_a_gray_picture_is() -> None:
    big = RNG.integers(0, 256, (40, 30, 5), dtype=np.uint8)
    gray = Image(size_px=16, mean=(0.5,), std=(0.5,), channels=1, crop_pct=1.0)
    item = FIVE.read(InMemory("big", big))
    for band in range(5):
        assert torch.equal(item[band], gray.read(InMemory("one", big[..., band]))[0])


def test_looks_tell_equal_stacks_from_others(tmp_path: Path) -> None:
    other = STACK.copy()
    other[3, 3, 4] ^= 255
    one, same, far = (FIVE.look(InMemory("x", array))[0] for array in (STACK, STACK.copy(), other))
    assert one.content == same.content and one.digest == same.digest
    assert one.content != far.content and one.digest != far.digest
    assert dict(one.facts)["mode"] == "5 bands of uint8"


@pytest.mark.parametrize(
    "array",
    [STACK[..., :3], STACK[..., 0], np.zeros((0, 4, 5), np.uint8), STACK.astype(complex)],
    ids=["three", "gray", "empty", "complex"],
)
def test_another_number_of_bands_is_refused(array: np.ndarray) -> None:
    with pytest.raises(DataError) as caught:
        FIVE.read(InMemory("odd", array))
    assert caught.value.code == "D134"


@pytest.mark.parametrize("cut", [0, 5, 20, 60, 200])
def test_a_cut_file_is_refused(tmp_path: Path, cut: int) -> None:
    whole = _file(tmp_path / "a.npy", STACK).read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[: len(whole) * cut // 256])
    with pytest.raises(DataError):
        FIVE.read(tmp_path / "cut.npy")


def test_an_array_of_objects_is_not_unpacked(tmp_path: Path) -> None:
    np.save(tmp_path / "bad.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for contract in (FIVE, Image(size_px=16)):
        with pytest.raises(DataError, match="D131"):
            contract.read(tmp_path / "bad.npy")


def test_the_first_convolution_is_adapted() -> None:
    backbone = load_backbone("resnet18", "random", channels=5, size=32)
    assert backbone.modality.channels == 5
    with torch.inference_mode():
        rows = backbone.stages(backbone.modality.batch([torch.zeros(5, 32, 32).byte()] * 2))
    assert rows.shape == (2, 512)


def test_three_bands_of_a_file_are_colors(tmp_path: Path) -> None:
    plain = Image(size_px=16, crop_pct=1.0)
    assert torch.equal(
        plain.read(_file(tmp_path / "a.npy", STACK[..., :3])),
        torch.from_numpy(STACK[..., :3]).permute(2, 0, 1),
    )


def test_a_stack_is_shown_by_its_first_three_bands() -> None:
    kind, content = FIVE.show(torch.from_numpy(STACK).permute(2, 0, 1))
    shown = np.asarray(PIL.Image.open(io.BytesIO(content)))
    assert kind == "image/png" and np.array_equal(shown, STACK[..., :3])


@pytest.mark.journey
def test_a_folder_of_stacks_is_learned_and_told_apart(tmp_path: Path) -> None:
    """The classes differ in the fifth band alone."""
    import headstart

    for index in range(60):
        array = RNG.integers(90, 160, (24, 24, 5), dtype=np.uint8)
        array[..., 4] = 200 if index % 2 else 40
        folder = tmp_path / "stacks" / ("wet" if index % 2 else "dry")
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{index}.npy", array)
    run = headstart.train(
        tmp_path / "stacks", out=tmp_path / "run", backbone="shipped", channels=5, strategy="probe"
    )
    assert run.metrics["test"]["accuracy"]["value"] >= 0.9
    answer = next(iter(run.model.predict([tmp_path / "stacks" / "wet" / "1.npy"])))
    assert answer.label == "wet"
