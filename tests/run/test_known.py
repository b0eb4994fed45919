"""What a run keeps of what it learned from."""

import json

import numpy as np
import pytest

import headstart
from headstart.errors import BackboneError
from headstart.head import MOST_KEPT_ROWS
from headstart.run.known import some

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("count", [MOST_KEPT_ROWS, MOST_KEPT_ROWS + 1])
def test_no_more_rows_are_kept_than_are_bounded_and_the_same_ones(count: int) -> None:
    found = some(range(count))
    assert (
        len(found) == MOST_KEPT_ROWS
        and list(found) == sorted(set(found))
        and found == some(range(count))
    )


@pytest.fixture(scope="module")
def run(tiny_folder, tmp_path_factory):
    from stand_ins import draw

    place = tmp_path_factory.mktemp("known")
    return headstart.train(
        draw(place / "photos"), out=place / "run", cache=place / "cache", strategy="probe",
        backbone=str(tiny_folder),
    )  # fmt: skip


def test_a_run_tells_what_is_unlike_what_it_learned_from(run) -> None:
    assert run.metrics.familiar_above == 0.05
    model = run.model
    known, strange = (
        model.predict(sorted(run.path.parent.glob("photos/*/*.png"))),
        model.predict([np.full((40, 40, 3), shade, np.uint8) for shade in (0, 255)]),
    )
    assert np.mean([one.familiar <= 0.05 for one in known]) <= 0.1
    assert max(one.familiar for one in strange) < np.median([one.familiar for one in known])


def test_a_share_that_was_sure_is_kept(run) -> None:
    facts = json.loads((run.path / "model" / "model.json").read_text())
    assert 0 < facts["sure_share"] <= 1 and run.model.trust.sure_share == facts["sure_share"]


def test_rows_that_were_changed_are_refused(run, tmp_path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run.path / "model", copy)
    raw = bytearray((copy / "familiar.safetensors").read_bytes())
    raw[-3] ^= 0xFF
    (copy / "familiar.safetensors").write_bytes(bytes(raw))
    with pytest.raises(BackboneError, match="M452"):
        headstart.load(copy)
