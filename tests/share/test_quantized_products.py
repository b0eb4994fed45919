"""Products and tables in 8 bits, and when they are chosen."""

from pathlib import Path

import numpy as np
import pytest

from headstart.share.quantized_products import (
    SMALL,
    narrow_tables,
    quantize_products,
    rows_in_8_bits,
    share_in_products,
)
from headstart.share.quantizing import closest, quantize

ROWS, WIDE = 160, 64


def reader(place: Path, *, loud: float = 1.0, rows: int = ROWS, tied: bool = False) -> Path:
    """A network that looks words up, adds what is loud in one number and makes two products."""
    import onnx
    from onnx import helper, numpy_helper

    rng, floats = np.random.default_rng(0), onnx.TensorProto.FLOAT
    shift = np.zeros(WIDE, np.float32)
    shift[0] = loud
    weights = {
        "words": rng.normal(size=(rows, WIDE)).astype(np.float32),
        "shift": shift,
        "inner": rng.normal(size=(WIDE, WIDE)).astype(np.float32) / 8,
        "last": rng.normal(size=(WIDE, 3)).astype(np.float32) / 8,
    }
    weights["inner"][0] = 0  # what is loud says nothing
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["found"], "found"),
        helper.make_node("Add", ["found", "shift"], ["moved"], "moved"),
        helper.make_node("MatMul", ["moved", "inner"], ["made"], "made"),
        helper.make_node("MatMul", ["made", "last"], ["probabilities"], "said"),
    ]
    ends = [
        helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["n"]),
        helper.make_tensor_value_info("probabilities", floats, ["n", 3]),
    ]
    if tied:
        nodes.append(helper.make_node("Neg", ["words"], ["minus"], "minus"))
        ends.append(helper.make_tensor_value_info("minus", floats, [rows, WIDE]))
    held = [numpy_helper.from_array(one, name) for name, one in weights.items()]
    graph = helper.make_graph(nodes, "graph", ends[:1], ends[1:], held)
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), place)
    return place


def asked(count: int = 8) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    return [{"ids": rng.integers(0, 150, 6)} for _ in range(count)]


def test_no_number_of_a_row_moves_by_more_than_half_a_step() -> None:
    table = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32) * [
        [1],
        [9],
        [0],
        [1],
        [2],
    ]
    codes, scales = rows_in_8_bits(table.astype(np.float32))
    assert np.all(np.abs(codes * scales - table) <= scales / 2 + 1e-6)
    assert np.abs(codes).max(axis=1).tolist() == [127, 127, 0, 127, 127]


@pytest.mark.parametrize(("rows", "tied", "narrow"), [(ROWS, False, True), (ROWS, True, False)])
def test_a_table_that_anything_else_reads_stays(rows, tied, narrow, tmp_path: Path) -> None:
    import onnx

    graph = onnx.load(reader(tmp_path / "a.onnx", rows=rows, tied=tied)).graph
    narrow_tables(graph)
    assert ("words" not in {one.name for one in graph.initializer}) is narrow


@pytest.mark.parametrize("rows", [SMALL // WIDE, SMALL // WIDE + 1])
def test_small_tables_stay(rows: int, tmp_path: Path) -> None:
    import onnx

    graph = onnx.load(reader(tmp_path / "a.onnx", rows=rows)).graph
    others = WIDE * WIDE + 3 * WIDE
    counted = others if rows * WIDE < SMALL else others + rows * WIDE
    assert share_in_products(graph) == counted / (others + WIDE + rows * WIDE)
    narrow_tables(graph)
    assert ("words" in {one.name for one in graph.initializer}) is (rows * WIDE < SMALL)


def test_products_and_tables_take_a_byte_and_answers_stay_close(tmp_path: Path) -> None:
    import onnx

    from headstart.share.onnx_file import Runtime

    plain = reader(tmp_path / "a.onnx")
    quantize_products(plain, tmp_path / "b.onnx", [])
    kinds = {one.data_type for one in onnx.load(tmp_path / "b.onnx").graph.initializer}
    assert onnx.TensorProto.INT8 in kinds
    assert (tmp_path / "b.onnx").stat().st_size < 0.45 * plain.stat().st_size
    one, other = (Runtime(place)(asked(1)[0]) for place in (plain, tmp_path / "b.onnx"))
    assert 0 < np.abs(one - other).max() < 0.1 * np.abs(one).max()


def test_a_node_that_is_to_stay_exact_does(tmp_path: Path) -> None:
    import onnx

    quantize_products(reader(tmp_path / "a.onnx"), tmp_path / "b.onnx", ["made"])
    graph = onnx.load(tmp_path / "b.onnx").graph
    assert "inner" in {one.name for one in graph.initializer}
    assert "last" not in {one.name for one in graph.initializer}


@pytest.mark.parametrize(("held", "scaled"), [(0, True), (8, False)])
def test_products_alone_are_chosen_by_rows_that_are_held_out(
    held: int, scaled: bool, tmp_path: Path
) -> None:
    plain = reader(tmp_path / "a.onnx", loud=300.0)
    assert quantize(plain, tmp_path / "b.onnx", asked(), asked(held)) is scaled
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.onnx", "b.onnx"]


def test_the_closest_answers_are_kept_and_the_first_of_equals(tmp_path: Path) -> None:
    plain, far = reader(tmp_path / "a.onnx"), reader(tmp_path / "c.onnx", loud=0.5)
    far.write_bytes(reader(tmp_path / "d.onnx", rows=ROWS + 1).read_bytes())
    same = tmp_path / "e.onnx"
    same.write_bytes(plain.read_bytes())
    assert closest(plain, (far, same), asked()) == same
    assert closest(plain, (plain, same), asked()) == plain
