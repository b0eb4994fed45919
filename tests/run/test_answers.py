import csv
import json

import pytest
from pyarrow import parquet

from headstart.data import InMemory
from headstart.data.questions import Question
from headstart.errors import DataError, UsageError
from headstart.model import Prediction
from headstart.run.answers import Answer, answers_of, need_ending, write
from headstart.task import FoundBox


class Broken:
    """Says the text itself, and stumbles over "bad"."""

    def predict_sources(self, sources):
        if any(source.content == "bad" for source in sources):
            raise DataError("D122", "the file stops", "copy it again")
        return [Prediction(source.content, {}, sure=True, probability=0.5) for source in sources]


def questions(*texts, **cells):
    return [Question(text, InMemory(text, text), cells) for text in texts]


@pytest.mark.parametrize("at", [0, 3, 39])
def test_one_that_cannot_be_read_takes_no_other_with_it(at):
    texts = ["bad" if i == at else f"{i}" for i in range(40)]
    found = answers_of(Broken(), questions(*texts))
    assert [i for i, answer in enumerate(found) if answer.failure] == [at]
    assert "D122" in found[at].error and found[at - 1].prediction.label == texts[at - 1]


def test_what_is_not_there_has_a_reason():
    (answer,) = answers_of(Broken(), [Question("x.png", None, error="there is no such file")])
    assert answer.record()["label"] is None and "no such file" in answer.record()["error"]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_tables_of_answers_keep_the_columns_they_were_asked_with(tmp_path, ending):
    out = tmp_path / f"answers{ending}"
    write(out, answers_of(Broken(), questions("one", "bad", id="7", label="x")))
    if ending == ".csv":
        with out.open(newline="") as file:
            rows = list(csv.DictReader(file))
    elif ending == ".jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    else:
        rows = parquet.read_table(out).to_pylist()
    assert list(rows[0]) == ["id", "label (given)", "label", "probability", "sure", "error"]
    assert rows[0]["label"] == "one" and rows[0]["id"] == "7" and "D122" in rows[1]["error"]


def test_a_table_of_no_kind_is_refused_before_anything_is_judged(tmp_path):
    with pytest.raises(UsageError, match="U282"):
        need_ending(tmp_path / "answers.docx")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_boxes_have_a_column_where_they_are_found(tmp_path, ending):
    out, box = tmp_path / f"answers{ending}", FoundBox("cat", 0.75, (1.0, 2.0, 3.0, 4.0))
    said = Prediction("1 cat", {}, sure=True, probability=0.5, boxes=(box,))
    answers = [Answer(Question("a", None, {"boxes": "own"}), said)]
    write(out, answers, located=True)
    if ending == ".csv":
        with out.open(newline="") as file:
            (row,) = csv.DictReader(file)
        row["boxes"] = json.loads(row["boxes"])
    elif ending == ".jsonl":
        row = json.loads(out.read_text())
    else:
        (row,) = parquet.read_table(out).to_pylist()
    assert list(row) == ["boxes (given)", "label", "probability", "sure", "boxes", "error"]
    assert row["boxes"] == [{"label": "cat", "probability": 0.75, "box": [1, 2, 3, 4]}]


class Tiled:
    """Says the side of the tiles that it was asked with."""

    def tiled(self, source, side):
        return Prediction(f"{source.content} {side}", {}, sure=True, probability=0.5)


def test_large_pictures_are_asked_about_one_by_one_in_tiles():
    assert [a.prediction.label for a in answers_of(Tiled(), questions("a", "b"), 64)] == [
        "a 64",
        "b 64",
    ]
