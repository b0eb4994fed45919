"""What `plan` says a run will take, against what it then takes: asked are 30 %.

`python -m benchmarks plan`, or `python -m benchmarks.plan NAME…`. Both commands share a cache, as
they do for whoever plans and then trains: the plan is of what is left. One run each, in seconds
planned and taken; docs/gallery and the changelog have what was measured when. Where
a training stops early, plans expect its mean: `Recipe.expected_epochs`.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import translation
from benchmarks.measuring import NET, SHARED, command, figure, here

DATA = SHARED / "data"
CAPTIONS = DATA / "text" / "multi30k_en_de"
PEOPLE = {"man", "woman", "boy", "girl", "men", "women", "people", "child", "children"}
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def transcripts(root: Path) -> tuple[str, ...]:
    """Six hundred recordings of a digit, and the word."""
    rows = ["file,transcript"]
    for path in sorted((DATA / "spoken_digits").glob("*/*.flac"))[::5]:
        rows.append(f"{path},{DIGITS[int(path.parent.name)]}")
    (root / "digits.csv").write_text("\n".join(rows) + "\n")
    return (str(root / "digits.csv"), "--task", "transcribe")


def tags(root: Path) -> tuple[str, ...]:
    """A thousand captions whose words for people are tagged."""
    lines = list[str]()
    for row in (CAPTIONS / "train.tsv").read_text().splitlines()[1:1001]:
        for word in row.split("\t")[0].split():
            lines.append(f"{word} {'B-PER' if word.strip('.,').lower() in PEOPLE else 'O'}")
        lines.append("")
    (root / "captions.conll").write_text("\n".join(lines))
    return (str(root / "captions.conll"),)


def texts(root: Path) -> tuple[str, ...]:
    """Fifteen hundred captions in two languages, for a small network with random weights."""
    pairs = (CAPTIONS / "train.tsv").read_text().rstrip("\n").split("\n")[1:1501]
    (root / "pairs.tsv").write_text("\n".join(["source\ttarget", *pairs]) + "\n")
    translation.network(pairs, root / "net")
    asked = ("--task", "text-to-text", "--source", "source", "--target", "target")
    fresh = ("--backbone", str(root / "net"), "--weights", "random", "--strategy", "scratch")
    return (str(root / "pairs.tsv"), *asked, *fresh)


def at(name: str, *options: str) -> Callable[[Path], tuple[str, ...]]:
    """A place that is there as it is."""
    return lambda _: (str(DATA / name), *options)


PLACES: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "flowers5": at("flowers5"),
    "cats_dogs": at("cats_dogs"),
    "trashnet": at("trashnet", *NET),
    "trec": at("text/trec", "--strategy", "probe"),
    "transcripts": transcripts,
    "tags": tags,
    "texts": texts,
    "esc10": at("esc10", "--strategy", "full"),
}


def main() -> None:
    for name in [one for one in sys.argv[1:] if one in PLACES] or PLACES:
        if here(DATA):
            with tempfile.TemporaryDirectory() as folder:
                _measure(name, Path(folder))


def _measure(name: str, root: Path) -> None:
    words = PLACES[name](root)
    said = command("plan", *words, "--json", cache=root / "cache")
    planned = json.loads(said.output)
    spent = command("train", *words, "--out", str(root / "run"), cache=root / "cache")
    tried = json.loads((root / "run" / "metrics.json").read_text())["arms"]
    known = sum(step["seconds"] for step in planned["steps"])
    figure(
        f"plan, {name}",
        planned_s=round(known, 1),
        plan_itself_s=round(said.wall, 1),
        taken_s=round(spent.wall, 1),
        taken_cpu_s=round(spent.cpu, 1),
        ratio=round(known / spent.wall, 2),
        planned=planned["strategies"],
        tried=[arm["name"] for arm in tried if arm["backbone"]],
    )


if __name__ == "__main__":
    main()
