"""Write what the golden runs give, all or those whose names hold a word, and keep three models."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from golden_runs import EXPECTED, MODELS, OLD, RUNS, figures_of, machine, predictions_of  # noqa: E402

if __name__ == "__main__":
    for name, golden in RUNS.items():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        with tempfile.TemporaryDirectory() as place:
            run = golden.made(Path(place))
            found = {"machine": machine(), **figures_of(run)}
            text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
            (EXPECTED / f"{name}.json").write_text(text + "\n")
            if name in OLD and not (MODELS / name).exists():
                shutil.copytree(run.path / "model", MODELS / name)
                said = predictions_of(MODELS / name, name, Path(place))
                (MODELS / f"{name}.json").write_text(json.dumps(said) + "\n")
            size = sum(file.stat().st_size for file in (run.path / "model").iterdir())
            print(name, run.metrics["cost"], f"{len(text) / 1000:.0f} kB, model {size / 1000:.0f}")
