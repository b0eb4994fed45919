"""Examples, divided: alike whatever they are looked at with."""

from pathlib import Path

import pytest

from headstart.data import find, with_sounds
from headstart.events import quiet
from headstart.modality import Image, Sound
from headstart.run.division import dataset_at, usual_modality


def test_the_division_does_not_go_by_what_looks_at_the_examples(photos: Path, cache: Path) -> None:
    found = find(photos)
    small, large = (
        dataset_at(found, Image(size_px=size), cache, quiet, test=0.25)[0] for size in (16, 32)
    )
    assert small.partition == large.partition and len(small.partition.test) == 12
    other, _ = dataset_at(found, Image(size_px=16), cache, quiet, test=0.25, seed=1)
    assert other.partition.test != small.partition.test


@pytest.mark.parametrize(("ending", "kind"), [(".png", Image), (".wav", Sound)])
def test_pictures_and_sounds_are_looked_at_in_their_own_way(ending, kind, tmp_path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"1{ending}").write_bytes(b"x")
    assert isinstance(usual_modality(with_sounds(find(tmp_path))), kind)
