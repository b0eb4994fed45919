import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from headstart.data import find
from headstart.data.class_labels import named_cells, names_beside, names_told

NAMES = ["cat", "dog"]


def hub(feature, column="label"):
    told = {"info": {"features": {column: feature}}}
    return {b"huggingface": json.dumps(told).encode()}


@pytest.mark.parametrize(
    "feature",
    [
        {"names": NAMES, "_type": "ClassLabel"},
        {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"},
        [{"names": NAMES, "_type": "ClassLabel"}],
    ],
)
def test_names_are_told_however_a_column_is_nested(feature):
    assert names_told(hub(feature)) == {"label": ("cat", "dog")}


@pytest.mark.parametrize(
    "metadata",
    [None, {}, {b"huggingface": b"no JSON"}, {b"huggingface": b"[]"}, hub({"_type": "Value"})],
)
def test_other_metadata_tell_none(metadata):
    assert names_told(metadata) == {}


@pytest.mark.parametrize(("cells", "odd"), [([0, 1], False), ([0, 2], True), ([0.5], True)])
def test_names_that_do_not_fit_are_told_and_left(cells, odd):
    found, told = named_cells(cells, NAMES, "label")
    assert bool(told) == odd and (found == cells) == odd


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_table_of_a_hub_has_its_classes_by_name(kind, tmp_path):
    table = pa.table({"text": ["a b", "c d", "e f", "g h"], "label": [0, 1, 1, -1]})
    table = table.replace_schema_metadata(hub({"names": NAMES, "_type": "ClassLabel"}))
    if kind == "parquet":
        parquet.write_table(table, tmp_path / "t.parquet")
    else:
        place = str(tmp_path / "t.arrow")
        with pa.OSFile(place, "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    found = find(tmp_path / f"t.{kind}")
    assert found.examples.truth.names == ("cat", "dog") and len(found.examples) == 3
    assert any("metadata name the classes" in note for note in found.notes)


CARD = """---
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': bad
          '1': good
---
# A set
"""


def test_names_that_only_the_card_tells_are_used(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "README.md").write_text(CARD)
    assert names_beside(tmp_path / "data" / "train.parquet") == {"label": ("bad", "good")}


@pytest.mark.parametrize("card", ["", "# no head", "---\nclass_label: [\n---", CARD[:60]])
def test_a_card_that_tells_none_or_is_broken_says_nothing(card, tmp_path):
    (tmp_path / "README.md").write_text(card)
    assert names_beside(tmp_path / "train.parquet") == {}
