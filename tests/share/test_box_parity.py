import copy
from pathlib import Path

import numpy as np
import pytest
from located import CLASSES, detecting, pictures, truths

from headstart.errors import BackboneError
from headstart.modality import size_of
from headstart.share.box_parity import BoxParity, box_parity_of
from headstart.share.parity import need_parity
from headstart.task import placed


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A detector, pictures, and what it finds on each, with what is true of them."""
    model, files = detecting(), pictures(tmp_path_factory.mktemp("boxes") / "shown")[1:3]
    return model, files, found_by(model, files), truths(model, files)


def found_by(model, files):
    modality = model.backbone.modality
    return [placed(model.answers([f])[0].astype(float), modality, f) for f in files]


def compared(asked, change) -> BoxParity:
    """With a file that finds the same, but for a change to the boxes of the first picture."""
    model, files, found, true = asked
    told = [change(found[0].copy()), *found[1:]]

    def feeds(file: Path) -> list[dict]:
        width, height = size_of(file)
        return [{"pixels": np.zeros((1, height, width, 3)), "at": files.index(file)}]

    return box_parity_of(model, lambda feed: told[feed["at"]], feeds, files, true, "a runtime")


def test_equal_boxes_are_equal_and_their_precision_too(asked) -> None:
    parity = compared(asked, lambda found: found)
    assert (parity.rows, parity.same, parity.moved_px, parity.largest) == (2, 2, 0.0, 0.0)
    assert parity.map == parity.map_of_run > 0.9 and parity.holds
    assert set(parity.record()) >= {"moved_px", "map", "map_of_run"}
    assert parity.boxes == sum((found[:, 1] >= 0.5).sum() for found in asked[2]) > 2


def test_a_corner_that_moved_is_measured_in_pixels_of_the_picture(asked) -> None:
    def moved(found):
        found[0, 4] -= 0.25
        return found

    assert compared(asked, moved).moved_px == pytest.approx(0.25)


def test_a_box_that_is_said_no_more_makes_another_answer(asked) -> None:
    parity = compared(asked, lambda found: found[1:])
    assert parity.same == 1 and not parity.holds
    with pytest.raises(BackboneError, match="M704"):
        need_parity(parity, asked[1])


@pytest.mark.parametrize(("px", "lost", "chance", "holds"), [
    (0.5, 0.0, 0.0, True), (0.51, 0.0, 0.0, False), (0.0, 0.0019, 0.0, True),
    (0.0, 0.0021, 0.0, False), (0.0, 0.0, 0.01, True), (0.0, 0.0, 0.011, False),
])  # fmt: skip
def test_half_a_pixel_a_fifth_and_a_whole_point_are_allowed(px, lost, chance, holds) -> None:
    assert BoxParity(3, chance, 3, "r", px, 0.5 - lost, 0.5, 1).holds is holds
    assert not BoxParity(3, 0.0, 2, "r", px, 0.5, 0.5, 1).holds


def test_where_no_box_was_compared_nothing_holds() -> None:
    assert BoxParity(3, 0.0, 3, "r", 0.0, 0.0, 0.0, 1).holds
    assert not BoxParity(3, 0.0, 3, "r", 0.0, 0.0, 0.0, 0).holds


def test_of_a_detector_that_says_nothing_the_likeliest_boxes_are_compared(asked) -> None:
    strict, files = copy.deepcopy(asked[0]), asked[1]
    strict.head.thresholds.fill_(0.999)
    silent = strict, files, found_by(strict, files), truths(strict, files)

    def moved(found):
        found[found[:, 1].argmax(), 4] += 1.0
        return found

    parity = compared(silent, lambda found: found)
    assert parity.holds and (parity.boxes, parity.same) == (2, 2)
    assert not compared(silent, moved).holds


def test_boxes_of_another_class_are_not_the_same(asked) -> None:
    def renamed(found):
        found[0, 0] = (found[0, 0] + 1) % len(CLASSES)
        return found

    assert compared(asked, renamed).same == 1
