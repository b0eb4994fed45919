from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sounds import RATE, samples, write

from headstart import TransferClassifier
from headstart.errors import DataError


@pytest.fixture
def labelled(photos: Path) -> tuple[list[Path], list[str]]:
    files = sorted(photos.rglob("*.png"))
    return files, [file.parent.name for file in files]


@pytest.fixture
def classifier(tiny_folder: Path) -> TransferClassifier:
    return TransferClassifier(str(tiny_folder))


@pytest.mark.journey
def test_paths_pictures_and_arrays_are_all_pictures(classifier, labelled) -> None:
    files, labels = labelled
    pictures = [PIL.Image.open(file) for file in files]
    arrays = np.stack([np.asarray(picture) for picture in pictures])
    expected = classifier.fit(files, labels).predict_proba(files)
    for same in ([str(file) for file in files], pictures, arrays):
        assert np.allclose(clone(classifier).fit(same, labels).predict_proba(same), expected)


@pytest.mark.journey
def test_it_learns(classifier, labelled) -> None:
    files, labels = labelled
    assert cross_val_score(classifier, np.array(files, dtype=object), labels, cv=3).mean() > 0.8


@pytest.mark.slow
def test_it_stands_in_a_pipeline(classifier, labelled) -> None:
    files, labels = labelled
    piped = make_pipeline(FunctionTransformer(), classifier).fit(files, labels)
    assert list(piped.classes_) == ["blue", "green", "red"]
    assert piped.score(files, labels) > 0.9


@pytest.mark.journey
def test_labels_keep_their_type(classifier, labelled) -> None:
    files, labels = labelled
    numbers = np.array([len(label) for label in labels])
    found = classifier.fit(files, numbers).predict(files)
    assert found.dtype == numbers.dtype and set(found) <= {3, 4, 5}


def test_pictures_of_12_bits_in_16_are_seen_as_such(classifier) -> None:
    deep = [np.full((16, 16), top * (i % 2 + 1), np.uint16) for i, top in enumerate([2000] * 6)]
    found = classifier.fit(deep, ["a", "b"] * 3)
    assert found.model_.backbone.modality.bits == 12
    assert found.predict(deep).tolist() == ["a", "b"] * 3


def test_a_file_that_is_no_picture_is_named(classifier, labelled, tmp_path) -> None:
    files, labels = labelled
    (tmp_path / "no.jpg").write_text("no picture")
    with pytest.raises(DataError, match=r"no\.jpg"):
        classifier.fit([*files, tmp_path / "no.jpg"], [*labels, "red"])


@pytest.mark.slow
def test_rows_of_numbers_are_pictures_of_a_shape(tiny_folder) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    flat = TransferClassifier(str(tiny_folder), picture_shape=(8, 8))
    assert (
        flat.fit(digits.data[:200], digits.target[:200]).score(
            digits.data[200:300], digits.target[200:300]
        )
        > 0.25
    )
    with pytest.raises(ValueError, match="no pictures of shape"):
        clone(flat).set_params(picture_shape=(7, 8)).fit(digits.data, digits.target)


@pytest.mark.filterwarnings("ignore")  # scikit-learn's own
@pytest.mark.slow
def test_it_passes_every_check_of_scikit_learn(classifier) -> None:
    results = check_estimator(classifier, on_fail=None, on_skip=None)
    others = {r["check_name"] for r in results if r["status"] != "passed"}
    assert len(results) > 40
    assert others <= {"check_array_api_input"}  # left out where SCIPY_ARRAY_API is not set


@pytest.mark.journey
def test_strings_are_texts_where_the_backbone_reads_texts(tiny_bert) -> None:
    texts = [f"the {w} film is {w}" for w in ("good", "bad") for _ in range(6)]
    texts = [f"{text} {'very ' * i}" for i, text in enumerate(texts)]
    labels = ["good"] * 6 + ["bad"] * 6
    found = TransferClassifier(str(tiny_bert), strategy="unfreeze:1").fit(texts, labels)
    assert set(found.predict(np.array(texts, dtype=object))) <= {"good", "bad"}
    assert TransferClassifier(str(tiny_bert)).fit(texts, labels).score(texts, labels) == 1


def test_samples_with_their_rate_are_recordings(tmp_path) -> None:
    pytest.importorskip("soundfile")
    kinds = [kind for kind in ("low", "high", "noise") for _ in range(5)]
    clips = [(samples(kind, i), RATE) for i, kind in enumerate(kinds)]
    found = TransferClassifier("headstart_dscnn", weights="random").fit(clips, kinds)
    files = [write(tmp_path / f"{i}.wav", clip) for i, (clip, _) in enumerate(clips)]
    assert found.score(clips, kinds) == 1 and found.score(files, kinds) > 0.9


@pytest.mark.journey
def test_the_order_of_numbers_counts_where_it_is_asked_for(classifier, labelled) -> None:
    files, labels = labelled
    grades = np.array([{"red": 1, "green": 2, "blue": 10}[label] for label in labels])
    ordered = clone(classifier).set_params(task="ordinal").fit(files, grades)
    assert list(ordered.classes_) == [1, 2, 10] and ordered.model_.task.kind == "ordinal"
    likely = ordered.predict_proba(files)
    assert np.allclose(likely.sum(axis=1), 1) and (ordered.predict(files) == grades).mean() > 0.8


def test_every_class_counts_the_same_where_that_is_asked(classifier, labelled) -> None:
    files, labels = labelled
    even = clone(classifier).set_params(task="balanced").fit(files, labels)
    assert even.model_.task.kind == "classification" and len(even.classes_) == 3


@pytest.mark.parametrize(
    ("task", "grades", "told"),
    [
        ("regression", [1, 2, 3], "need one of classification, balanced, ordinal"),
        ("ordinal", [1, 2, 2], "needs 3"),
        ("ordinal", ["low", "mid", "top"], "needs numbers"),
    ],
)
def test_a_task_that_labels_do_not_pose_is_refused(
    classifier, labelled, task, grades, told
) -> None:
    files = labelled[0][:3]
    with pytest.raises(ValueError, match=told):
        clone(classifier).set_params(task=task).fit(files, grades)
