"""BLEU of any choice of rows, from what sacrebleu counts in each."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int

from headstart.errors import needs
from headstart.stats import Interval, bootstrap

_ORDERS = 4


def counts_of(said: Sequence[str], true: Sequence[str]) -> Int[np.ndarray, "n 10"]:
    """Of each text its length, the reference's, and how many grams of 1 to 4 words are right and
    how many there are; sacrebleu's usual tokens (13a).
    """  # noqa: D205 - one sentence
    with needs("text"):
        from sacrebleu.metrics.bleu import BLEU

    score = BLEU(effective_order=True).sentence_score
    found = [score(one, [other]) for one, other in zip(said, true, strict=True)]
    rows = [[one.sys_len, one.ref_len, *one.counts, *one.totals] for one in found]
    return np.array(rows, dtype=np.int64)


def bleu_of(counts: Int[np.ndarray, "n 10"]) -> float:
    """BLEU of all these texts together, from 0 to 1 (Papineni et al. 2002; Post 2018)."""
    from sacrebleu.metrics.bleu import BLEU

    lengths, grams = counts.sum(axis=0)[:2].tolist(), counts.sum(axis=0)[2:].tolist()
    right, there = grams[:_ORDERS], grams[_ORDERS:]
    return float(BLEU.compute_bleu(right, there, *lengths).score / 100)


def bleu_records(
    said: Mapping[str, Sequence[str]], true: Sequence[str], ours: str, groups: Sequence[str] = ()
) -> dict[str, dict[str, object]]:
    """Of each arm's texts their BLEU, and by how much `ours` leads, as `metrics.json` has them."""
    counted = {name: counts_of(texts, true) for name, texts in said.items()}
    return {
        name: {
            "bleu": bleu_of(counts),
            "bleu_behind_by": bleu_lead(counted[ours], counts, groups).record(),
        }
        for name, counts in counted.items()
    }


def bleu_lead(
    one: Int[np.ndarray, "n 10"], other: Int[np.ndarray, "n 10"], groups: Sequence[str] = ()
) -> Interval:
    """How much more BLEU the first has than the second, on the same resampled rows (Koehn 2004)."""

    def gap(rows: np.ndarray) -> float:
        return bleu_of(one[rows]) - bleu_of(other[rows])

    return bootstrap(gap, len(one), groups, bounds=(-1.0, 1.0))
