"""The ranking engine on published fine-tuning runs: which model it would have picked.

`python -m benchmarks replay`. For each target of TransferGraph (Li et al. 2024, ../shared/tables)
the prior of a model is its mean standardized accuracy on the *other* sets, the score its published
LogME on the target, and `headstart.advise` orders them as it would the user's own. Regret is in
points of accuracy below the best model of the pool; tau_w is scipy's weighted tau. Means over 8
targets, 2026-11-21: images .50 and .503 (score alone 8.8, prior alone 6.8), text .97 and .557.
Asked: images at most .6 and at least .50, text at most 1.0.
"""

import numpy as np
from scipy.stats import weightedtau

from benchmarks.measuring import SHARED, figure

TABLES = SHARED / "tables" / "transfergraph"
KINDS = {"image": "image_classification", "text": "sequence_classification"}


def main() -> None:
    if not TABLES.exists():
        print(f"skipped: no {TABLES} here (set HEADSTART_BENCH_DATA)")
        return
    for kind, name in KINDS.items():
        accuracy, scores = _tables(name)
        rows = [_target(accuracy, scores, target) for target in scores.columns]
        for head_config in ("score", "prior", "both"):
            regrets, taus = zip(*(row[head_config] for row in rows), strict=True)
            figure(
                f"{kind}, {head_config}",
                targets=len(rows),
                regret_at_1=round(float(np.mean(regrets)), 2),
                worst=round(max(regrets), 2),
                tau_w=round(float(np.mean(taus)), 3),
            )


def _tables(name: str):
    """Accuracy in points and LogME, models by data sets."""
    import pandas as pd

    runs = pd.read_csv(TABLES / f"{name}_records.csv")
    if "peft_method" in runs:
        runs = runs[runs.peft_method.isna()]
    runs = runs.dropna(subset=["eval_accuracy"])
    accuracy = 100 * runs.pivot_table(
        index="model", columns="finetuned_dataset", values="eval_accuracy", aggfunc="max"
    )
    known = pd.read_csv(TABLES / f"{name}_transferability_score_records.csv")
    known = known[known.metric == "TransferabilityMethod.LOG_ME"]
    scores = known.pivot_table(index="model", columns="target_dataset", values="score")
    return accuracy, scores[[c for c in scores.columns if c in accuracy.columns]]


def _target(accuracy, scores, target: str) -> dict[str, tuple[float, float]]:
    """Regret at the first pick and weighted tau, for three ways to order the pool."""
    from headstart.advise import Prior
    from headstart.advise.ranking import mean_ranks

    others = accuracy.drop(columns=target)
    prior = ((others - others.mean()) / others.std()).mean(axis=1)
    pool = accuracy[target].dropna().index.intersection(scores[target].dropna().index)
    truth, score = accuracy.loc[pool, target].to_numpy(), scores.loc[pool, target].to_numpy()
    priors = [Prior(float(p), 1, "replay") if np.isfinite(p) else None for p in prior[pool]]
    points = np.array([p.points if p else -np.inf for p in priors])
    ways = {"score": -score, "prior": -points, "both": mean_ranks(score, priors)}
    return {
        head_config: (
            float(truth.max() - truth[np.argmin(low)]),
            float(weightedtau(-low, truth)[0]),
        )
        for head_config, low in ways.items()
    }
