"""A run on pictures whose names and places must not leave."""

import json
from pathlib import Path

import pyarrow as pa
import torch
from pyarrow import parquet
from stand_ins import draw

from headstart.backbone import Backbone
from headstart.head import linear
from headstart.model import Model
from headstart.share import save_model
from headstart.task import Calibration, Classification

SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}


FIGURES = {
    "figure": "accuracy",
    "n": {"train": 10, "val": 2, "test": 3},
    "chosen": "probe",
    "test": {"accuracy": SHARE, "macro_f1": SHARE},
    "arms": [{"name": "probe", "accuracy": SHARE}],
    "verdict": {"word": "helps", "sentence": "Transfer helps: +10 points", "cautions": ["few"]},
}


def left(place: Path, backbone: Backbone) -> Path:
    """A run's folder, as `train` leaves it, on pictures in a folder whose name is secret."""
    names = [str(p.relative_to(place)) for p in draw(place / "secret_pictures", 4).rglob("*.png")]
    weights = torch.randn(3, backbone.width, generator=torch.Generator().manual_seed(0))
    head, task = linear(backbone.width, 3, weights), Classification(("blue", "green", "red"))
    model = Model(backbone, head, task, Calibration(0.75), backbone.depth)
    save_model(place / "run" / "model", model, FIGURES)
    settings = {"backbone": str(place / "secret_tiny"), "weights": ""}
    told = {"backbone": {"name": settings["backbone"]}, "settings": settings}
    (place / "run" / "run.json").write_text(json.dumps(told))
    (place / "run" / "metrics.json").write_text(json.dumps(FIGURES))
    parquet.write_table(pa.table({"name": names}), place / "run" / "predictions.parquet")
    return place / "run"
