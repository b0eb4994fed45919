"""Every source is opened once, over all runs; what can't be read has its reason in its place."""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from headstart.data import ClassTruth, Examples, InMemory, Problem
from headstart.errors import DataError
from headstart.events import Event
from headstart.features import file_digests, survey
from headstart.modality import Image

surveying = sys.modules[survey.__module__]
CONTRACT = Image(size_px=32, crop_pct=1.0)


@pytest.fixture
def sources(photos: Path) -> list[Path]:
    return sorted(photos.rglob("*.png"))[:6]


def examples(*sources) -> Examples:
    return Examples(tuple(sources), ClassTruth(("a",), (0,) * len(sources)))


def reads(heard: list[Event]) -> int:
    return sum(event.kind == "step" for event in heard)


def test_items_and_looks_stand_in_the_order_of_the_examples(sources, tmp_path) -> None:
    seen = survey(examples(*sources), CONTRACT, cache=tmp_path)
    assert len(seen.looks) == 6 and len(set(seen.items.digests)) == 6
    for row, item in zip((5, 0, 3), seen.items.take([5, 0, 3]), strict=True):
        assert torch.equal(item, CONTRACT.read(sources[row]))


def test_a_second_survey_decodes_nothing(sources, tmp_path, monkeypatch) -> None:
    first = survey(examples(*sources), CONTRACT, cache=tmp_path)
    heard: list[Event] = []
    second = survey(examples(*reversed(sources)), CONTRACT, cache=tmp_path, tell=heard.append)
    assert reads(heard) == 0
    assert second.looks == tuple(reversed(first.looks))


def test_only_what_is_new_or_changed_is_read(sources, tmp_path) -> None:
    survey(examples(*sources[:3]), CONTRACT, cache=tmp_path / "c")
    changed = tmp_path / "changed.png"
    PIL.Image.fromarray(np.full((9, 9, 3), 7, np.uint8)).save(changed)
    heard: list[Event] = []
    survey(examples(*sources[:3], changed), CONTRACT, cache=tmp_path / "c", tell=heard.append)
    assert reads(heard) == 1


def test_another_contract_reads_again(sources, tmp_path) -> None:
    survey(examples(*sources), CONTRACT, cache=tmp_path)
    heard: list[Event] = []
    survey(examples(*sources), Image(size_px=16), cache=tmp_path, tell=heard.append)
    assert reads(heard) == 6


def test_copies_and_new_names_are_known(sources, tmp_path) -> None:
    shutil.copy(sources[0], tmp_path / "copy.png")
    heard: list[Event] = []
    both = examples(sources[0], tmp_path / "copy.png")
    seen = survey(both, CONTRACT, cache=tmp_path / "c", tell=heard.append)
    assert reads(heard) == 1
    assert seen.items.digests[0] == seen.items.digests[1] and seen.looks[0] == seen.looks[1]


def test_what_cannot_be_read_has_its_reason_and_no_item(sources, tmp_path) -> None:
    for name in ("torn.png", "torn too.png"):
        (tmp_path / name).write_bytes(sources[0].read_bytes()[:60])
    both = examples(tmp_path / "torn.png", tmp_path / "torn too.png")
    looks = survey(both, CONTRACT, cache=tmp_path / "c").looks
    assert [Path(look.name).name for look in looks] == ["torn.png", "torn too.png"]
    gone = tmp_path / "gone.png"
    seen = survey(examples(sources[0], tmp_path / "torn.png", gone), CONTRACT, cache=tmp_path / "c")
    assert [isinstance(look, Problem) for look in seen.looks] == [False, True, True]
    assert seen.looks[1].name.endswith("torn.png") and seen.looks[1].kind == "unreadable"
    assert seen.items.digests[1:] == ("", "")
    with pytest.raises(DataError, match="D171"):
        seen.items.take([0, 1])


def test_things_in_memory_are_items_too(tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    held = InMemory("X[0]", pixels), InMemory("X[1]", PIL.Image.fromarray(pixels))
    one, other = survey(examples(*held), CONTRACT, cache=tmp_path).items.take([0, 1])
    assert torch.equal(one, other)


def test_a_page_is_not_taken_for_the_text_that_its_bytes_are(tmp_path: Path) -> None:
    text, page = tmp_path / "a.txt", tmp_path / "a.html"
    for file in (text, page):
        file.write_text("<p>seen</p>")
    known, unknown = file_digests(examples(text, page))
    assert known and not unknown


@pytest.mark.parametrize("count", [0, 1, 64, 65, 130])
def test_digests_are_in_order_and_many_are_one_job(count: int, monkeypatch) -> None:
    jobs = list[int]()

    class Pool(ThreadPoolExecutor):
        def submit(self, *given):
            jobs.append(1)
            return super().submit(*given)

    monkeypatch.setattr(surveying, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(surveying, "_digest", lambda source: f"digest of {source.name}")
    found = file_digests(examples(*(Path(str(number)) for number in range(count))))
    assert found == [f"digest of {number}" for number in range(count)]
    assert len(jobs) == -(-count // 64)


def test_what_looks_of_two_pictures_say_alike_is_in_memory_once(sources, tmp_path) -> None:
    survey(examples(*sources[:2]), CONTRACT, cache=tmp_path)
    one, two = survey(examples(*sources[:2]), CONTRACT, cache=tmp_path).looks
    alike = [(a, b) for a, b in zip(one.facts, two.facts, strict=True) if a == b]
    assert alike and all(a is b for a, b in alike)
