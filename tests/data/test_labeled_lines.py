"""Lines that are an example and its label."""

from pathlib import Path

import pytest
from places import put

from headstart.data import find
from headstart.data.labeled_lines import labeled_paths, labeled_texts

FINE = [f'__label__{"ab"[i % 2]} well, this is {i}\tand "more' for i in range(3)]


def test_commas_tabs_and_quotes_are_of_a_text_of_fasttext(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("\n".join([*FINE, "__label__b , as others write it"]))
    found = find(tmp_path / "t.txt").examples
    assert found.sources[0].content == 'well, this is 0\tand "more' and len(found) == 4
    assert [found.truth.written(i) for i in range(4)] == ["a", "b", "a", "b"]


@pytest.mark.parametrize("bad", ["no label here", "__label__a", "__label__ a text"])
@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, bad: str, at: int) -> None:
    lines = [*FINE[:at], bad, "", *FINE[at:]]
    (tmp_path / "t.txt").write_text("\n".join(lines))
    found = find(tmp_path / "t.txt")
    assert len(found.examples) == 3
    assert [(p.code, p.kind, p.row) for p in found.problems] == [("D408", "unreadable", at + 1)]


@pytest.mark.parametrize("others", [2, 3])
def test_lines_are_fasttexts_where_more_than_half_are(others: int) -> None:
    found = labeled_texts("\n".join([*FINE, *["none"] * others]), "t.txt")
    assert (found is not None) == (others < 3)


def test_labels_between_commas_are_cells_of_a_table() -> None:
    assert labeled_texts("__label__a,well this is\n__label__b,well that is", "t.csv") is None


def test_a_bad_line_of_a_list_of_files_is_named(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.png" for i in range(4)))
    lines = ["3.png", *(f"{i}.png {i % 2}" for i in range(3)), "lost.png 0"]
    (tmp_path / "t.txt").write_text("\n".join(lines))
    found = find(tmp_path / "t.txt")
    assert [found.examples.truth.written(i) for i in range(3)] == ["0", "1", "0"]
    assert [(p.code, p.row) for p in found.problems] == [("D408", 1), ("D156", 5)]


@pytest.mark.parametrize("there", [2, 3])
def test_a_list_is_of_files_where_more_than_half_are_there(there: int) -> None:
    lines = [(i, f"{i}.png x") for i in range(1, 5)]
    found = labeled_paths(lines, "t.txt", lambda name: int(name.removesuffix(".png")) <= there)
    assert (found is not None) == (there > 2)
