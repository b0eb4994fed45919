"""All of the backbone for pictures that ships, fine-tuned, against the same network from scratch.

`python -m benchmarks finetune`. Five sets, one draw each; both arms search for their rates and stop
by the same validation rows. X-rays by patient; digits, 8 x 8 pixels, at 48. 2026-11-22, other jobs
beside, accuracy of full and of scratch: flowers .757 and .721, cats and dogs .856 and .800, rubbish
.723 and .684, X-rays .950 and .921, digits .983 and .989; no interval excludes 0.
"""

import json
import sys

from benchmarks.measuring import command, figure, here
from benchmarks.pool import OPTIONS, SETS, placed

ASKED = ("--strategy", "full", "--compare", "scratch")
SMALL = {"digits": ("--size", "48")}


def main() -> None:
    for name in SETS:
        measured(name)


def measured(name: str) -> None:
    """Print the figures of one set."""
    with placed(name) as (place, root):
        if not here(place):
            return
        words = (*ASKED, *OPTIONS.get(name, ()), *SMALL.get(name, ()))
        spent = command(
            "train", str(place), *words, "--out", str(root / "run"), cache=root / "cache"
        )
        found = json.loads((root / "run" / "metrics.json").read_text())
        leads = {arm["name"]: arm["behind_by"] for arm in found["arms"]}
        figure(
            f"finetune, {name}",
            arms={arm["name"]: round(arm["accuracy"]["value"], 4) for arm in found["arms"]},
            model=found["chosen"],
            over_scratch=[round(x, 4) for x in leads["scratch"].values()],
            cpu_s=round(spent.cpu),
        )


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        measured(asked)
