"""Make the table of priors that ships: how far above a common model others end up on other data.

`python -m benchmarks prior` writes `src/headstart/advise/prior.json` from the tables in
`../shared/tables`: for each model the mean over data sets of its accuracy after fine-tuning minus
that of ResNet-50 on the same set, of networks for texts that of BERT, in points. Only models that
timm has under a name of its own, and well-known ones of the hub.
"""

import json
from collections import defaultdict
from pathlib import Path

import pandas as pd

from benchmarks.measuring import SHARED, figure

OUT = Path(__file__).parents[1] / "src" / "headstart" / "advise" / "prior.json"
TLLIB = {
    "GoogleNet": "googlenet",
    "Inception V3": "inception_v3",
    "ResNet50": "resnet50",
    "ResNet101": "resnet101",
    "ResNet152": "resnet152",
    "DenseNet121": "densenet121",
    "DenseNet169": "densenet169",
    "Densenet201": "densenet201",
    "MobileNet V2": "mobilenetv2_100",
    "MNasNet": "mnasnet_100",
}
HUB = {
    "microsoft/resnet-50": "resnet50",
    "microsoft/swin-tiny-patch4-window7-224": "swin_tiny_patch4_window7_224",
    "microsoft/swin-small-patch4-window7-224": "swin_small_patch4_window7_224",
    "microsoft/swin-base-patch4-window7-224": "swin_base_patch4_window7_224",
    "microsoft/swin-large-patch4-window7-224": "swin_large_patch4_window7_224",
    "facebook/convnext-tiny-224": "convnext_tiny",
    "facebook/convnext-small-224": "convnext_small",
    "facebook/convnext-base-224": "convnext_base",
    "facebook/convnext-large-224": "convnext_large",
    "facebook/convnext-xlarge-224-22k-1k": "convnext_xlarge",
    "facebook/deit-tiny-patch16-224": "deit_tiny_patch16_224",
    "facebook/deit-small-patch16-224": "deit_small_patch16_224",
    "facebook/deit-base-patch16-224": "deit_base_patch16_224",
    "facebook/deit-base-patch16-384": "deit_base_patch16_384",
    "facebook/deit-tiny-distilled-patch16-224": "deit_tiny_distilled_patch16_224",
    "facebook/deit-small-distilled-patch16-224": "deit_small_distilled_patch16_224",
    "facebook/deit-base-distilled-patch16-224": "deit_base_distilled_patch16_224",
    "google/vit-base-patch16-224": "vit_base_patch16_224",
    "google/vit-base-patch16-384": "vit_base_patch16_384",
    "google/vit-base-patch32-384": "vit_base_patch32_384",
    "google/vit-large-patch16-224": "vit_large_patch16_224",
    "microsoft/beit-base-patch16-224": "beit_base_patch16_224",
    "microsoft/beit-large-patch16-224": "beit_large_patch16_224",
}

BERT = "bert-base-uncased"
TEXTS = {
    BERT: "google-bert",
    "bert-base-cased": "google-bert",
    "bert-large-uncased": "google-bert",
    "distilbert-base-uncased": "distilbert",
    "roberta-base": "FacebookAI",
    "roberta-large": "FacebookAI",
    "albert-base-v2": "albert",
}
"""Names on the hub, and who keeps them there today: they go by both."""


def main() -> None:
    tables = SHARED / "tables"
    if not tables.exists():
        print("skipped: no tables here")
        return
    gains: dict[str, list[float]] = defaultdict(list)
    for name, gain in (*_tllib(tables), *_hub(tables), *_texts(tables)):
        gains[name].append(gain)
    rows = {
        name: {"points": round(sum(g) / len(g), 2), "sets": len(g)}
        for name, g in sorted(gains.items())
    }
    sources = {
        "TLlib": "Transfer Learning Library, model ranking: 10 models fine-tuned on 8 sets",
        "TransferGraph": "Li et al. 2024: models of the hub fine-tuned on 13 sets of pictures, "
        "10 of texts",
    }
    OUT.write_text(
        json.dumps({"against": ["resnet50", BERT], "sources": sources, "models": rows}, indent=1)
    )
    figure("prior", models=len(rows), best=max(rows, key=lambda n: rows[n]["points"]))


def _tllib(tables: Path) -> list[tuple[str, float]]:
    found = []
    for table in json.loads((tables / "tllib" / "model_ranking.json").read_text()).values():
        known = dict(zip(table["models"], table["acc"], strict=True))
        found += [(TLLIB[name], known[name] - known["ResNet50"]) for name in known]
    return found


def _hub(tables: Path) -> list[tuple[str, float]]:
    best = _best(tables / "transfergraph" / "image_classification_records.csv")
    gains = (best.loc[list(HUB)] - best.loc["microsoft/resnet-50"]) * 100
    pairs = [(HUB[str(name)], row) for name, row in gains.iterrows()]
    return [(name, float(gain)) for name, row in pairs for gain in row.dropna()]


def _texts(tables: Path) -> list[tuple[str, float]]:
    best = _best(tables / "transfergraph" / "sequence_classification_records.csv")
    gains = (best.loc[list(TEXTS)] - best.loc[BERT]) * 100
    return [
        (alias, float(gain))
        for name, row in gains.iterrows()
        for alias in (str(name), f"{TEXTS[str(name)]}/{name}")
        for gain in row.dropna()
    ]


def _best(place: Path) -> pd.DataFrame:
    """Accuracy of the best run of each model (rows) on each set (columns)."""
    rows = pd.read_csv(place).dropna(subset=["eval_accuracy"])
    return rows.pivot_table(
        index="model", columns="finetuned_dataset", values="eval_accuracy", aggfunc="max"
    )
