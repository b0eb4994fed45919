"""Rules of the house that no linter knows."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import headstart

SOURCE = Path(headstart.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_every_room_has_a_sign_at_its_door(room: Path) -> None:
    sign = ast.get_docstring(tree(room / "__init__.py"))
    assert sign and re.match(r"(Room \d+\.|The )", sign), f"{room.name} has no number"
    assert "\nTakes: " in sign and "\nGives: " in sign


def test_no_two_rooms_have_one_number() -> None:
    signs = [ast.get_docstring(tree(room / "__init__.py")) or "" for room in ROOMS]
    numbers = sorted(int(n) for sign in signs for n in re.findall(r"^Room (\d+)\.", sign))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_what_a_room_gives_away_is_listed(room: Path) -> None:
    names = [
        alias.asname or alias.name
        for node in ast.walk(tree(room / "__init__.py"))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("headstart.")
        for alias in node.names
    ]
    listed = [
        ast.literal_eval(node.value)
        for node in tree(room / "__init__.py").body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    assert listed and set(names) <= set(listed[0])


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_a_room_opens_what_it_lists_on_first_use(room: Path) -> None:
    code = tree(room / "__init__.py")
    outside = [ast.unparse(n) for n in code.body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert outside == ["from typing import TYPE_CHECKING", "from headstart import lazy"]
    assert ast.unparse(code.body[-1]) == "lazy.attach(__name__)"


@every_file
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@every_file
def test_functions_are_short_and_take_little(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if not isinstance(node, Function):
            continue
        length = (node.end_lineno or 0) - node.lineno + 1
        takes = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        takes = [argument for argument in takes if argument.arg not in ("self", "cls")]
        assert length <= 45, f"{node.name} has {length} lines"
        assert len(takes) <= 8, f"{node.name} takes {len(takes)}"


@every_file
def test_nouns_are_small_and_frozen(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ClassDef):
            continue
        made = [d for d in node.decorator_list if "dataclass" in ast.unparse(d)]
        named = [f for f in node.body if isinstance(f, ast.AnnAssign)]
        fields = [f for f in named if "ClassVar" not in ast.unparse(f.annotation)]
        assert len(fields) <= 12, f"{node.name} has {len(fields)} fields"
        if made and not node.name.startswith("_"):
            assert "frozen=True" in ast.unparse(made[0]), f"{node.name} can be changed"


@every_file
def test_settings_have_names_and_no_file_is_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "misc", "common", "base", "core"}
    for node in ast.walk(tree(path)):
        if isinstance(node, Function) and not node.name.startswith("_"):
            for argument in (*node.args.args, *node.args.kwonlyargs):
                kind = ast.unparse(argument.annotation) if argument.annotation else ""
                loose = "settings" in argument.arg and kind.startswith("dict[str, Any]")
                assert not loose, f"{node.name}({argument.arg})"


def test_an_error_code_is_used_in_one_place() -> None:
    """The same code twice must be the same error: same class, and in the same file."""
    found: dict[str, set[str]] = {}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            first = node.args[0]
            text = first.value if isinstance(first, ast.Constant) else ""
            if isinstance(text, str) and re.fullmatch(r"[A-Z]\d{3}", text):
                found.setdefault(text, set()).add(f"{path.name}: {ast.unparse(node.func)}")
    assert len(found) > 40
    assert {code: places for code, places in found.items() if len(places) > 1} == {}


def test_codes_say_what_kind_of_error_it_is() -> None:
    letters = {"UsageError": "U", "MissingExtra": "U", "DataError": "D", "ResourceError": "R"}
    letters |= {"BackboneError": "M", "TrainingError": "T", "SecurityError": "S"}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in letters and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    assert str(code.value)[0] == letters[ast.unparse(node.func)], path


def test_words_are_spelled_the_american_way() -> None:
    british = r"\b(colou?rs?|labell?ed|favou?r|normalis|optimis|initialis|behaviou?r|grey|centre)\b"
    allowed = {"color", "colors", "labeled", "favor", "behavior"}
    odd = Counter(
        (path.name, word)
        for path in [*FILES, *SOURCE.glob("report/*.html"), *SOURCE.glob("report/*.css")]
        for word in re.findall(british, path.read_text().lower())
        if word not in allowed
    )
    assert not odd


def test_nothing_is_printed_but_by_the_terminal() -> None:
    for path in FILES:
        printing = [
            node
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        ]
        assert not printing or path.name in ("terminal.py", "cli.py"), path


def test_no_two_test_files_have_one_name() -> None:
    """Pytest cannot collect both in one session."""
    names = Counter(path.name for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_browser_test_asks_a_condition_of_text_again() -> None:
    """Evaluated inside a page whose policy forbids it, it fails where it is not true at once."""
    asked = "wait_for_" + "function"
    assert not [
        path for path in Path(__file__).parents[1].rglob("*.py") if asked in path.read_text()
    ]


def test_nothing_that_windows_lacks_is_imported_without_a_try() -> None:
    lacking = {"resource", "fcntl", "pwd", "grp", "termios"}
    found = {
        path.name
        for path in FILES
        for node in tree(path).body
        if isinstance(node, ast.Import) and lacking & {name.name for name in node.names}
    }
    assert not found  # usage.py tries


def test_every_module_has_a_test_file_of_its_name() -> None:
    tests = {
        path.stem.removeprefix("test_") for path in Path(__file__).parents[1].rglob("test_*.py")
    }
    modules = {path.stem for path in FILES} - {"__init__", "__main__"}
    assert modules <= tests, "write tests/ROOM/test_NAME.py"


@every_file
def test_timm_and_torchvision_are_imported_where_they_are_used(path: Path) -> None:
    """Together they take longer to import than PyTorch, and only pictures need them."""
    for node in tree(path).body:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & {"timm", "torchvision"}, path


OUTSIDE = [path for path in FILES if path.parent.name != "task"]
HOMONYMS = {"advise/ranking.py", "evaluate/tfidf.py", "data/column_names.py", "data/xml_files.py"}
"""Files where the same word is a method of SciPy or scikit-learn, a column or an element of XML."""


def test_few_files_outside_task_name_a_task() -> None:
    """Whatever differs between tasks is asked of the task."""
    from headstart.task.making import TASKS

    names = {*TASKS, *(task.__name__ for task in TASKS.values())}
    naming = {
        path.relative_to(SOURCE).as_posix()
        for path in OUTSIDE
        for node in ast.walk(tree(path))
        if getattr(node, "id", getattr(node, "value", "")) in names
        and isinstance(node, ast.Name | ast.Constant)
    }
    assert len(naming - HOMONYMS) <= 8, sorted(naming)


def test_the_type_of_a_task_is_asked_in_few_places() -> None:
    asked = [
        f"{path.name}:{node.lineno}"
        for path in OUTSIDE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and re.match(r"isinstance\((\w+\.)*(task|posed),", ast.unparse(node))
    ]
    assert len(asked) <= 5, asked
