"""Comparisons as files."""

import csv

import pytest
from finished import finished

import headstart
from headstart.errors import UsageError
from headstart.run import comparison_files


@pytest.fixture
def two(tmp_path):
    a = finished(tmp_path / "a", [True] * 60 + [False] * 60)
    return a, finished(tmp_path / "b", [True] * 110 + [False] * 10, strategy="full")


def test_the_table_has_a_line_a_run_and_no_formula(tmp_path, two) -> None:
    risky = finished(tmp_path / "=cmd", [True] * 120)
    comparison_files.write(tmp_path / "out.csv", headstart.compare([*two, risky]))
    lines = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [line["run"] for line in lines] == ["a", "b", "'=cmd"]
    assert lines[0]["difference"] == "" and float(lines[1]["difference_low"]) > 0
    assert lines[1]["word"] == "better" and lines[1]["common_rows"] == "120"


def test_the_page_draws_both_and_escapes_names(tmp_path, two) -> None:
    odd = finished(tmp_path / "<b>x", [True] * 120)
    comparison_files.write(tmp_path / "out.html", headstart.compare([*two, odd]))
    page = (tmp_path / "out.html").read_text()
    assert page.count('<svg class="forest"') == 5 and "<b>x" not in page and "&lt;b&gt;x" in page


def test_another_ending_is_refused(tmp_path, two) -> None:
    with pytest.raises(UsageError, match="U245"):
        comparison_files.write(tmp_path / "out.pdf", headstart.compare(two))
