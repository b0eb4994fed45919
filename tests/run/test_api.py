"""The verbs of the front door: what is refused before PyTorch is imported, and what they take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "timm", "torchvision", "transformers", "scipy", "sklearn", "pandas")
RUN = """
import json, sys
from headstart.cli import execute

for line in json.loads(sys.argv[1]):
    code = execute(line)
    heavy = sorted(set(json.loads(sys.argv[2])) & set(sys.modules))
    print(json.dumps([line, code, heavy]))
    sys.stdout.flush()
    print("--", file=sys.stderr, flush=True)
"""
REFUSED = {
    "check nosuch": "D102",
    "train nosuch": "D102",
    "train foto": "did you mean",
    "plan nosuch": "D102",
    "rank nosuch": "D102",
    "train nosuch --task generation": "D102",
    "pretrain nosuch --arch resnet18 --out new": "D102",
    "train photos --strategy prob": "U102",
    "plan photos --strategy unfreeze:0": "U101",
    "train photos --strategy lora:0": "U119",
    "train photos --head lgistic": "U112",
    "train photos --task transcrib": "U113",
    "check photos --task tagz": "U113",
    "rank photos --task ragression": "U113",
    "train photos --test-size 0": "U105",
    "train photos --test-size 1": "U105",
    "rank photos --test-size 1.5": "U105",
    "train photos --folds -1": "U135",
    "train photos --budget soon": "U123",
    "rank photos --budget soon": "U123",
    "rank photos --max-params many": "U123",
    "features nosuch --cache x": "D102",
    "features photos --cache x --part 0/4": "U198",
    "features photos": "U200",
    "train photos --cache nosuch://x": "U344",
    "train photos --on somewhere": "U201",
    "train photos --epochs 0": "U165",
    "plan photos --batch 1": "U165",
    "train photos --rate 2": "U166",
    "train photos --weight-decay 1": "U167",
    "train photos --augment crops": "U168",
    "train photos --compare nothing": "U106",
    "train photos --seed one": "U151",
    "train photos --sede 1": "U151",
    "train": "U151",
    "tain photos": "U151",
    "pretrain photos --arch resnet18 --weights w --out new": "U117",
    "train table.csv --label nosuch": "D1",
    "train alone": "D1",
    "train text.bin": "D105",
    "report nosuch": "U110",
    "compare nosuch nosuch": "U110",
    "compare run run --out table.pdf": "U245",
    "runs nosuch": "U247",
    "sweep nosuch --backbone a,b": "D102",
    "sweep photos --strategy probe,prob": "U102",
    "sweep photos --seeds 0": "U248",
    "report begun": "not ended",
    "predict nosuch x.png": "M451",
    "predict begun x.png": "not ended",
    "predict nosuch": "U115",
    "predict nosuch --text a --text b --second c": "U157",
}
ANSWERED = (
    "--help",
    "--version",
    "train --help",
    "",
    "report run",
    "runs .",
    "backbones",
    "backbones --json",
)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("places")
    for name in ("photos/cat/1.png", "photos/dog/1.png", "alone/cat/1.png", "text.bin"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"not read")
    (root / "foto2").mkdir()
    (root / "table.csv").write_text("path,kind\na.png,cat\nb.png,dog\n")
    for name, file, text in (("begun", "run.json", "{}"), ("run", "metrics.json", METRICS)):
        (root / name).mkdir()
        (root / name / file).write_text(text)
    return root


METRICS = Path(__file__).with_name("metrics_of_a_run.json").read_text()


def told(lines: list[str], places: Path) -> list[tuple[str, int, list[str], str]]:
    """Of each command in one process: its exit code, what heavy is imported, and what it said."""
    words = json.dumps([line.split() for line in lines])
    done = subprocess.run(
        [sys.executable, "-c", RUN, words, json.dumps(HEAVY)],
        cwd=places, capture_output=True, text=True, check=True,
    )  # fmt: skip
    facts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    said = done.stderr.split("--\n")
    return [
        (" ".join(line), code, heavy, text)
        for (line, code, heavy), text in zip(facts, said, strict=False)
    ]


@pytest.mark.journey
def test_what_can_be_refused_without_pytorch_is_refused_before_it_is_imported(
    places: Path,
) -> None:
    found = told(list(REFUSED), places)
    assert [line for line, *_ in found] == list(REFUSED)
    for line, code, heavy, said in found:
        assert code not in (0, 1) and not heavy and REFUSED[line] in said, (line, heavy, said)


def test_help_reports_and_listings_need_no_pytorch(places: Path) -> None:
    for line, code, heavy, said in told(list(ANSWERED), places):
        assert code == 0 and not heavy, (line, code, heavy, said)
