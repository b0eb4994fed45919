import csv
import io

import pytest

from headstart.data.dialects import Dialect, dialect_of, lines_of
from headstart.errors import DataError

LABELS = ("pos", "neg")


def table(texts: list[str], separator: str = ",", end: str = "\n") -> str:
    rows = [("text", "label"), *((text, LABELS[i % 2]) for i, text in enumerate(texts))]
    return "".join(f"{text}{separator}{label}{end}" for text, label in rows)


def read(text: str, usual: str = ",") -> list[tuple[str, ...]]:
    return [line.cells for line in lines_of(text, dialect_of(text, usual), "t.csv")[0]][1:]


def plain(count: int) -> list[str]:
    return [f"text {i} in words" for i in range(count)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("lone", [[3], [3, 9], [0, 1], [18, 19]])
def test_lone_quotes_swallow_no_row(separator: str, lone: list[int]) -> None:
    texts = [f'"{text}' if i in lone else text for i, text in enumerate(plain(20))]
    assert [cells[0] for cells in read(table(texts, separator))] == texts


def test_a_quote_that_opens_in_one_row_and_closes_in_another_is_two_rows() -> None:
    texts = plain(12)
    texts[4], texts[6] = f'"{texts[4]}', f'{texts[6]}"'
    assert [cells[0] for cells in read(table(texts))] == texts


def test_lone_quotes_beside_quoted_cells_keep_their_rows() -> None:
    texts = [f'"{text}, with a comma"' if i % 2 else text for i, text in enumerate(plain(20))]
    texts[6] = f'"{texts[6]}'
    found = [cells[0] for cells in read(table(texts))]
    assert found == [text if i == 6 else text.strip('"') for i, text in enumerate(texts)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("every", [1, 2, 19])
def test_breaks_in_quoted_cells_tear_no_row(separator: str, end: str, every: int) -> None:
    texts = [
        f"first of {text}{separator} {end}then more" if i % every == 0 else text
        for i, text in enumerate(plain(20))
    ]
    kept = io.StringIO()
    writer = csv.writer(kept, delimiter=separator, lineterminator=end)
    writer.writerows([("id", "text", "label"), *((i, t, "pn"[i % 2]) for i, t in enumerate(texts))])
    assert [cells[1] for cells in read(kept.getvalue())] == texts


def test_a_break_in_the_header_is_part_of_a_name() -> None:
    lines, _ = lines_of('"the\ntext",label\na b c,pos\nd e f,neg\n', Dialect(), "t.csv")
    assert lines[0].cells == ("the\ntext", "label") and lines[1].number == 3


def test_quotes_escaped_by_backslashes_are_quotes() -> None:
    texts = [f'"he said \\"{text}\\", twice"' for text in plain(9)]
    assert read(table(texts))[2] == ('he said "text 2 in words", twice', "pos")


def test_separators_escaped_by_backslashes_are_text() -> None:
    texts = [f"{text}\\, and more" if i % 2 else text for i, text in enumerate(plain(9))]
    assert read(table(texts))[1] == ("text 1 in words, and more", "neg")


def test_backslashes_that_escape_nothing_stay() -> None:
    texts = [f'"C:\\new\\{text}\\"' for text in plain(9)]
    assert read(table(texts))[2] == ("C:\\new\\text 2 in words\\", "pos")


@pytest.mark.parametrize("quotes", ["''", "“”", "«»"])
def test_other_quotes_are_seen_where_they_hold_separators(quotes: str) -> None:
    texts = [f"{quotes[0]}{text}, with more{quotes[1]}" for text in plain(9)]
    assert read(table(texts))[2] == ("text 2 in words, with more", "pos")


def test_apostrophes_are_no_quotes() -> None:
    texts = [f"'t is {text}" for text in plain(9)]
    assert [cells[0] for cells in read(table(texts))] == texts


def test_what_may_be_one_cell_or_many_rows_is_refused_with_its_place() -> None:
    odd = ["words without a label"] * 5
    lines = [*table(plain(12)).splitlines(), '"a quote opens,pos', *odd, 'it closes",neg']
    with pytest.raises(DataError, match="D111") as refused:
        read("\n".join(lines) + "\n")
    assert "row 14, column 1" in refused.value.what


def test_spaces_before_a_quote_are_not_part_of_the_cell() -> None:
    text = 'text, label\n"a, b", "pos"\n"c, d", "neg"\ne, neg\n'
    assert read(text)[:2] == [("a, b", "pos"), ("c, d", "neg")]
