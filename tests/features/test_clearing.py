"""The cache is emptied of what can be made again, and of nothing else."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headstart.features.clearing import clear, guarded, in_use, sizes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, name in enumerate(["a" * 24, "b" * 24]):
        table = tmp_path / "tables" / name
        table.mkdir(parents=True)
        (table / "index.sqlite").write_bytes(bytes(100))
        os.utime(table, (1000 + number, 1000 + number))
    (tmp_path / "unpacked" / ("c" * 64)).mkdir(parents=True)
    (tmp_path / "unpacked" / ("c" * 64) / "x.jpg").write_bytes(bytes(50))
    (tmp_path / "fetched").mkdir()
    (tmp_path / "fetched" / "net.safetensors").write_bytes(bytes(30))
    return tmp_path


def test_sizes_say_what_each_kind_takes(root: Path) -> None:
    assert sizes(root) == {"tables": 200, "unpacked": 50, "fetched": 30}
    assert sizes(root / "none") == {}


def test_clear_takes_what_is_ours_and_leaves_the_rest(root: Path) -> None:
    (root / "tables" / "mine").mkdir()
    (root / "tables" / ("d" * 24)).mkdir()
    (root / "tables" / ("d" * 24) / "thesis.txt").write_text("mine, too")
    done = clear(root)
    assert len(done.removed) == 3 and done.left_bytes == 0
    left = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    assert left == {"fetched/net.safetensors", f"tables/{'d' * 24}/thesis.txt"}
    assert (root / "tables" / "mine").exists() and done.record()["removed_bytes"] == 250


@pytest.mark.parametrize(("keep", "gone"), [(250, 0), (249, 1), (150, 1), (149, 2)])
def test_what_was_not_used_for_longest_goes_until_the_rest_fits(root, keep, gone) -> None:
    assert len(clear(root, keep).removed) == gone


def test_what_a_run_has_used_stays_until_it_ends(root: Path) -> None:
    with in_use(root):
        os.utime(root / "tables" / ("b" * 24), (time.time() + 1,) * 2)
        done = clear(root)
        assert [e.path.name[0] for e in done.in_use if e.kind == "tables"] == ["b"]
        assert (root / "tables" / ("b" * 24)).exists()
    assert clear(root).in_use == () and not (root / "tables" / ("b" * 24)).exists()


def test_a_run_that_was_killed_guards_nothing(root: Path) -> None:
    code = "import os, sys; from pathlib import Path\n"
    code += "from headstart.features.clearing import in_use\n"
    code += "with in_use(Path(sys.argv[1])): os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(root)], check=False)
    assert list((root / ".running").iterdir())
    os.utime(root / "tables" / ("b" * 24), (time.time() + 1,) * 2)
    assert clear(root).in_use == () and not list((root / ".running").iterdir())


def test_a_function_with_a_cache_guards_it_while_it_works(root: Path) -> None:
    @guarded
    def work(*, cache: Path) -> int:
        return len(list((cache / ".running").iterdir()))

    assert work(cache=root) == 1 and not list((root / ".running").iterdir())
