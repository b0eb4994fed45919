import csv
import json

import PIL.Image
import pytest
from located import detecting
from pyarrow import parquet
from stand_ins import FIGURES

from headstart.data import InMemory
from headstart.data.questions import Question
from headstart.errors import DataError, UsageError
from headstart.model import Prediction
from headstart.run.answer_settings import AnswerSettings
from headstart.run.answers import Answer, answers_of, judged, need_ending, write
from headstart.share import save_model
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
    told = answer.record()
    assert told["label"] is None and told["error"] == {
        "code": "D294", "what": "there is no such file", "where": "x.png", "why": "",
        "fix": "look at the name",
    }  # fmt: skip


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


def likely(text: str) -> Answer:
    given = {"cow": 0.1, "cat": 0.6, "dog": 0.3}
    return Answer(questions(text)[0], Prediction("cat", given, sure=True, probability=0.6))


def test_the_likeliest_come_first_and_only_where_they_are_asked_for(tmp_path):
    assert likely("x").record(2)["top"] == [
        {"label": "cat", "probability": 0.6},
        {"label": "dog", "probability": 0.3},
    ]
    assert "top" not in likely("x").record()
    lost = Answer(questions("y")[0], failure=DataError("D122", "the file stops", "copy it again"))
    assert lost.record(2)["top"] == []
    write(tmp_path / "a.csv", [likely("x"), lost], top=2)
    with (tmp_path / "a.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["top 1"], first["top 2"], first["top 2 probability"]) == ("cat", "dog", "0.3")
    assert second["top 1"] == "" and "top 3" not in first


def test_a_run_is_asked_for_the_likeliest_above_a_threshold(finished_run, tmp_path):
    picture = tmp_path / "x.png"
    PIL.Image.new("RGB", (40, 40), "teal").save(picture)
    settings = AnswerSettings(top=2, threshold=0.999999, tta=2)
    found = judged(finished_run, [str(picture)], [], settings=settings)
    (record,) = [answer.record(found.top) for answer in found.answers]
    assert len(record["top"]) == 2 and not record["sure"]
    assert record["top"][0]["label"] == record["label"]
    many = judged(finished_run, [str(picture)], [], settings=AnswerSettings(top=99))
    assert many.top == len(many.classes)


def test_boxes_have_no_likeliest_classes(tmp_path):
    save_model(tmp_path / "model", detecting(), FIGURES)
    with pytest.raises(UsageError, match="U352"):
        judged(tmp_path / "model", ["x.png"], [], settings=AnswerSettings(top=2))
