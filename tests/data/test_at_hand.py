import json
from dataclasses import replace

import numpy as np
import PIL.Image
import pyarrow
import pytest
import torch
from torch.utils.data import ConcatDataset, Subset, TensorDataset
from torchvision.datasets import ImageFolder

from headstart.data import InMemory, from_data_set, is_at_hand, labeled_sources
from headstart.errors import DataError


class Table:
    """What headstart asks of a `datasets.Dataset`."""

    def __init__(self, table):
        self.table, self.features, self.arrow_schema = table, self, table.schema

    def select(self, rows):
        raise AssertionError("all rows are asked for")

    def with_format(self, kind):
        assert kind == "arrow"
        return self

    def __getitem__(self, rows):
        assert rows == slice(None)
        return self.table


def reviews(labels=("good", "bad"), names=""):
    table = pyarrow.table({"text": [f"text {i}" for i in range(8)], "label": [*labels] * 4})
    told = {"info": {"features": {"label": {"names": names.split(), "_type": "ClassLabel"}}}}
    return Table(table.replace_schema_metadata({"huggingface": json.dumps(told)} if names else {}))


def numbers(count=6):
    return TensorDataset(torch.rand(count, 3, 8, 8), torch.arange(count) % 2)


def photos(root):
    for i in range(6):
        folder = root / ("cat" if i % 2 else "dog")
        folder.mkdir(exist_ok=True)
        PIL.Image.new("RGB", (8, 8), (i, 0, 0)).save(folder / f"{i}.png")
    return ImageFolder(str(root))


def test_a_data_set_of_datasets_has_the_names_of_its_features():
    found = from_data_set(reviews((0, 1), names="poor fine"))
    assert found.examples.truth.names == ("fine", "poor")
    assert found.holds == "text"
    assert len(found.examples) == 8


def test_a_dict_of_data_sets_has_given_parts():
    found = from_data_set({"train": reviews(), "validation": reviews(), "test": reviews()})
    assert sorted(set(found.examples.parts)) == ["test", "train", "val"]
    assert len(found.examples) == 24


def test_a_dict_of_one_data_set_has_no_parts():
    assert not from_data_set({"train": reviews()}).examples.parts


def test_a_part_of_another_name_is_asked_about():
    with pytest.raises(DataError, match="D403") as caught:
        from_data_set({"train": reviews(), "unsupervised": reviews()})
    assert "--parts" in caught.value.fix


def test_an_empty_part_is_named():
    with pytest.raises(DataError, match="D401"):
        from_data_set({"train": reviews(), "test": Table(reviews().table.slice(0, 0))})


def test_a_torch_data_set_holds_its_inputs():
    found = from_data_set(numbers())
    assert found.examples.truth.names == ("0", "1")
    assert isinstance(found.examples.sources[0], InMemory)
    assert found.examples.sources[0].content.shape == (3, 8, 8)


def test_a_torchvision_folder_is_read_from_its_files_by_the_names_of_its_classes(tmp_path):
    found = from_data_set(photos(tmp_path))
    assert found.examples.truth.names == ("cat", "dog")
    assert found.examples.sources[0] == tmp_path / "cat" / "1.png"
    assert any("transforms" in note for note in found.notes)


def test_subsets_are_those_rows_alone(tmp_path):
    own = photos(tmp_path)
    files = from_data_set(Subset(own, [0, 5])).examples
    assert [source.name for source in files.sources] == ["1.png", "4.png"]
    assert files.truth.names == ("cat", "dog")
    items = from_data_set(Subset(numbers(), [1, 2, 3])).examples
    assert [items.truth.written(i) for i in range(3)] == ["1", "0", "1"]


def test_data_sets_behind_one_another_are_one():
    assert len(from_data_set(ConcatDataset([numbers(2), numbers(4)])).examples) == 6


def test_data_sets_behind_one_another_keep_the_names_of_their_classes():
    first, second = numbers(2), numbers(4)
    first.classes, second.classes = ["off", "on"], ["on", "off"]
    both = ConcatDataset([first, second])
    told = from_data_set(both).examples
    assert [told.truth.written(i) for i in range(4)] == ["off", "on", "on", "off"]
    second.classes = first.classes
    assert from_data_set(Subset(both, [0, 5])).examples.truth.names == ("off", "on")


def test_classes_of_any_data_set_are_called_as_it_calls_them():
    named = numbers()
    named.classes = ["off", "on"]
    assert from_data_set(named).examples.truth.names == ("off", "on")


def test_items_that_are_no_pairs_are_refused():
    with pytest.raises(DataError, match="D404"):
        from_data_set(TensorDataset(torch.rand(4, 3)))


def test_items_without_a_label_are_passed_over_and_told():
    class Some(torch.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return np.zeros((8, 8)), None if i == 3 else "ab"[i % 2]

    found = from_data_set(Some())
    assert len(found.examples) == 3
    assert [problem.code for problem in found.problems] == ["D402"]


def test_what_is_no_data_set_is_not_taken_for_one():
    assert not any(map(is_at_hand, ([1], {}, {"train": 1}, "photos", np.zeros(3), None)))
    assert is_at_hand(numbers()) and is_at_hand({"train": reviews()})


def test_estimators_take_sources_and_labels():
    sources, labels, groups = labeled_sources(from_data_set(numbers(4)))
    assert len(sources) == 4
    assert labels == ["0", "1", "0", "1"]
    assert groups is None


def test_estimators_are_not_fitted_to_the_part_for_the_test():
    found = from_data_set({"train": numbers(4), "validation": numbers(2), "test": numbers(6)})
    sources, labels, _ = labeled_sources(found)
    assert len(sources) == len(labels) == 6
    assert not any(source.name.startswith("test") for source in sources)


def test_estimators_take_groups_where_there_are_any():
    found = from_data_set(numbers(4))
    some = replace(found, examples=replace(found.examples, groups=("a", "a", "", "b")))
    assert labeled_sources(some)[2] == ["a", "a", "", "b"]


def test_parts_keep_pictures_recordings_and_the_names_of_classes():
    heard = {"path": "lost.wav", "array": [0.0, 0.5], "sampling_rate": 8000}
    for cell, content in (
        ({"bytes": b"PNG", "path": None}, b"PNG"),
        (heard, {"array": [0.0, 0.5], "sampling_rate": 8000}),
    ):
        told = {"info": {"features": {"label": {"names": ["lo", "hi"], "_type": "ClassLabel"}}}}
        table = pyarrow.table({"audio": [cell] * 4, "label": [0, 1, 0, 1]})
        table = table.replace_schema_metadata({"huggingface": json.dumps(told)})
        parts = {"train": Table(table), "validation": Table(table), "test": Table(table)}
        found = from_data_set(parts).examples
        assert found.sources[0].content == content and found.truth.names == ("hi", "lo")
        assert sorted(set(found.parts)) == ["test", "train", "val"]


@pytest.mark.parametrize(("most", "kind"), [(255, "u"), (256, "i"), (0.5, "f")])
def test_rows_of_pixels_are_arrays(most, kind):
    table = pyarrow.table({"pixels": [[[0, 1], [2, most]]] * 4, "label": ["a", "b"] * 2})
    (first, *_) = from_data_set(Table(table)).examples.sources
    assert first.content.shape == (2, 2) and first.content.dtype.kind == kind


def test_rows_of_several_lengths_stay_lists_and_are_refused_when_they_are_read():
    table = pyarrow.table({"pixels": [[[0, 1], [2]]] * 4, "label": ["a", "b"] * 2})
    assert from_data_set(Table(table)).examples.sources[0].content == [[0, 1], [2]]


def test_a_data_set_that_streams_is_named():
    class Streaming:
        features, take = None, None

    streaming = Streaming()
    assert is_at_hand(streaming) and is_at_hand({"train": streaming})
    with pytest.raises(DataError, match="streams") as caught:
        from_data_set({"train": streaming})
    assert caught.value.code == "D410" and "without streaming" in caught.value.fix
