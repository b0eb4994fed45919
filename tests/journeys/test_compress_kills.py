"""A compression that is killed before one of its changes to the disk leaves all of a run, or none.

In forks of a process that has computed nothing; files stand for ONNX, which takes long to write.
"""

import shutil
import sys
from pathlib import Path

import pytest

from headstart import durable

pytestmark = pytest.mark.slow
KILLS = 20


def test_a_killed_compression_leaves_all_or_nothing(tiny_folder, exported, tmp_path) -> None:
    import subprocess

    from stand_ins import draw

    import headstart

    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": tmp_path / "run"}
    headstart.train(draw(tmp_path / "photos"), cache=tmp_path / "cache", **started)
    asked = [sys.executable, __file__, str(tmp_path), str(exported.path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{KILLS} kills" in done.stdout


def killed(place: Path, file: Path) -> None:
    """Raise where a kill leaves a part of a run."""
    from torture.forked import Blow, Home, forked, warm

    warm()
    from headstart.run import compression, report

    compression.write_file = lambda model, out: Path(shutil.copyfile(file, out))

    def work() -> int:
        report(place / "run").compress(place / "out" / "small", stages=2)
        return 0

    home = Home(place / "home")
    alone = forked(work, home)
    assert alone.code == 0 and alone.changes > KILLS, alone.brief
    assert durable.whole(place / "out" / "small")
    found = 0
    for number in range(KILLS):
        shutil.rmtree(place / "out", ignore_errors=True)
        other = Home(place / f"home-{number}")  # a cache that is filled leaves less to write
        hit = forked(work, other, blow=Blow(nth=1 + number * alone.changes // KILLS))
        assert hit.code == -9, hit.brief
        left = place / "out" / "small"
        found += left.exists()
        assert not left.exists() or durable.whole(left)
    shutil.rmtree(place / "out", ignore_errors=True)
    assert forked(work, home).code == 0 and durable.whole(place / "out" / "small")
    assert [path.name for path in (place / "out").iterdir()] == ["small"]
    print(f"{KILLS} kills, {found} behind the last change")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    killed(*map(Path, sys.argv[1:]))
