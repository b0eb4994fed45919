import pytest

from headstart.data.part_names import part_in, parts_of, pieces_of, told_parts
from headstart.errors import UsageError


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("TRAIN", "train"), ("training_set", "train"), ("Train images", "train"),
        ("01-train", "train"), ("trainData", "train"), ("train2017", "train"),
        ("entrenamiento", "train"), ("Entraînement", "train"), ("训练集", "train"),
        ("valid", "val"), ("Validation set", "val"), ("dev_split", "val"),
        ("test-set", "test"), ("testset", "test"), ("Prueba", "test"), ("тест", "test"),
        ("eval", "either"),
        ("bus", ""), ("test tubes", ""), ("training shoes", ""), ("trains", ""), ("2017", ""),
        ("train_test", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_part_is_known_by_its_words_and_nothing_else(name: str, part: str) -> None:
    assert part_in(name) == part


def test_what_is_called_evaluation_is_the_test_unless_another_is() -> None:
    assert parts_of(["train", "eval"], {}) == {"train": "train", "eval": "test"}
    assert parts_of(["train", "eval", "test"], {})["eval"] == "val"
    assert parts_of(["train", "eval", "val"], {})["eval"] == "test"


def test_what_was_told_goes_before_what_a_name_says() -> None:
    told = told_parts("train=A, test=Dev")
    assert parts_of(["a", "dev", "b"], told) == {"a": "train", "dev": "test"}


@pytest.mark.parametrize("name", ["cats_train", "train-cats", "cats (train)", "catsTrain"])
def test_a_part_may_be_a_piece_of_a_name(name: str) -> None:
    part, rest = pieces_of(name)
    assert part == "train" and rest.casefold() == "cats"


@pytest.mark.parametrize("asked", ["a", "learn=a", "train=", "train=a;test=b,c"])
def test_what_says_no_part_is_refused(asked: str) -> None:
    with pytest.raises(UsageError, match="U281"):
        told_parts(asked)


def test_a_name_around_all_parts_is_no_class():
    assert parts_of(["flowers_train", "flowers_test"], {}) == {
        "flowers_train": "train",
        "flowers_test": "test",
    }
    assert parts_of(["seg_train", "seg_pred"], {}) == {}
    assert parts_of(["cats_train", "dogs_test"], {}) == {}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Trainingsdaten", "train"),
        ("Trainings-Bilder", "train"),
        ("Lernset", "train"),
        ("Prüfset", "test"),
        ("træning", "train"),
        ("Opplæring", "train"),
        ("treningowe", "train"),
        ("testowe", "test"),
        ("тренировочные", "train"),
        ("валидационные", "val"),
        ("validační", "val"),
        ("data_uji", "test"),
        ("测试图", "test"),
        ("Testdaten", "test"),
        ("学習データ", "train"),
        ("测试图片", "test"),
    ],
)
def test_two_words_in_one_name_a_part(name, part):
    assert part_in(name) == part
