import gzip
import zipfile
from pathlib import PurePath

import pytest
from places import put

from headstart.data.questions import Asking, questions_of
from headstart.errors import DataError


@pytest.fixture
def place(tmp_path):
    return put(tmp_path / "new", "10.png", "9.png", "notes.txt", "more/1.jpg", ".hidden.png")


def asked(places, tmp_path, kind="image", stdin=(), paired=False):
    return questions_of([str(one) for one in places], Asking(kind, paired, tmp_path / "c"), stdin)


def test_a_folder_asks_for_its_pictures_as_people_count_and_tells_the_rest(place, tmp_path):
    found = asked([place], tmp_path)
    names = [str(one.source.relative_to(place)) for one in found.asked]
    assert names == ["9.png", "10.png", "more/1.jpg"]
    assert any(line.startswith("notes.txt") for line in found.passed)


def test_a_table_asks_a_row_at_a_time_and_keeps_its_cells(place, tmp_path):
    (tmp_path / "t.csv").write_text("id,path\na,new/9.png\nb,new/gone.png\nc,10\n")
    first, lost, moved = asked([tmp_path / "t.csv"], tmp_path).asked
    assert first.source == place / "9.png" and first.cells == {"id": "a", "path": "new/9.png"}
    assert lost.source is None and "no such file" in lost.error
    assert moved.source == place / "10.png"


@pytest.mark.parametrize("name", ["new.zip"])
def test_an_archive_is_a_folder(place, tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.write(place / "9.png", "in/9.png")
    (one,) = asked([tmp_path / name], tmp_path).asked
    assert one.name == "in/9.png" and one.source.read_bytes() == b"bytes of 9.png"


def test_patterns_are_files_and_what_is_not_there_says_so(place, tmp_path):
    assert len(asked([f"{place}/*.png"], tmp_path).asked) == 2
    for name, why in (
        (f"{place}/*.gif", "pattern"),
        (f"{place}/9.pgn", "did you mean 9.png"),
        ("https://example.org/cat.jpg", "addresses are not opened"),
    ):
        (one,) = asked([name], tmp_path).asked
        assert one.source is None and why in one.error


def test_an_empty_folder_holds_nothing_to_judge(tmp_path):
    (tmp_path / "empty").mkdir()
    (one,) = asked([tmp_path / "empty"], tmp_path).asked
    assert "nothing to judge" in one.error


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_a_table_of_texts_asks_for_each(tmp_path, name):
    rows = {"t.csv": "text\na dull, long film\nfine\n", "t.tsv": "n\ttext\n1\ta dull\n2\tfine\n"}
    lines = '{"text": "a dull"}\n{"text": "fine"}\n'
    (tmp_path / name).write_text(rows.get(name, lines))
    found = asked([tmp_path / name], tmp_path, "text")
    assert [one.source.content for one in found.asked][1] == "fine" and len(found.asked) == 2


def test_a_file_of_text_is_one_text_and_its_lines_are_told(tmp_path):
    (tmp_path / "t.txt").write_text("one\ntwo\n")
    found = asked([tmp_path / "t.txt"], tmp_path, "text")
    assert len(found.asked) == 1 and "2 lines" in found.notes[0]


def test_lines_of_stdin_are_texts_or_files(tmp_path):
    found = asked(["-"], tmp_path, "text", ["one\n", "\n", "two\n"])
    assert [one.source.content for one in found.asked] == ["one", "two"]
    assert asked(["-"], tmp_path, "image", ["a.png\n"]).asked[0].source.name == "a.png"


def test_pairs_have_two_columns(tmp_path):
    (tmp_path / "t.csv").write_text("premise,hypothesis\na b,c d\n")
    (one,) = asked([tmp_path / "t.csv"], tmp_path, "text", paired=True).asked
    assert (one.source.content.first, one.source.content.second) == ("a b", "c d")


def test_a_table_without_a_clear_column_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match="D293"):
        asked([tmp_path / "t.csv"], tmp_path, "text")


def test_files_of_a_folder_are_not_compared_in_pairs(tmp_path, monkeypatch):
    put(tmp_path, *(f"{number}.png" for number in range(300)))
    compared, equal = [], PurePath.__eq__
    monkeypatch.setattr(PurePath, "__eq__", lambda a, b: compared.append(0) or equal(a, b))
    assert len(asked([tmp_path], tmp_path.parent).asked) == 300
    assert len(compared) < 10 * 300  # in pairs: 45,000


def test_a_table_that_is_packed_alone_asks_about_files_beside_it(tmp_path):
    put(tmp_path, "a.png", "b.png")
    (tmp_path / "new.csv.gz").write_bytes(gzip.compress(b"path,id\na.png,1\nb.png,2\n"))
    found = questions_of([str(tmp_path / "new.csv.gz")], Asking("image", False, tmp_path / "c"))
    assert [one.source for one in found.asked] == [tmp_path / "a.png", tmp_path / "b.png"]
    assert found.notes[0] == "unpacked new.csv.gz"


def test_a_text_that_is_packed_alone_is_read_as_one(tmp_path):
    (tmp_path / "new.txt.gz").write_bytes(gzip.compress(b"a text of words"))
    found = questions_of([str(tmp_path / "new.txt.gz")], Asking("text", False, tmp_path / "c"))
    assert len(found.asked) == 1 and not found.asked[0].error
