"""What a small reader of pictures says of a source that it refuses."""

from pathlib import Path

import numpy as np
import pytest

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import Image

READER = Image(size_px=8, crop_pct=1.0)
RAMP = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)


def code_of(source: object) -> str:
    with pytest.raises(DataError) as caught:
        READER.read(source if isinstance(source, Path) else InMemory("held", source))
    assert caught.value.fix
    assert caught.value.where
    return caught.value.code
