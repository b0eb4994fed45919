"""headstart beside bare PyTorch loops on a graphics processor, from made-up data.

`python -m benchmarks.card [--out card.json] [--seconds 240]` prints a table with the card's name
and leaves it as JSON; `make gpu` runs it after the tests that are marked `gpu`. It needs no network
and no file. Without a card it says so and ends with 4. `--device cpu --tiny` runs the same with
small networks and few rows, to see that it runs; its figures mean nothing.

What is asked of each line is `ASKED` in `benchmarks.card_cases`. Lines that the time does not
suffice for are named as left out.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

from benchmarks.card_cases import CASES, Line
from benchmarks.card_ours import Size

NO_CARD = 4
"""How it ends without a graphics processor."""
SECONDS = 240.0


def main(words: list[str] | None = None) -> int:
    asked = _asked(words)
    if not asked.device and not torch.cuda.is_available():
        print("no graphics processor here: PyTorch sees none, so that nothing was measured")
        return NO_CARD
    device = torch.device(asked.device or "cuda")
    size, until = Size(device, asked.tiny), time.monotonic() + asked.seconds
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    lines, left_out, failed = list[Line](), list[str](), dict[str, str]()
    for what, case in CASES.items():
        if not what.startswith(asked.only):
            continue
        if time.monotonic() > until:
            left_out.append(what)
            continue
        try:
            lines += case(size)
        except Exception as error:  # one line more or less: the others are still worth having
            failed[what] = f"{type(error).__name__}: {error}"[:400]
        if device.type == "cuda":
            torch.cuda.empty_cache()
        print(f"# {what}: {until - time.monotonic():.0f} s left", file=sys.stderr, flush=True)
    record = {
        "card": name, "torch": torch.__version__, "tiny": size.tiny,
        "lines": [{**vars(line), "ratio": round(line.ratio, 3)} for line in lines],
        "left_out": left_out, "failed": failed,
    }  # fmt: skip
    print(table(name, lines, left_out, failed))
    if asked.out:
        Path(asked.out).write_text(json.dumps(record, indent=1) + "\n")
    return 1 if failed else 0


def table(name: str, lines: list[Line], left_out: list[str], failed: dict[str, str]) -> str:
    """The figures as Markdown."""
    shown = [f"| {name} | headstart | bare | ratio | asked | memory | asked |", "|---" * 7 + "|"]
    for line in lines:
        asked = f"{line.asked:g}" if line.asked else ""
        memory = f"{line.memory:.2f}" if line.memory else ""
        most = f"<= {line.memory_asked:g}" if line.memory_asked else ""
        rates = f"{line.ours:,.0f} | {line.bare:,.0f} | {line.ratio:.2f}"
        shown.append(f"| {line.what} | {rates} | {asked} | {memory} | {most} |")
    shown += [f"left out for want of time: {what}" for what in left_out]
    return "\n".join([*shown, *(f"failed: {what}: {why}" for what, why in failed.items())])


def _asked(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.card")
    parser.add_argument("--device", default="")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--out", default="")
    parser.add_argument("--only", default="", help="lines that begin so")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    return parser.parse_args(words)


if __name__ == "__main__":
    raise SystemExit(main())
