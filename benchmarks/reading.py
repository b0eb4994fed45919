"""Makes the recurrent network for texts that ships: it learns what all-MiniLM-L6-v2 says of texts.

`python -m benchmarks reading`: the lines of ../shared/pretrain/text, and made-up ones, so that it
knows more words than those have: the teacher's own words alone, in phrases that mean nothing, and
in place of some in the lines. Nothing of ../shared/data is read. Needs the `text` extra.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measuring import SHARED, command, figure, here
from headstart.backbone import load_backbone

LINES, TEACHER = SHARED / "pretrain" / "text" / "english.txt", "all-MiniLM-L6-v2"
KNOWN, PHRASES, LONGEST, REPLACED, ALTERED = 14_000, 40_000, 6, 0.3, 30_000
"""Words of the teacher's, the frequent ones; phrases of up to so many of them; what share of the
words of so many lines is replaced."""
WORDS, EPOCHS = 16_000, 3


def main() -> None:
    if not here(LINES):
        return
    made = Path("phrases.txt")
    made.write_text("\n".join(phrases()))
    words = ("pretrain", str(LINES), str(made), "--arch", "headstart_lstm", "--words", str(WORDS))
    spent = command(
        *words, "--teacher", TEACHER, "--epochs", str(EPOCHS), "--out", "headstart_lstm",
        cache=Path("reading_cache"),
    )  # fmt: skip
    figure("reading", saved="headstart_lstm", cpu_s=round(spent.cpu), wall_s=round(spent.wall))


def phrases() -> Iterator[str]:
    """Made-up lines."""
    rng, known = np.random.default_rng(0), np.array(_known())
    yield from known
    for _ in range(PHRASES):
        yield " ".join(rng.choice(known, rng.integers(2, LONGEST + 1)))
    lines = np.array(LINES.read_text(encoding="utf-8", errors="replace").splitlines())
    for line in rng.choice(lines, ALTERED):
        yield " ".join(
            str(rng.choice(known)) if rng.random() < REPLACED else word for word in line.split()
        )


def _known() -> list[str]:
    """The first whole words of the teacher's vocabulary, the frequent ones before the rare."""
    place = load_backbone(TEACHER).modality.place  # type: ignore[attr-defined]
    vocabulary = json.loads(place.read_text())["model"]["vocab"]
    return [word for word in vocabulary if re.fullmatch("[a-z]+", word)][:KNOWN]
