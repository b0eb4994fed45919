"""An ONNX file in whole numbers of 8 bits, by what examples bring about in it."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from headstart.data import Source
from headstart.errors import BackboneError, needs
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.end_to_end import SAMPLES, Feed, end_to_end
from headstart.share.onnx_file import Runtime, facts_of, onnx_of, put_facts
from headstart.share.quantized_products import quantize_products, share_in_products

if TYPE_CHECKING:
    import onnx

_TYPES = (
    "Conv", "Gemm", "MatMul", "Add", "Relu", "Clip",
    "GlobalAveragePool", "AveragePool", "MaxPool", "ReduceMean",
)  # fmt: skip
"""Kinds of nodes that are computed in 8 bits; sums stay between two of them."""

MOSTLY = 0.5
"""Share of its numbers that a network has in products from which these alone are tried, too."""


class _Feeds:
    """Examples one after the other, as the calibration takes them."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._left = iter(feeds)

    def get_next(self) -> dict[str, Any] | None:
        """The next one; None behind the last."""
        found = next(self._left, None)
        return None if found is None else dict(found)

    def __iter__(self) -> Iterator[Feed]:
        return self._left

    def __next__(self) -> dict[str, Any]:
        found = self.get_next()
        if found is None:
            raise StopIteration
        return found


def quantized(model: Model, sources: Sequence[Source], place: Path) -> tuple[Path, Path]:
    """Two files in the folder `place`: the whole model in single precision, and in 8 bits.

    Scales go by `sources`. Raises `BackboneError`.
    """
    with needs("export"):
        import onnx
    whole, plain, small = end_to_end(model), place / "plain.onnx", place / "small.onnx"
    proto = onnx_of(whole)
    put_facts(proto, {**facts_of(model), **whole.facts})
    onnx.save(proto, plain)
    quantize(plain, small, [feed for source in sources for feed in whole.feeds(source)])
    return plain, small


def quantize(plain: Path, out: Path, feeds: Sequence[Feed], held: Sequence[Feed] = ()) -> bool:
    """Write the network in `plain` with weights and what goes between nodes in 8 bits.

    Weights have a scale for each channel, inputs of nodes one each, from the least and the largest
    that `feeds` bring about. What reads pictures and recordings stays exact. Weights keep 7 of the
    8 bits where a processor without instructions for them (VNNI) would overflow; depthwise filters,
    which are never computed that way, keep all.

    A network that is products for the most part is written with products and tables alone in 8
    bits, too, and what changes answers to `held` least is kept: False where that has no scales
    from `feeds`. Raises `BackboneError`.
    """
    with needs("export"):
        import onnx
        from onnxruntime.quantization import shape_inference
    prepared, other = out.with_suffix(".prepared.onnx"), out.with_suffix(".products.onnx")
    try:
        with _quiet():
            shape_inference.quant_pre_process(
                str(plain), str(prepared), skip_symbolic_shape=True, verbose=0
            )
            _by_scales(prepared, out, feeds)
            if not held or share_in_products(onnx.load(prepared).graph) < MOSTLY:
                return True
            quantize_products(prepared, other, _reading(prepared))
            kept = closest(plain, (out, other), held)
            kept.replace(out)
            return kept == out
    except Exception as error:  # the library fails in more ways than can be named
        raise BackboneError(
            "M705",
            "the network can't be computed in 8 bits",
            "headstart export RUN, which keeps single precision",
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error
    finally:
        prepared.unlink(missing_ok=True)
        other.unlink(missing_ok=True)


def _by_scales(prepared: Path, out: Path, feeds: Sequence[Feed]) -> None:
    import onnx
    from onnxruntime import quantization

    quantization.quantize_static(
        str(prepared),
        str(out),
        _Feeds(feeds),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        op_types_to_quantize=list(_TYPES),
        nodes_to_exclude=_reading(prepared),
        extra_options={"TensorQuantOverrides": _whole_bytes(onnx.load(prepared).graph)},
    )


def closest(plain: Path, files: Sequence[Path], held: Sequence[Feed]) -> Path:
    """The file whose answers to `held` are closest to those of `plain`, the first of equals."""
    right = _said(plain, held)
    return min(files, key=lambda file: float(np.abs(_said(file, held) - right).mean()))


def _said(file: Path, held: Sequence[Feed]) -> Float[np.ndarray, "n c"]:
    run = Runtime(file, 1)
    return np.concatenate([run(feed) for feed in held])


def _reading(place: Path) -> list[str]:
    """Names of nodes that read: of pictures those in double precision, of recordings all up to the
    logarithm of a spectrogram, whose quiet parts 8 bits would lose.
    """  # noqa: D205 - one sentence
    import onnx

    model = onnx.shape_inference.infer_shapes(onnx.load(place))
    double = {
        one.name
        for one in (*model.graph.value_info, *model.graph.input, *model.graph.output)
        if one.type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
    }
    reading = {n.name for n in model.graph.node if double & {*n.input, *n.output}}
    heard = any(one.name == SAMPLES for one in model.graph.input)
    return sorted(reading | (_before_logarithms(model.graph) if heard else set()))


def _before_logarithms(graph: "onnx.GraphProto") -> set[str]:
    """Names of nodes that are logarithms, or that one depends on."""
    made_by = {output: node for node in graph.node for output in node.output}
    left, found = [node for node in graph.node if node.op_type == "Log"], set[str]()
    while left:
        node = left.pop()
        if node.name not in found:
            found.add(node.name)
            left += [made_by[name] for name in node.input if name in made_by]
    return found


def _whole_bytes(graph: "onnx.GraphProto") -> dict[str, list[dict[str, Any]]]:
    """Depthwise filters, by name, and that they take all 8 bits.

    Many of them are differences of neighbors: their weights are large and cancel, so that what
    rounding leaves of the sum is as large as what they answer. With 7 bits mobilenetv2_100 changed
    18% of its answers on pictures of trash, with 8 bits 6%.
    """
    from onnxruntime.quantization import QuantType

    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    whole = {"axis": 0, "quant_type": QuantType.QInt8, "reduce_range": False}
    return {
        node.input[1]: [dict(whole)]
        for node in graph.node
        if node.op_type == "Conv" and _is_depthwise(node, shapes.get(node.input[1], ()))
    }


def _is_depthwise(node: "onnx.NodeProto", shape: tuple[int, ...]) -> bool:
    """Whether a filter sees one channel, and makes one of it."""
    groups = next((a.i for a in node.attribute if a.name == "group"), 1)
    return groups > 1 and shape[:2] == (groups, 1)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The library's own loggers are not for users."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
