"""The flags that are named where no column is clearly the one."""

from pathlib import Path

import pytest
from places import put

from headstart.data import Columns, find
from headstart.errors import DataError

LONG = "a text of many words"


def fix(folder: Path, head: str, row) -> str:
    lines = [head, *(row(i) for i in range(8))]
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match="D107") as refused:
        find(folder / "t.csv")
    return refused.value.fix


def test_the_longest_texts_and_the_fewest_cells_are_named(tmp_path) -> None:
    told = fix(
        tmp_path,
        "summary,remarks,country,grade given",
        lambda i: f"{LONG},{LONG} and more {i},{'wxyz'[i % 4]},{'ab'[i % 2]}",
    )
    assert told.startswith('--text remarks --label "grade given" (it has 2 different cells)')


@pytest.mark.parametrize(
    ("head", "source", "target"),
    [
        ("en,de", "en", "de"),
        ("source,target", "source", "target"),
        ("highlights,article", "article", "highlights"),
        ("translation,words", "words", "translation"),
    ],
)
def test_two_columns_of_texts_may_be_one_written_from_the_other(
    tmp_path, head, source, target
) -> None:
    told = fix(tmp_path, head, lambda i: f"{LONG} {i},{LONG} other {i}")
    assert told.startswith(f"--task text-to-text --text {source} --label {target} ")
    found = find(tmp_path / "t.csv", Columns(task="text-to-text", text=source, label=target))
    assert len(found.examples) == 8


@pytest.mark.parametrize(
    ("names", "told"),
    [("source,target", True), ("article,highlights", True), ("source,other", False)],
)
def test_short_texts_that_are_written_from_texts_lead_to_their_task(tmp_path, names, told) -> None:
    asked = fix(tmp_path, names, lambda i: f"a b{i},c d{i}")
    assert ("--task text-to-text" in asked) == told


@pytest.mark.parametrize("written", ["{}.wav", "{}"])
def test_recordings_beside_texts_may_be_what_is_said(tmp_path, written) -> None:
    put(tmp_path, *(f"wavs/LJ{i}.wav" for i in range(8)))
    told = fix(
        tmp_path,
        "clip,said,normalized",
        lambda i: f"{written.format(f'LJ{i}')},{LONG} {i},{LONG} number {i}",
    )
    assert told.startswith("--task transcribe --path clip --label normalized ")
    found = find(tmp_path / "t.csv", Columns(task="transcribe", path="clip", label="normalized"))
    assert len(found.examples) == 8


def test_what_is_said_is_no_text_to_learn_from(tmp_path) -> None:
    put(tmp_path, *(f"clips/{i}.wav" for i in range(4)))
    lines = [f"u{i},{i}.wav,{LONG} {i},2" for i in range(4)]
    (tmp_path / "t.csv").write_text("\n".join(["client_id,path,sentence,votes", *lines]))
    found = find(tmp_path / "t.csv", Columns(task="transcribe"))
    assert [Path(str(source)).name for source in found.examples.sources][:1] == ["0.wav"]


def test_texts_alone_may_be_continued(tmp_path) -> None:
    assert fix(tmp_path, LONG, lambda i: f"{LONG} {i}").startswith("--task generation ")


@pytest.mark.parametrize(
    ("head", "guessed"),
    [("v1,v2,v3", True), ("column 1,column 2,x", True), ("kind,words of it,x", False)],
)
def test_a_column_without_a_name_that_may_be_labels_is_taken(tmp_path, head, guessed) -> None:
    def row(i: int) -> str:
        return f"{'ab'[i % 2]},{LONG} {i},{i}"

    if not guessed:
        assert fix(tmp_path, head, row).startswith('--text "words of it" --label kind')
        return
    (tmp_path / "t.csv").write_text("\n".join([head, *(row(i) for i in range(8))]))
    assert len(find(tmp_path / "t.csv").examples) == 8


def test_two_columns_without_names_that_may_be_labels_are_asked_about(tmp_path) -> None:
    told = fix(tmp_path, "v1,v2,v3", lambda i: f"{'ab'[i % 2]},{LONG} {i},{'wxyz'[i % 4]}")
    assert told.startswith("--text v2 --label v1 ")


def test_cells_that_hardly_come_twice_are_no_labels(tmp_path) -> None:
    told = fix(tmp_path, "foo,bar,words of it", lambda i: f"{i // 2},{i // 3},{LONG} {i}")
    assert "--label bar (it has 3" in told
    told = fix(tmp_path, "foo,bar,words of it", lambda i: f"{i},{max(i, 3)},{LONG} {i}")
    assert told.startswith("--label COLUMN")
