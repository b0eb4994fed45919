"""Where a picture lies in the square that a network sees."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from headstart.data import InMemory as Held
from headstart.modality import Image, size_of

WHOLE = Image(64, crop_pct=1.0, crop_mode="border")


def test_a_picture_seen_whole_lies_in_the_middle() -> None:
    frame = WHOLE.frame((200, 100))
    assert (frame.scaled, frame.left, frame.top) == ((64, 32), 0, 16)
    assert frame.inside(np.array([[0.0, 0, 200, 100]])).tolist() == [[0, 16, 64, 48]]


@pytest.mark.parametrize("modality", [WHOLE, Image(64), Image(64, crop_mode="squash")])
@pytest.mark.parametrize("size", [(200, 100), (31, 97), (64, 64)])
def test_boxes_come_back_to_the_pixels_they_came_from(
    modality: Image, size: tuple[int, int]
) -> None:
    boxes, frame = np.array([[3.0, 5.0, 20.0, 29.5]]), modality.frame(size)
    assert np.allclose(frame.outside(frame.inside(boxes)), boxes)


def test_boxes_end_where_the_picture_ends() -> None:
    told = WHOLE.frame((200, 100)).outside(np.array([[-9.0, 0.0, 99.0, 64.0]]))
    assert told.tolist() == [[0, 0, 200, 100]]


def test_a_mark_lies_where_the_frame_says() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:60, 120:160] = 255
    item = WHOLE.read(Held("marked", pixels)).numpy()
    box = WHOLE.frame((200, 100)).inside(np.array([[120.0, 40, 160, 60]]))[0].round().astype(int)
    assert item[0, box[1] + 1 : box[3] - 1, box[0] + 1 : box[2] - 1].min() > 200


@pytest.mark.parametrize(
    ("turned", "size"), [(1, (40, 20)), (4, (40, 20)), (5, (20, 40)), (8, (20, 40))]
)
def test_the_size_is_that_of_the_upright_picture(
    tmp_path: Path, turned: int, size: tuple[int, int]
) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = turned
    PIL.Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert size_of(tmp_path / "a.jpg") == size
    assert size_of(Held("bytes", (tmp_path / "a.jpg").read_bytes())) == size


def test_things_in_memory_have_a_size_too() -> None:
    kept = io.BytesIO()
    np.save(kept, np.zeros((30, 50, 3), np.uint8))
    assert size_of(Held("array", np.zeros((30, 50, 3), np.uint8))) == (50, 30)
    assert size_of(Held("npy", kept.getvalue())) == (50, 30)
    assert size_of(Held("picture", PIL.Image.new("L", (7, 9)))) == (7, 9)
