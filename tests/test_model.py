"""A model asked about one thing, about several, and what it knows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import PIL.ImageOps
import pytest
from located import detecting, pictures

from headstart import Model, Prediction, load
from headstart.errors import DataError, UsageError
from headstart.task import MultiLabel, Regression

GOLDEN = Path(__file__).with_name("golden") / "models"


@pytest.fixture(scope="module")
def flowers() -> Model:
    return load(GOLDEN / "flowers")


def test_one_picture_gives_one_prediction_however_it_is_given(flowers: Model, tmp_path) -> None:
    picture = PIL.Image.new("RGB", (40, 40), (200, 50, 40))
    picture.save(tmp_path / "a.png")
    (expected,) = flowers.predict([tmp_path / "a.png"])
    assert isinstance(expected, Prediction)
    path, array = tmp_path / "a.png", np.asarray(picture)
    for one in (path, str(path), path.read_bytes(), picture, array):
        assert flowers.predict(one) == expected


def test_series_frames_and_stacks_give_one_a_row(flowers: Model, tmp_path) -> None:
    names = [str(tmp_path / f"{shade}.png") for shade in (40, 200)]
    pictures = [PIL.Image.new("RGB", (40, 40), (shade, 50, 40)) for shade in (40, 200)]
    for name, picture in zip(names, pictures, strict=True):
        picture.save(name)
    expected = flowers.predict(names)
    frame = pd.DataFrame({"path": names, "label": ["?", "?"]})
    for same in (frame["path"], frame, np.stack(pictures), pictures):
        assert flowers.predict(same) == expected


def test_one_text_gives_one_prediction() -> None:
    model = load(GOLDEN / "questions")
    assert model.predict("the cat is very good") == model.predict(["the cat is very good"])[0]


def test_its_classes_are_those_of_its_probabilities(flowers: Model) -> None:
    found = flowers.predict(np.zeros((40, 40, 3), np.uint8))
    assert flowers.classes == tuple(found.probabilities) and len(flowers.classes) > 1


def test_one_broken_picture_among_several_leaves_the_boxes_of_others(tmp_path) -> None:
    model, (first, *_) = detecting(), pictures(tmp_path / "shown")
    (tmp_path / "torn.png").write_bytes(b"")
    found, torn = model.predict([first, tmp_path / "torn.png"])
    assert found.boxes == model.predict(first).boxes and found.boxes
    assert torn.error.startswith("D124") and torn.boxes is None


def test_one_broken_thing_among_several_has_its_reason_and_harms_no_other(
    flowers: Model, tmp_path
) -> None:
    good = [np.full((40, 40, 3), shade, np.uint8) for shade in (0, 90)]
    (tmp_path / "torn.png").write_bytes(b"")
    first, torn, last = flowers.predict([good[0], tmp_path / "torn.png", good[1]])
    assert [first.label, last.label] == [one.label for one in flowers.predict(good)]
    assert torn.error.startswith("D124") and not torn.sure and not first.error


def test_where_nothing_can_be_read_the_first_error_is_raised(flowers: Model, tmp_path) -> None:
    (tmp_path / "torn.png").write_bytes(b"")
    for asked in (tmp_path / "torn.png", [tmp_path / "torn.png"], [tmp_path / "torn.png"] * 2):
        with pytest.raises(DataError, match="D124"):
            flowers.predict(asked)


def test_from_a_threshold_on_answers_are_sure(small_model: Model) -> None:
    picture = PIL.Image.new("RGB", (40, 40), "teal")
    plain = small_model.predict(picture)
    for threshold, sure in ((plain.probability - 1e-6, True), (plain.probability + 1e-6, False)):
        assert small_model.asking(threshold=threshold).predict(picture).sure == sure


def test_from_a_threshold_on_tags_are_said(small_model: Model) -> None:
    picture = PIL.Image.new("RGB", (40, 40), "teal")
    tags = replace(small_model, task=MultiLabel(("blue", "green", "red")))
    given = tags.predict(picture).probabilities
    for name, chance in given.items():
        below, above = (tags.asking(threshold=chance + by).predict(picture) for by in (-1e-6, 1e-6))
        assert name in below.label.split(";") and name not in above.label.split(";")
        assert below.probabilities == given
        said = [p if one in below.label.split(";") else 1 - p for one, p in given.items()]
        assert below.probability == pytest.approx(min(said))


def test_several_looks_are_averaged(small_model: Model) -> None:
    picture = PIL.Image.fromarray(
        np.random.default_rng(0).integers(0, 255, (40, 40, 3)).astype(np.uint8)
    )
    mirrored = PIL.ImageOps.mirror(picture)

    def given(model: Model, one: PIL.Image.Image) -> np.ndarray:
        return np.array(list(model.predict(one).probabilities.values()))

    one, other = given(small_model, picture), given(small_model, mirrored)
    both = given(small_model.asking(looks=2), picture)
    assert both == pytest.approx((one + other) / 2, abs=1e-5) and not np.allclose(one, other)
    assert given(small_model.asking(looks=12), picture).sum() == pytest.approx(1)


def test_texts_are_read_once_and_values_have_no_threshold(small_model: Model) -> None:
    values = replace(small_model, task=Regression(0.0, 1.0))
    with pytest.raises(UsageError, match="U349"):
        values.asking(threshold=0.5)
    assert values.asking(looks=2).looks == 2
    texts = load(GOLDEN / "questions")
    with pytest.raises(UsageError, match="U351"):
        texts.asking(looks=2)
    assert texts.asking(threshold=0.5).trust.sure_above == 0.5


def test_boxes_are_said_from_the_threshold_on(tmp_path) -> None:
    model, (first, *_) = detecting(), pictures(tmp_path / "shown")
    found = model.predict(first).boxes
    least = min(box.probability for box in found)
    assert model.asking(threshold=least).predict(first).boxes == found
    assert len(model.asking(threshold=least + 1e-6).predict(first).boxes) < len(found)
    assert len(model.asking(threshold=0.01).predict(first).boxes) >= len(found)
    with pytest.raises(UsageError, match="U351"):
        model.asking(looks=2)
