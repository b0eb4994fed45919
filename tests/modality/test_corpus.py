import resource
import warnings
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from corpus import corpus
from drawing import SIDE, Odd

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.modality import Image

READER = Image(size_px=SIDE, crop_pct=1.0)
ODDS = corpus()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("odd")
    for odd in ODDS:
        (place / odd.name).write_bytes(odd.content)
    return place


def _fault(odd: Odd, path: Path) -> str:
    """What is wrong with how the file is read; "" for nothing."""
    try:
        pixels = READER.read(path).permute(1, 2, 0).numpy()
    except DataError as error:
        wanted = odd.expected if isinstance(odd.expected, set) else {"D122", "D123", "D131"}
        refused = odd.expected is None or isinstance(odd.expected, set)
        return "" if refused and error.code in wanted else f"{odd.name!r}: {error}"
    if isinstance(odd.expected, set):
        return f"{odd.name!r}: read, expected {odd.expected}"
    if pixels.shape != (SIDE, SIDE, 3) or pixels.dtype != np.uint8:
        return f"{odd.name!r}: {pixels.shape} {pixels.dtype}"
    far = 0 if odd.expected is None else np.abs(pixels - odd.expected.astype(int)).max()
    return "" if far <= odd.tolerance else f"{odd.name!r}: off by {far}"


def test_the_corpus_holds_more_than_200_distinct_files() -> None:
    assert len({odd.name for odd in ODDS}) == len(ODDS)
    assert len({odd.content for odd in ODDS}) > 200


def test_every_odd_file_gives_its_code_or_its_pixels(folder: Path) -> None:
    faults = [_fault(odd, folder / odd.name) for odd in ODDS]
    assert not any(faults), "\n".join(filter(None, faults))


def test_most_files_have_one_right_answer() -> None:
    refused = sum(isinstance(odd.expected, set) for odd in ODDS)
    read = sum(isinstance(odd.expected, np.ndarray) for odd in ODDS)
    assert refused > 120
    assert read > 120


def test_messages_about_odd_names_are_single_printable_lines(folder: Path) -> None:
    for odd in (odd for odd in ODDS if odd.name.endswith(".empty")):
        with pytest.raises(DataError) as caught:
            READER.read(folder / odd.name)
        assert caught.value.where == printable(folder / odd.name)
        assert caught.value.where.isprintable()


def test_odd_files_leave_the_warning_filters_alone(folder: Path) -> None:
    before = list(warnings.filters)
    _fault(ODDS[0], folder / ODDS[0].name)
    assert warnings.filters == before


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1)], ids=str)
def test_a_long_strip_takes_little_memory(size: tuple[int, int]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Image().read(InMemory("strip", PIL.Image.new("RGB", size)))  # resized whole: 256 x 1,280,000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
