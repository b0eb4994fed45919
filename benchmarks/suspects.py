"""Planted wrong labels: how well doubted ones are found, beside cleanlab where it is installed.

Pictures of three sets, at most 900 each, rows of the shipped backbone; a share of the labels is
changed to another class, drawn evenly; a head is fitted as `train` fits it, and judged out of fold.
"""

import importlib
import tempfile
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from benchmarks.measuring import SHARED, figure, here
from headstart.backbone import load_backbone
from headstart.data import find
from headstart.evaluate.suspects import quality, suspects
from headstart.features import Prefix, extract, survey
from headstart.head import Sample, fit_head
from headstart.task import Classification

SETS = ("flowers5", "trashnet", "cats_dogs")
MOST = 900
SHARES = (0.0, 0.05, 0.1, 0.2)


def rows_of(place: Path, cache: Path) -> tuple[torch.Tensor, np.ndarray, tuple[str, ...]]:
    found = find(place).examples
    picked = np.random.default_rng(0).permutation(len(found))[:MOST]
    some, backbone = found.take([int(row) for row in picked]), load_backbone("shipped")
    items = survey(some, backbone.modality, cache=cache).items
    prefix = Prefix(backbone.modality, backbone.stages, backbone.digest(backbone.depth))
    every = range(len(some))
    table = extract(items, tuple(every), prefix, cache=cache).take(every)
    names = tuple(sorted({some.truth.written(row) for row in every}))
    labels = np.array([names.index(some.truth.written(row)) for row in every])
    return table, labels, names


def noisy(labels: np.ndarray, share: float, classes: int, seed: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    wrong = dice.permutation(len(labels))[: round(share * len(labels))]
    changed = labels.copy()
    changed[wrong] = (labels[wrong] + dice.integers(1, classes, len(wrong))) % classes
    return changed


def others(answers: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    try:
        rank = importlib.import_module("cleanlab.rank")
    except ImportError:
        return {}
    found = {}
    for name in ("self_confidence", "normalized_margin"):
        for even in (False, True):
            told = rank.get_label_quality_scores(
                labels, answers, method=name, adjust_pred_probs=even
            )
            found[f"cleanlab {name}{' adjusted' if even else ''}"] = told
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        measured(Path(cache))


def measured(cache: Path) -> None:
    for name in SETS:
        if not here(SHARED / "data" / name):
            return
        table, labels, names = rows_of(SHARED / "data" / name, cache)
        for share in SHARES:
            figures: dict[str, list[float]] = {}
            for seed in range(3):
                given = noisy(labels, share, len(names), seed)
                sample = Sample(table, torch.as_tensor(given), Classification(names), (), seed)
                answers = fit_head(sample).answers
                wrong = given != labels
                doubted = suspects(answers, given)
                figures.setdefault("doubted", []).append(len(doubted) / len(labels))
                told = [float(wrong[one.row]) for one in doubted]
                figures.setdefault("of them wrong", []).append(float(np.mean(told or [0])))
                for least in (0.1, 0.05, 0.03, 0.02, 0.01):
                    low = [one for one in doubted if one.quality < least]
                    figures.setdefault(f"below {least}", []).append(len(low) / len(labels))
                    hits = [float(wrong[one.row]) for one in low]
                    figures.setdefault(f"right {least}", []).append(float(np.mean(hits or [0])))
                if share:
                    scores = {"headstart": quality(answers, given), **others(answers, given)}
                    for way, told_ in scores.items():
                        auroc = roc_auc_score(wrong, -told_)
                        figures.setdefault(f"AUROC {way}", []).append(auroc)
            mean = {key: round(float(np.mean(found)), 4) for key, found in figures.items()}
            figure(f"suspects, {name}", share=share, **mean)


if __name__ == "__main__":
    main()
