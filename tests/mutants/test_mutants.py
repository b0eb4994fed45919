"""The runner of `make mutants`, on a source of one line."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from mutation import Mutation, read_table

HERE = Path(__file__).resolve().parent
SOURCE = "def most(a, b):\n    return a if a > b else b\n"
TESTS = "from small import most\n\ndef test_most():\n    assert most(2, 1) == most(1, 2) == 2\n"
ROWS = {
    "noticed": ("a > b", "a < b", "tests/test_small.py"),
    "the same": ("a > b", "a >= b", "tests/test_small.py"),
    "long gone": ("a > c", "a < c", "tests/test_small.py"),
    "no source": ("a > b", "a > > b", "tests/test_small.py"),
    "of a broken test": ("a > b", "a < b", "tests/test_broken.py"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in (
        ("src/small.py", SOURCE),
        ("tests/test_small.py", TESTS),
        ("tests/test_broken.py", "def test_broken():\n    assert 0\n"),
    ):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    return tmp_path / "tree"


def run(tree: Path, *names: str, limit_s: float = 100) -> tuple[int, dict[str, str], str]:
    """Exit status, the word for each row, and the last line."""
    table = tree.parent / "table"
    table.mkdir()
    for number, name in enumerate(names):
        was, now, test = ROWS[name]
        row = f"changes = [{{name = '{name}', was = '{was}', now = '{now}'}}]"
        head = f"[[source]]\nfile = 'src/small.py'\ntests = ['{test}']\n"
        (table / f"{number}.toml").write_text(head + row)
    asked = f"{str(tree)!r}), pathlib.Path({str(table)!r}), limit_s={limit_s}"
    code = f"import pathlib, sys, campaign; sys.exit(campaign.tried(pathlib.Path({asked}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HERE,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    lines = [line.partition(" s  ") for line in done.stdout.splitlines() if " s  " in line]
    words = {name: told.rsplit(maxsplit=1)[0].strip() for told, _, name in lines}
    return done.returncode, words, done.stdout.splitlines()[-1]


def contents(tree: Path) -> dict[str, str]:
    files = [path for path in sorted(tree.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_each_mutation_is_told_for_what_it_is_and_the_tree_stays_as_it_was(tree: Path) -> None:
    before = contents(tree)
    code, words, last = run(tree, *ROWS)
    assert words.pop("unchanged: tests/test_broken.py") == "fails unchanged"
    assert words == {
        "noticed": "killed",
        "the same": "lived",
        "long gone": "does not fit",
        "no source": "breaks",
        "of a broken test": "fails unchanged",
    }
    assert (code, last) == (1, "mutants: 1 of 5 killed")
    assert contents(tree) == before


def test_where_all_are_killed_all_is_well(tree: Path) -> None:
    code, _, last = run(tree, "noticed")
    assert (code, last) == (0, "mutants: 1 of 1 killed")


def test_a_trial_that_takes_too_long_kills_nothing(tree: Path) -> None:
    code, words, last = run(tree, "noticed", limit_s=0)
    assert words["noticed"] == "fails unchanged" and (code, last) == (1, "mutants: 0 of 1 killed")


@pytest.mark.parametrize(
    ("text", "fits"), [("x = 1", True), ("x = 1; x = 1", False), ("x = 2", False)]
)
def test_a_row_fits_where_its_text_stands_exactly_once(text: str, fits: bool) -> None:
    found = Mutation("", "", "x = 1", "x = 3", ()).applied(text)
    assert found == ("x = 3" if fits else None)
    assert Mutation("", "", "x = 1", "x = 1", ()).applied("x = 1") is None


def test_a_table_without_tests_or_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    row = "{name = 'a', was = '1', now = '2'}"
    (tmp_path / "t.toml").write_text(
        f"[[source]]\nfile = 'x'\ntests = ['t']\nchanges = [{row}, {row}]"
    )
    with pytest.raises(ValueError, match="two mutations have one name: a"):
        read_table(tmp_path)
    (tmp_path / "t.toml").write_text(f"[[source]]\nfile = 'x'\nchanges = [{row}]")
    with pytest.raises(ValueError, match=r"t\.toml: no test should kill a"):
        read_table(tmp_path)


def test_the_table_is_large_and_fits_the_source() -> None:
    """A row that no longer fits says nothing: change it along with what it changes."""
    rows, root = read_table(HERE / "table"), HERE.parents[1]
    lost = [row.name for row in rows if row.applied((root / row.file).read_text()) is None]
    assert len(rows) >= 100 and len(lost) <= 0.05 * len(rows), lost
