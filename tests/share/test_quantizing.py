from pathlib import Path

import numpy as np
import pytest

from headstart.errors import BackboneError
from headstart.model import Model
from headstart.share import Exported, quantizing
from headstart.share.onnx_file import Runtime
from headstart.share.quantizing import quantize, quantized

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def small(exported: Exported, small_model: Model, tmp_path_factory: pytest.TempPathFactory):
    """The exported file in 8 bits, and the pictures it was made by."""
    place = tmp_path_factory.mktemp("small")
    pictures = sorted((exported.path.parents[1] / "photos").rglob("*.png"))
    with pytest.MonkeyPatch.context() as patch:
        import onnx

        patch.setattr(quantizing, "onnx_of", lambda whole: onnx.load(exported.path))
        return (*quantized(small_model, pictures, place), pictures)


def test_weights_take_a_byte_each(small) -> None:
    import onnx

    plain, eight, _ = small
    kinds = [{one.data_type for one in onnx.load(p).graph.initializer} for p in (plain, eight)]
    assert onnx.TensorProto.INT8 in kinds[1] and onnx.TensorProto.INT8 not in kinds[0]


def test_answers_stay_close_and_are_others(small) -> None:
    plain, eight, _ = small
    pixels = np.random.default_rng(0).integers(0, 256, (3, 50, 40, 3), dtype=np.uint8)
    one, other = (Runtime(file)({"pixels": pixels}) for file in (plain, eight))
    assert 0 < np.abs(one - other).max() < 0.2


def test_what_can_not_be_read_can_not_be_made_smaller(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"nothing")
    with pytest.raises(BackboneError, match="M705"):
        quantize(tmp_path / "a.onnx", tmp_path / "b.onnx", [])
    assert [p.name for p in tmp_path.iterdir()] == ["a.onnx"]
