"""Run every benchmark, or those that are named, and print one line of JSON for each figure."""

import importlib
import sys

ALL = (
    *("startup", "cost", "flowers", "xrays", "memory", "predict", "kills", "unfreeze"),
    *("replay", "calibration", "destroyed", "plan", "texts", "sounds", "recurrent"),
    *("pretraining", "translation", "dictation", "spoken", "peers", "encoders", "steps", "profile"),
    "few",
    "ordinal",
    "folds",
    "intervals",
    "box_intervals",
    "pool",
    "negative",
    "budget",
    "compressing",
    "exporting",
    "shipped",
    "finetune",
    "choosing",
    "suspects",
)
"""All that measure; `prior` writes a table that ships, `hearing`, `reading`, `seeing` backbones."""


def main() -> None:
    for name in sys.argv[1:] or ALL:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
