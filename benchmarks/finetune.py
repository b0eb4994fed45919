"""Fine-tuning against a start from nothing, and against a probe.

All of the backbone that ships against the same network from scratch; the last three stages of
mobilenetv2_100 against its probe.

`python -m benchmarks finetune`. One draw of each set; arms search for their rates and stop by the
same validation rows. X-rays by patient; digits, 8 x 8 pixels, at 48. 2026-11-22, other jobs beside.

From scratch: accuracy of full and of scratch: flowers .757 and .721, cats and dogs .856 and .800,
rubbish .723 and .684, X-rays .950 and .921, digits .983 and .989; no interval excludes 0.

Over the probe, at the 224 pixels that mobilenetv2_100 is made for: flowers .886 over .814 (+7.1
points, 1.0 to 13.1), cats and dogs .981 both (-2.4 to 2.4), rubbish .808 over .763 (+4.5, -0.1 to
9.1), X-rays .946 both (-2.6 to 2.6); about 200 CPU seconds each, the whole process.
"""

import json

from benchmarks.measuring import NET, command, figure, here
from benchmarks.pool import OPTIONS, SETS, placed

SCRATCH = ("--strategy", "full", "--compare", "scratch")
PROBE = (*NET, "--strategy", "unfreeze:3")
SMALL = {"digits": ("--size", "48")}


def main() -> None:
    for name in SETS:
        measured(name, "scratch", (*SCRATCH, *SMALL.get(name, ())))
    for name in SETS[:-1]:
        measured(name, "probe", PROBE)


def measured(name: str, rival: str, asked: tuple[str, ...]) -> None:
    """Print the figures of one set."""
    with placed(name) as (place, root):
        if not here(place):
            return
        words = (*asked, *OPTIONS.get(name, ()))
        spent = command(
            "train", str(place), *words, "--out", str(root / "run"), cache=root / "cache"
        )
        found = json.loads((root / "run" / "metrics.json").read_text())
        leads = {arm["name"]: arm["behind_by"] for arm in found["arms"]}
        figure(
            f"fine-tuning over {rival}, {name}",
            arms={arm["name"]: round(arm["accuracy"]["value"], 4) for arm in found["arms"]},
            model=found["chosen"],
            by=[round(x, 4) for x in leads[rival].values()],
            cpu_s=round(spent.cpu),
        )
