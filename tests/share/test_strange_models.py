"""A seeded sample of the campaign in torture: no folder is believed, none is X100."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from strangers import changed, read, wrong

from headstart.backbone import Backbone
from headstart.head import linear
from headstart.model import Model
from headstart.share import save_model
from headstart.task import Calibration, Classification

SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}
FIGURES = {
    "figure": "accuracy",
    "n": {"train": 10, "val": 2, "test": 3},
    "test": {"accuracy": SHARE, "macro_f1": SHARE},
    "arms": [{"name": "probe", "accuracy": SHARE}],
    "verdict": {"word": "helps", "sentence": "Transfer helps: +10 points"},
}


@pytest.fixture(scope="module")
def sent(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    place = tmp_path_factory.mktemp("strangers")
    head = linear(16, 3, torch.randn(3, 16, generator=torch.Generator().manual_seed(0)))
    model = Model(tiny, head, Classification(("a", "b", "c")), Calibration(0.75), tiny.depth)
    save_model(place / "model", model, FIGURES)
    pixels = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(place / "a.png")
    return place / "model", [place / "a.png"]


@pytest.mark.parametrize("seed", range(0, 60, 10))
def test_folders_of_strangers_are_refused_or_what_they_say(seed, sent, tmp_path) -> None:
    model, asked = sent
    plain = read(model, asked)
    assert not plain.code
    for one in range(seed, seed + 10):
        what, sealed = changed(model, tmp_path / str(one), one)
        assert not wrong(read(tmp_path / str(one), asked), plain, sealed=sealed), (one, what)
