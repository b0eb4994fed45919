import pytest

from headstart.data.separated import separated

ROWS = "one two,pos\nthree four,neg\nfive six,pos\n"


@pytest.mark.parametrize("separator", [";", ",", "|", "\t", "^"])
def test_an_order_to_separate_is_no_row(separator: str) -> None:
    text = f"sep={separator}\r\n" + f"text,label\r\n{ROWS}".replace(",", separator)
    found = separated(text, "t.csv", ",")
    assert found.columns == ("text", "label") and len(found.rows) == 3
    assert found.rows[0][0] == 3 and "separate by" in found.notes[0]


@pytest.mark.parametrize(
    "above",
    [
        "Reviews of May\n",
        "Reviews of May 2024\n\n",
        "# exported\n# by a program\n",
        "Report,\n",
        "Report 1\nDepartment,\n\n",
    ],
)
def test_titles_and_remarks_above_the_names_are_passed_over_and_told(above: str) -> None:
    found = separated(f"{above}text,label\n{ROWS}", "t.csv", ",")
    assert found.columns == ("text", "label") and len(found.rows) == 3
    assert any("above the names" in note for note in found.notes)


def test_a_short_header_is_no_title() -> None:
    found = separated("text,label\na,b,c\nd,e,f\n", "t.csv", ",")
    assert found.columns == ("text", "label") and len(found.problems) == 2


def test_a_table_of_one_column_keeps_its_commas() -> None:
    found = separated('text\na dull, lifeless film\n"quoted, too"\nplain\n', "t.csv", ",")
    assert [cells for _, cells in found.rows] == [
        ("a dull, lifeless film",),
        ("quoted, too",),
        ("plain",),
    ]


def test_numbers_of_rows_without_a_name_get_one() -> None:
    found = separated('"text","label"\n"1","a b","pos"\n"2","c d","neg"\n', "t.csv", ",")
    assert found.columns == ("column 1", "text", "label") and len(found.rows) == 2


def test_a_last_name_that_is_empty_and_has_no_cells_is_none() -> None:
    found = separated("text,label,\na b,pos\nc d,neg\n", "t.csv", ",")
    assert found.columns == ("text", "label") and len(found.rows) == 2


def test_rows_of_another_width_are_told_with_their_line() -> None:
    found = separated(f"text,label\n{ROWS}too,many,cells\nfew\n", "t.csv", ",")
    assert [(p.code, p.row) for p in found.problems] == [("D151", 5), ("D151", 6)]
    assert len(found.rows) == 3


def test_cells_that_open_a_quote_for_nothing_are_told_with_the_first() -> None:
    found = separated(f'text,label\n{ROWS}"six seven,neg\n', "t.csv", ",")
    assert found.rows[-1][1] == ('"six seven', "neg")
    assert "line 5, column 1" in found.notes[0]


def test_the_names_again_are_no_row_and_listed() -> None:
    found = separated("text,label\ntext,label\none two,pos\ntext,label\n", "t.csv", ",")
    assert found.rows == ((3, ("one two", "pos")),)
    assert [(problem.code, problem.row) for problem in found.problems] == [("D331", 2), ("D331", 4)]


def test_a_blank_behind_every_separator_is_none_of_the_cells() -> None:
    found = separated("text, label\none two, pos\nfour, neg\n", "t.csv", ",")
    assert found.columns == ("text", "label") and [c[1] for _, c in found.rows] == ["pos", "neg"]
    kept = separated("text, label\none two, pos\nfour,neg\n", "t.csv", ",")
    assert kept.rows[0][1][1] == " pos"


@pytest.mark.parametrize(
    ("first", "rows"),
    [
        *(("string,string", 4), (",cm", 4), ("-,(kg)", 4), ("a text,cm", 5), ("string,b", 5)),
        *(("a,b", 5), ("cm,", 4)),
    ],
)
def test_a_line_of_units_or_types_below_the_names_is_no_row(first, rows):
    lines = ["text,label", first, "one,a", "two,b", "three,a", "four,b"]
    read = separated("\n".join(lines) + "\n", "t.csv", ",")
    assert len(read.rows) == rows
    assert [problem.code for problem in read.problems] == ["D335"] * (5 - rows)


@pytest.mark.parametrize(("count", "kept"), [(2, 3), (3, 3)])
def test_a_unit_that_comes_again_or_among_few_rows_is_a_cell(count, kept):
    lines = ["text,label", "s,cm", *(f"t{i},{i}" for i in range(count))]
    assert len(separated("\n".join(lines) + "\n", "t.csv", ",").rows) == kept
    again = [*lines, "s,5", "u,4"]
    assert len(separated("\n".join(again) + "\n", "t.csv", ",").rows) == count + 3


def test_a_remark_with_a_name_in_it_is_not_the_line_with_the_names():
    read = separated("# made by x, y\ntext,label\na,b\nc,d\n", "t.csv", ",")
    assert read.columns == ("text", "label") and len(read.rows) == 2


@pytest.mark.parametrize("names", ["#text,label", "# text,label"])
def test_names_in_a_remark_are_names_where_no_others_are(names):
    assert len(separated(f"{names}\na,b\nc,d\n", "t.csv", ",").rows) == 2


def test_an_order_that_the_names_do_not_follow_is_no_order():
    read = separated("sep=,\ntext;label\na;b\nc;d\n", "t.csv", ",")
    assert read.columns == ("text", "label") and len(read.rows) == 2
