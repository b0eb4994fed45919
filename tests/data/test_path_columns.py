import pytest
from places import labels, put

from headstart.data import find
from headstart.errors import DataError


@pytest.fixture
def place(tmp_path):
    return put(tmp_path, *(f"in/{kind}{n}.jpg" for kind in "cd" for n in range(3)))


def write(place, rows, head="file,label"):
    path = place / "t.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    "form",
    [
        "in/{n}.jpg", "in\\{n}.jpg", "{n}.jpg", "{n}", "in/{n}", "C:\\photos\\in\\{n}.jpg",
        "/home/ann/in/{n}.jpg", "./in/{n}.JPG", "{n}.png",
    ],
)  # fmt: skip
def test_files_are_found_however_a_table_names_them(place, form):
    names = [f"{kind}{n}" for kind in "cd" for n in range(3)]
    found = find(write(place, [f"{form.format(n=n)},{n[0]}" for n in names]))
    assert labels(found) == {f"in/{n}.jpg": n[0] for n in names}


def test_files_that_lie_elsewhere_are_told(place):
    found = find(write(place, [f"c{n},c" for n in range(3)] + ["d0,d"]))
    assert any("c0 is in/c0.jpg" in note for note in found.notes)


def test_an_id_that_fits_two_files_is_refused(place):
    put(place, *(f"in/{kind}{n}.png" for kind in "cd" for n in range(3)))
    with pytest.raises(DataError, match="D284") as refused:
        find(write(place, [f"{kind}{n},{kind}" for kind in "cd" for n in range(3)]))
    assert "in/c0.jpg" in refused.value.why


def test_a_longer_path_tells_two_files_apart(place):
    put(place, "out/c0.jpg")
    rows = [f"old/in/{kind}{n}.jpg,{kind}" for kind in "cd" for n in range(3)]
    assert "in/c0.jpg" in labels(find(write(place, rows)))


@pytest.mark.parametrize("named", ["pos", "a fine film 0", "neg"])
def test_a_cell_that_happens_to_be_called_like_a_file_is_none(tmp_path, named):
    put(tmp_path, named)
    rows = [f"a fine film {i},{'pos' if i % 3 else 'neg'}" for i in range(9)]
    found = find(write(tmp_path, rows, "text,label"))
    assert found.holds == "text" and found.examples.truth.names == ("neg", "pos")


@pytest.mark.parametrize("ending", [".txt", ".md"])
def test_a_table_of_files_of_text_holds_texts(tmp_path, ending):
    put(tmp_path, *(f"docs/{n}{ending}" for n in range(4)))
    rows = [f"docs/{n}{ending},{'ab'[n % 2]}" for n in range(4)]
    assert find(write(tmp_path, rows)).holds == "text"
