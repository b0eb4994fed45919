"""What each way is made of; what it leaves is in `test_compression.py`."""

from dataclasses import replace
from pathlib import Path

import pytest
from compressing import job_of

from headstart.model import Model
from headstart.run import smaller


@pytest.mark.parametrize(
    ("scaled", "way", "calibrated"), [(True, "8 bits", 20), (False, "8 bits in products", 0)]
)
def test_8_bits_go_by_training_and_validation_rows(
    scaled, way, calibrated, photos: Path, small_model: Model, tmp_path: Path, monkeypatch
) -> None:
    asked = []

    def quantize(plain: Path, out: Path, feeds, held) -> bool:
        asked.extend((len(feeds), len(held)))
        return scaled

    monkeypatch.setattr(smaller, "quantize", quantize)
    monkeypatch.setattr(smaller, "CALIBRATED", 20)
    job = job_of(small_model, photos, tmp_path)
    made = smaller.in_8_bits(replace(job), 0.0)
    held = len(job.data.partition.val)
    assert len(job.data.partition.train) > 20 > held > 0
    assert asked == [20, held] and (made.way, made.calibrated) == (way, calibrated)
