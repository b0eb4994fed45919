"""What auto spends on training beyond probes, against what `--budget` allows: asked are 10 %.

`python -m benchmarks budget`. CPU seconds of the arms that train; less than allowed is what was
not needed.
"""

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import NET, SHARED, command, figure, here

BUDGETS = ("40s", "80s", "160s")
SET = SHARED / "data" / "trashnet"


def main() -> None:
    if not here(SET):
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for budget in BUDGETS:
            words = ("train", str(SET), *NET, "--size", "96", "--budget", budget)
            command(*words, "--out", str(root / budget), cache=root / "cache")
            arms = json.loads((root / budget / "metrics.json").read_text())["arms"]
            spent = {
                arm["name"]: round(arm["cost"]["cpu_s"])
                for arm in arms
                if arm["name"].startswith(("unfreeze", "full"))
            }
            figure(f"budget of {budget}", cpu_s=spent, together=sum(spent.values()))
