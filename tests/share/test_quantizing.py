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


def filters_in_8_bits(shapes: dict[str, tuple[int, int]], place: Path) -> dict[str, int]:
    """The largest whole number among weights of each of these convolutions, by name.

    A convolution with filters of (out, in / groups) stands alone between 4 and `out` channels.
    """
    import onnx
    from onnx import helper, numpy_helper

    rng, nodes, weights = np.random.default_rng(0), [], []
    for name, (out, each) in shapes.items():
        values = rng.normal(size=(out, each, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(values, name))
        nodes.append(helper.make_node("Conv", ["x", name], [f"{name}_out"], name, group=4 // each))
    kind = onnx.TensorProto.FLOAT
    given = [helper.make_tensor_value_info("x", kind, [1, 4, 8, 8])]
    outs = [helper.make_tensor_value_info(f"{n}_out", kind, None) for n in shapes]
    graph = helper.make_graph(nodes, "g", given, outs, weights)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(proto, place / "plain.onnx")
    feeds = [{"x": rng.normal(size=(1, 4, 8, 8)).astype(np.float32)} for _ in range(2)]
    quantize(place / "plain.onnx", place / "small.onnx", feeds)
    found = {i.name: i for i in onnx.load(place / "small.onnx").graph.initializer}
    return {n: int(np.abs(numpy_helper.to_array(found[f"{n}_quantized"])).max()) for n in shapes}


def test_depthwise_filters_keep_8_bits_and_all_others_7(tmp_path: Path) -> None:
    shapes = {"depthwise": (4, 1), "twice": (8, 1), "grouped": (4, 2), "plain": (4, 4)}
    found = filters_in_8_bits(shapes, tmp_path)
    assert found.pop("depthwise") == 127
    assert set(found.values()) <= {63, 64}


@pytest.mark.parametrize(("name", "exact"), [("samples", True), ("numbers", False)])
def test_what_reads_recordings_stays_exact(name: str, exact: bool, tmp_path: Path) -> None:
    import onnx
    from onnx import helper, numpy_helper

    rng, floats = np.random.default_rng(0), onnx.TensorProto.FLOAT
    weights = [
        numpy_helper.from_array(rng.random((8, 8), np.float32) + 1, each) for each in ("a", "b")
    ]
    nodes = [
        helper.make_node("MatMul", [name, "a"], ["waves"], name="waves"),
        helper.make_node("Log", ["waves"], ["levels"], name="levels"),
        helper.make_node("MatMul", ["levels", "b"], ["said"], name="said"),
    ]
    ends = [helper.make_tensor_value_info(each, floats, ["n", 8]) for each in (name, "said")]
    graph = helper.make_graph(nodes, "graph", ends[:1], ends[1:], weights)
    opset = [helper.make_opsetid("", 20)]
    plain, small = tmp_path / "a.onnx", tmp_path / "b.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), plain)
    quantize(plain, small, [{name: rng.random((4, 8), np.float32) + 1} for _ in range(4)])
    kept = {one.name for one in onnx.load(small).graph.initializer if one.data_type == floats}
    assert ("a" in kept) is exact and "b" not in kept
