"""Weights of matrix products and rows of tables in 8 bits; all else stays in single precision.

What goes into a product is rounded by its own extremes, example by example, so that a few large
numbers of one (as in transformers: Dettmers et al. 2022) don't set the scale of all.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int8

from headstart.errors import needs

if TYPE_CHECKING:
    import onnx

LARGEST = 127
"""Of a byte with a sign."""
SMALL = 10_000
"""Numbers below which a table stays as it is."""


def quantize_products(prepared: Path, out: Path, exact: list[str]) -> None:
    """Write the network in `prepared` so, the nodes in `exact` as they are.

    Weights have a scale a channel and 7 of the 8 bits: without VNNI two products of 8 bits
    overflow. Tables of words have a scale a row.
    """
    with needs("export"):
        import onnx
        from onnxruntime import quantization
    quantization.quantize_dynamic(
        str(prepared),
        str(out),
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=exact,
        per_channel=True,
        reduce_range=True,
        weight_type=quantization.QuantType.QInt8,
    )
    model = onnx.load(out)
    narrow_tables(model.graph)
    onnx.save(model, out)


def share_in_products(graph: "onnx.GraphProto") -> float:
    """How much of a network's numbers is in products and tables; 0 where there are none."""
    sizes = {one.name: int(np.prod(one.dims)) for one in graph.initializer}
    inner = {node.input[1] for node in graph.node if node.op_type == "MatMul"} & sizes.keys()
    inner |= _tables(graph)
    return sum(sizes[name] for name in inner) / max(1, sum(sizes.values()))


def narrow_tables(graph: "onnx.GraphProto") -> None:
    """Put tables that rows are looked up in into 8 bits, in place: a row is scaled once looked up.

    A table that anything else reads stays as it is.
    """
    from onnx import TensorProto, helper, numpy_helper

    tables, nodes = _tables(graph), list[Any]()
    for node in graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables:
            nodes.append(node)
            continue
        table, rows, out = node.input[0], node.input[1], node.output[0]
        codes, wide, scales = (f"{out}_{part}" for part in ("codes", "wide", "scales"))
        nodes += [
            helper.make_node("Gather", [f"{table}_codes", rows], [codes], codes),
            helper.make_node("Cast", [codes], [wide], wide, to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{table}_scales", rows], [scales], scales),
            helper.make_node("Mul", [wide, scales], [out], f"{out}_scaled"),
        ]
    kept = list[Any]()
    for one in graph.initializer:
        if one.name not in tables:
            kept.append(one)
            continue
        whole, steps = rows_in_8_bits(numpy_helper.to_array(one))
        kept.append(numpy_helper.from_array(whole, f"{one.name}_codes"))
        kept.append(numpy_helper.from_array(steps, f"{one.name}_scales"))
    for field, found in ((graph.node, nodes), (graph.initializer, kept)):
        del field[:]
        field.extend(found)


def rows_in_8_bits(
    table: Float[np.ndarray, "n d"],
) -> tuple[Int8[np.ndarray, "n d"], Float[np.ndarray, "n 1"]]:
    """Whole numbers, and what each row of them is multiplied by.

    >>> codes, scales = rows_in_8_bits(np.array([[0.5, -1.0], [0.0, 0.0]], dtype=np.float32))
    >>> codes.tolist(), scales.round(4).tolist()
    ([[64, -127], [0, 0]], [[0.007899999618530273], [1.0]])
    """
    most = np.abs(table).max(axis=1, keepdims=True)
    scales = np.where(most > 0, most / LARGEST, 1.0).astype(np.float32)
    return np.round(table / scales).astype(np.int8), scales


def _tables(graph: "onnx.GraphProto") -> set[str]:
    """Names of large tables in single precision that rows are looked up in and nothing else."""
    from onnx import TensorProto

    read = {
        (name, node.op_type == "Gather" and at == 0 and not any(a.i for a in node.attribute))
        for node in graph.node
        for at, name in enumerate(node.input)
    }
    return {
        one.name
        for one in graph.initializer
        if one.data_type == TensorProto.FLOAT
        and len(one.dims) == 2
        and np.prod(one.dims) >= SMALL
        and (one.name, True) in read
        and (one.name, False) not in read
    }
