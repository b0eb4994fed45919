"""What `plan` says a run will take, against what it then takes: asked are 30 %.

`python -m benchmarks plan`. Both commands share a cache, as they do for whoever plans and then
trains: the plan is of what is left. One run each: flowers5 108 s planned and 122 taken (.89),
cats_dogs 15 and 14 (1.07), trashnet with mobilenetv2_100 61 and 70 (.87), a probe on TREC 95 and
100 (.95). The same run took up to 1.5 times as long an hour later; and plans can't know which
trainings stop early: all of ESC-10 was planned at 2.7 times what it took, before `EPOCH` was 1.0
for recordings instead of 1.7. Two cores of a shared Xeon at 2.5 GHz, no GPU, 2026-11-22.
"""

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import NET, SHARED, command, figure, here

PLACES = {"flowers5": (), "cats_dogs": (), "trashnet": NET, "text/trec": ("--strategy", "probe")}


def main() -> None:
    for name, options in PLACES.items():
        place = SHARED / "data" / name
        if not here(place):
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            said = command("plan", str(place), *options, "--json", cache=root / "cache")
            planned = json.loads(said.output)
            out = ("--out", str(root / "run"))
            spent = command("train", str(place), *options, *out, cache=root / "cache")
            tried = json.loads((root / "run" / "metrics.json").read_text())["arms"]
            known = sum(step["seconds"] for step in planned["steps"])
            figure(
                f"plan, {name}",
                planned_s=round(known, 1),
                plan_itself_s=round(said.wall, 1),
                taken_s=round(spent.wall, 1),
                ratio=round(known / spent.wall, 2),
                planned=planned["strategies"],
                tried=[arm["name"] for arm in tried if arm["backbone"]],
            )
