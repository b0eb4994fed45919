import numpy as np
import pytest

from headstart.data.sequences import LEAST_PICTURES, LIKE_BITS, sequences

Near = dict[int, tuple[int, ...]]
OTHERS = [f"other{i}x.jpg" for i in range(90)]


def hashes(bits: int, count: int) -> Near:
    """Each differs from the one before in so many bits."""
    flip = (1 << min(bits, 64)) - 1, (1 << max(0, bits - 64)) - 1
    return {i: ((i % 2) * flip[0], (i % 2) * flip[1], 0, 0) for i in range(count)}


def rows(names: list[str], near: Near | None = None) -> list[tuple[int, ...]]:
    return [run.rows for run in sequences(names, near or {})]


@pytest.mark.parametrize(
    "pattern", ["video1_frame_{:04d}.jpg", "a/clip-3-{}.png", "cam2_{}.jpg", "frame{:06d}.jpg"]
)
def test_names_with_a_word_for_it_are_frames(pattern: str) -> None:
    names = [pattern.format(i) for i in (2, 0, 1)]
    assert rows([*names, *OTHERS]) == [(1, 2, 0)]


@pytest.mark.parametrize(
    "pattern", ["raccoon-{}.jpg", "{:012d}.jpg", "campus_{}.jpg", "scampi{}.png"]
)
def test_numbers_alone_make_no_video(pattern: str) -> None:
    assert rows([pattern.format(i) for i in range(5)] + OTHERS) == []


@pytest.mark.parametrize(("bits", "found"), [(LIKE_BITS, 1), (LIKE_BITS + 1, 0)])
def test_neighbors_that_look_alike_do(bits: int, found: int) -> None:
    names = [f"x-{i}.jpg" for i in range(5)]
    assert len(rows(names + OTHERS, hashes(bits, 5))) == found


@pytest.mark.parametrize(("count", "found"), [(LEAST_PICTURES - 1, 0), (LEAST_PICTURES, 1)])
def test_two_pictures_are_no_video(count: int, found: int) -> None:
    assert len(rows([f"frame_{i}.jpg" for i in range(count)] + OTHERS)) == found


def test_frames_of_two_videos_stay_apart() -> None:
    names = [f"{folder}/frame_{i}.jpg" for folder in "ab" for i in range(3)]
    assert rows(names + OTHERS) == [(0, 1, 2), (3, 4, 5)]


def test_one_long_video_is_cut_into_runs() -> None:
    found = rows([f"frame_{i}.jpg" for i in range(100)])
    assert len(found) == 10 and found[0] == tuple(range(10))
    assert np.concatenate(found).tolist() == list(range(100))


def test_copies_that_a_tool_made_of_one_picture_belong_together() -> None:
    names = ["dog_jpg.rf.0a1b.jpg", "train/dog_jpg.rf.ff00.jpg", "cat_jpg.rf.00.jpg", "dog.jpg"]
    assert rows(names) == [(0, 1)]
