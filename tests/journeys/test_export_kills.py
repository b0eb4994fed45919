"""An export or a publication that is killed leaves all that it writes, or nothing of it.

In forks of a process that has computed nothing. The graph is traced once; forks read it again.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import headstart
from headstart import durable

if TYPE_CHECKING:
    from torture.forked import Ended

pytestmark = pytest.mark.journey
KILLS = 20
Work = Callable[[Path], int]
Trial = tuple[Work, Callable[[Path], None], Callable[[Path], None]]


@pytest.mark.parametrize(
    "work",
    [
        "fresh",
        pytest.param("again", marks=pytest.mark.slow),
        pytest.param("published", marks=pytest.mark.slow),
        "replaced",
    ],
)
def test_what_is_killed_leaves_all_or_nothing(work, finished_run, tmp_path) -> None:
    asked = [sys.executable, __file__, work, str(finished_run), str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{KILLS} kills" in done.stdout


def content(folder: Path) -> dict[str, bytes]:
    """Of each file that has its name, which those that a killed process left behind have not."""
    there = [p for p in folder.glob("*") if p.is_file() and not p.name.startswith(".")]
    return {path.name: path.read_bytes() for path in there}


def exporting(run: Path, stand: Path, *, again: bool) -> Trial:
    """What is done below a folder, what stands there before, and what may be left."""
    import onnx

    from headstart.run import report
    from headstart.share import exporting as module

    whole, old = content(stand), {"m.onnx": b"old", "predict.py": module.OURS.encode(), "m.md": b""}
    old["m.md"] = b"---\nlibrary_name: headstart\n"
    module.onnx_of = lambda _: onnx.load(stand / "m.onnx")

    def work(place: Path) -> int:
        report(run).export(out=place / "out" / "m.onnx")
        return 0

    def prepare(place: Path) -> None:
        for name, data in old.items() if again else ():
            (place / "out").mkdir(parents=True, exist_ok=True)
            (place / "out" / name).write_bytes(data)

    def judge(place: Path) -> None:
        left = content(place / "out")
        if again:
            assert "m.onnx" not in left or left in (old, whole), sorted(left)
        else:
            assert left in ({}, whole), sorted(left)

    return work, prepare, judge


def publishing(run: Path, stand: Path, *, again: bool) -> Trial:
    """The same of publications, whose manifest names each file."""
    from headstart.share import publish

    def work(place: Path) -> int:
        publish(run, place / "out")
        return 0

    def prepare(place: Path) -> None:
        if again:
            shutil.copytree(stand, place / "out")

    def judge(place: Path) -> None:
        left = place / "out"
        assert not left.exists() or (durable.whole(left) and durable.whole(left / "headstart"))

    return work, prepare, judge


def killed(what: str, run: Path, place: Path) -> None:
    """Raise where a kill leaves a part, or stands in the way of a second call."""
    from torture.forked import Blow, Home, forked, warm

    warm()
    import onnxruntime  # noqa: F401
    import timm  # noqa: F401

    for name in ("headstart.run.exports", "headstart.run.tested", "headstart.share.publishing"):
        import_module(name)
    published, again = what in ("published", "replaced"), what in ("again", "replaced")
    once = forked(partial(made, run, place / "stand", published=published), Home(place / "first"))
    assert once.code == 0, once.brief
    makers = publishing if published else exporting
    work, prepare, judge = makers(run, place / "stand", again=again)

    def tried(name: str, nth: int = 0) -> "Ended":
        home = Home(place / name)
        prepare(home.path)
        return forked(partial(work, home.path), home, blow=Blow(nth=nth) if nth else None)

    alone, behind = tried("alone"), 0
    assert alone.code == 0 and alone.changes > KILLS / 2, alone.brief
    for number in range(KILLS):
        hit = tried(f"home-{number}", 1 + number * alone.changes // KILLS)
        assert hit.code == -9, hit.brief
        judge(place / f"home-{number}")
        behind += (place / f"home-{number}" / "out").exists()
    for number in range(0, KILLS, 5):
        home = Home(place / f"home-{number}")
        assert forked(partial(work, home.path), home).code == 0
        assert content(home.path / "out") == content(place / "alone" / "out")
        assert not [*home.path.glob(".*tmp-*"), *home.path.glob("out/.*tmp-*")]
    print(f"{KILLS} kills before {alone.changes} changes, {behind} with something there")


def made(run: Path, stand: Path, *, published: bool) -> int:
    """What an undisturbed call leaves; the graph is traced here."""
    if published:
        headstart.publish(run, stand)
    else:
        headstart.report(run).export(out=stand / "m.onnx")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    killed(sys.argv[1], *map(Path, sys.argv[2:]))
