"""Boxes on large pictures, looked for part by part."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from headstart.data import InMemory, Source
from headstart.modality import Image
from headstart.task.box_tiles import EDGE_PX, cut, found_in_tiles, merged, tiles_of

FRAMED = Image(32, crop_pct=1.0, crop_mode="border")


def white_spots(parts: Sequence[Source]) -> np.ndarray:
    """Finds the white rectangle of each picture, unless the picture is scaled down for that."""
    rows = []
    for part in parts:
        pixels = np.asarray(part.content)[..., 0]  # type: ignore[union-attr]
        high, wide = pixels.shape
        y, x = np.nonzero(pixels)
        if not len(x) or max(high, wide) > 64:
            rows.append([1.0, *[-1] * 6])
            continue
        frame = FRAMED.frame((wide, high))
        corners = np.array([[x.min(), y.min(), x.max() + 1, y.max() + 1]], float)
        rows.append([0.9, 0, 0.9, *(frame.inside(corners)[0] / 32)])
    return np.array(rows, float)


def test_a_small_thing_on_a_large_picture_is_found_once_in_its_place() -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[101:109, 141:151] = 255
    found = found_in_tiles(white_spots, FRAMED, InMemory("large", pixels), 64)
    assert np.allclose(found, [[0, 0.9, 141, 101, 151, 109]])


def test_what_one_tile_cuts_is_told_by_another_alone() -> None:
    """Less than half is right of 142, where a tile begins; the one from 94 sees all of it."""
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[110:118, 130:152] = 255
    found = found_in_tiles(white_spots, FRAMED, InMemory("large", pixels), 64)
    assert np.allclose(found, [[0, 0.9, 130, 110, 152, 118]])


def test_a_picture_as_small_as_a_tile_is_asked_about_once() -> None:
    asked = []
    pixels = np.full((40, 64, 3), 255, np.uint8)

    def count(parts: Sequence[Source]) -> np.ndarray:
        asked.extend(parts)
        return white_spots(parts)

    assert len(found_in_tiles(count, FRAMED, InMemory("small", pixels), 64)) == len(asked) == 1


@pytest.mark.parametrize(("width", "height"), [(640, 480), (321, 1), (1000, 3000), (320, 320)])
def test_tiles_cover_a_picture_and_each_sees_a_part_of_the_next(width: int, height: int) -> None:
    tiles, seen = tiles_of(width, height, 320), np.zeros((height, width), bool)
    for x0, y0, x1, y1 in tiles:
        seen[y0:y1, x0:x1] = True
        assert (x1 - x0, y1 - y0) == (min(320, width), min(320, height))
    assert seen.all()
    left = sorted({tile[0] for tile in tiles})
    assert all(b - a <= 240 for a, b in pairwise(left))  # a quarter is seen by both


@pytest.mark.parametrize(("gap", "expected"), [(EDGE_PX, True), (EDGE_PX + 0.1, False)])
def test_what_an_inner_edge_cuts_is_left_to_the_next_tile(gap: float, expected: bool) -> None:
    box = np.array([[10, 10, 64 - gap, 20]])
    assert cut(box, (0, 0, 64, 64), (100, 64)).tolist() == [expected]
    assert cut(box, (0, 0, 64, 64), (64, 64)).tolist() == [False]


def test_of_one_thing_seen_twice_the_surer_box_stays() -> None:
    twice = np.array([[0, 0.6, 0, 0, 10, 10], [0, 0.8, 0, 1, 10, 10], [1, 0.7, 0, 0, 10, 10]])
    assert merged(twice)[:, :2].tolist() == [[0, 0.8], [1, 0.7]]
    assert merged(np.zeros((0, 6))).shape == (0, 6)
