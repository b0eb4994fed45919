"""Sounds in memory, as samples or packed."""

import io

import numpy as np
import pytest
from sounds import RATE

from headstart.data import InMemory
from headstart.modality import Sound

soundfile = pytest.importorskip("soundfile")
SOUND = Sound()


def held(found: np.ndarray, rate: int = RATE) -> InMemory:
    return InMemory("a sound", (found, rate))


def packed(found: np.ndarray, kind: str, rate: int = 16_000) -> bytes:
    kept = io.BytesIO()
    soundfile.write(kept, found, rate, format=kind)
    return kept.getvalue()
