"""Recordings as a feature extractor prepares them: padded, masked, and nothing without bounds."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from headstart.data import InMemory
from headstart.errors import BackboneError, SecurityError
from headstart.modality.prepared import prepared_by

transformers = pytest.importorskip("transformers")
pytest.importorskip("soxr")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The file of an extractor of samples."""
    extractor = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True)
    extractor.save_pretrained(tmp_path)
    return tmp_path / "preprocessor_config.json"


def changed(place: Path, **facts: object) -> Path:
    place.write_text(json.dumps({**json.loads(place.read_text()), **facts}))
    return place


def test_samples_are_padded_to_a_tenth_of_a_second_and_masked(place: Path) -> None:
    modality = prepared_by(place)
    drawn = np.random.default_rng(0).standard_normal(9_000).astype(np.float32) / 9
    items = [modality.read(InMemory("x", (drawn[:n], 16_000))) for n in (1_000, 9_000)]
    assert [len(item) for item in items] == [8_000, 9_000]  # half a second at least
    batch = modality.batch(items)
    assert batch.shape == (2, 9_600, 2) and batch[..., 1].sum(dim=1).tolist() == [8_000, 9_000]
    assert torch.equal(batch[0, :8_000, 0], items[0].float()) and batch[0, 8_000:].abs().sum() == 0


def test_an_extractor_is_known_by_its_file(place: Path) -> None:
    one = prepared_by(place)
    assert (one.rate_hz, one.most_s) == (16_000, 30.0) and one == prepared_by(place)
    assert prepared_by(changed(place, sampling_rate=8_000)) != one
    with pytest.raises(BackboneError, match="not the file that it was"):
        replace(one, extractor="0" * 64).blank()


@pytest.mark.parametrize(
    ("facts", "fine"),
    [
        ({"sampling_rate": 192_000}, True),
        ({"sampling_rate": 192_001}, False),
        ({"sampling_rate": 1_000}, True),
        ({"sampling_rate": 999}, False),
        ({"feature_size": "1"}, False),
    ],
)
def test_numbers_that_take_memory_have_bounds(place: Path, facts: dict, fine: bool) -> None:
    changed(place, **facts)
    if fine:
        assert prepared_by(place).rate_hz == facts["sampling_rate"]
    else:
        with pytest.raises(BackboneError, match="M475"):
            prepared_by(place)


def test_code_that_a_file_names_is_refused(place: Path) -> None:
    with pytest.raises(SecurityError):
        prepared_by(changed(place, auto_map={"AutoFeatureExtractor": "x.Y"}))
