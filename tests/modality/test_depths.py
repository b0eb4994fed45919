import numpy as np
import PIL.Image
import pytest
import torch

from headstart.data import InMemory, Page
from headstart.errors import DataError
from headstart.modality import Image, bits_used


def saved(folder, *tops, kind=np.uint16):
    paths = []
    for i, top in enumerate(tops):
        values = np.linspace(0, top, 16 * 16).reshape(16, 16).astype(kind)
        paths.append(folder / f"{i}-{top}.png")
        PIL.Image.fromarray(values).save(paths[-1])
    return paths


@pytest.mark.parametrize(
    ("top", "bits"), [(255, 8), (256, 10), (4095, 12), (4096, 14), (16384, 16)]
)
def test_the_brightest_picture_of_a_set_says_how_many_bits_are_used(tmp_path, top, bits):
    assert bits_used(saved(tmp_path, 3, top, 9)) == bits


def test_pictures_of_8_bits_use_all_that_their_files_have(tmp_path):
    assert bits_used(saved(tmp_path, 100, 200, kind=np.uint8)) == 16


def test_arrays_in_memory_count_and_what_is_no_picture_does_not(tmp_path):
    dark = InMemory("a", np.full((4, 4), 900, np.uint16))
    (tmp_path / "torn.png").write_bytes(b"nothing")
    assert bits_used([dark, tmp_path / "torn.png", tmp_path / "gone.png"]) == 10


def test_pictures_as_bytes_in_the_cells_of_a_table_count(tmp_path):
    held = [InMemory("a", path.read_bytes()) for path in saved(tmp_path, 300, 4000)]
    assert bits_used(held) == 12


def test_what_a_file_is_called_does_not_matter(tmp_path):
    (path,) = saved(tmp_path, 4000)
    assert bits_used([path.rename(tmp_path / "a.jpg")]) == 12


@pytest.mark.parametrize("wrap", [PIL.Image.fromarray, lambda held: torch.tensor(held.astype(int))])
def test_pictures_and_tensors_in_memory_count(wrap):
    assert bits_used([InMemory("a", wrap(np.full((4, 4), 900, np.uint16)))]) == 10


def test_of_a_file_whose_pages_are_examples_all_pages_count(tmp_path):
    dark, bright = (PIL.Image.fromarray(np.full((4, 4), top, np.uint16)) for top in (9, 4000))
    dark.save(tmp_path / "a.tif", save_all=True, append_images=[bright])
    pages = [InMemory(f"page {i}", Page(tmp_path / "a.tif", i)) for i in range(2)]
    assert bits_used([tmp_path / "a.tif"]) == 8
    assert bits_used(pages) == bits_used(pages[:1]) == 12


def test_a_set_with_one_bright_picture_among_dark_ones_uses_all_bits(tmp_path):
    assert bits_used(saved(tmp_path, *range(100, 140), 60000)) == 16


def test_a_file_that_changes_is_looked_at_again(tmp_path):
    paths = saved(tmp_path, 200, 200)
    assert bits_used(paths) == 8
    PIL.Image.fromarray(np.full((20, 20), 4000, np.uint16)).save(paths[1])
    assert bits_used(paths) == 12


def test_pictures_of_12_bits_look_like_the_same_of_8(tmp_path):
    (twelve,) = saved(tmp_path, 4095)
    (eight,) = saved(tmp_path, 255, kind=np.uint8)
    far = Image(bits=12, size_px=16).read(twelve).int() - Image(size_px=16).read(eight).int()
    assert far.abs().max() <= 1


def test_what_is_brighter_than_the_set_that_was_learned_from_is_refused(tmp_path):
    (bright,) = saved(tmp_path, 4096)
    with pytest.raises(DataError, match="expected 0 to 4095"):
        Image(bits=12, size_px=16).read(bright)
