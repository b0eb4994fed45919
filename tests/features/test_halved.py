from pathlib import Path

from headstart.data import ClassTruth, Examples
from headstart.features import survey
from headstart.features.halved import Halved
from headstart.modality import Image


def test_items_have_half_the_side_and_other_names(photos: Path, tmp_path: Path) -> None:
    files = tuple(sorted(photos.rglob("*.png"))[:2])
    contract = Image(size_px=32, crop_pct=1.0)
    items = survey(Examples(files, ClassTruth(("a",), (0, 0))), contract, cache=tmp_path).items
    small = Halved(items, contract)
    assert [tuple(item.shape[-2:]) for item in small.take([1, 0])] == [(16, 16)] * 2
    assert len({*small.digests, *items.digests}) == 4
