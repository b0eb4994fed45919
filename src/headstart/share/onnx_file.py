"""A network as an ONNX file, with what its numbers mean in its metadata."""

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float

from headstart.errors import BackboneError, needs
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.end_to_end import OUTPUT, EndToEnd, Feed, shapes_of

if TYPE_CHECKING:
    import onnx

OPSET = 20
_LOGGERS = ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")


def onnx_of(whole: EndToEnd) -> "onnx.ModelProto":
    """The network as ONNX, traced by `torch.export`, with axes of any size where inputs vary.

    Nothing of the machine it was made on is left in it. Raises `BackboneError` where the network
    can't be traced, `MissingExtra` without the libraries.
    """
    with needs("export"):
        import onnxruntime  # noqa: F401 - refused before minutes are spent
        import onnxscript  # noqa: F401
    try:
        with _hushed(), torch.no_grad():
            program: Any = torch.onnx.export(
                whole.network,
                tuple(one.example for one in whole.inputs),
                dynamo=True,
                input_names=[one.name for one in whole.inputs],
                output_names=list(whole.outputs),
                dynamic_shapes=(shapes_of(whole.inputs),),
                opset_version=OPSET,
                verbose=False,
            )
    except Exception as error:  # a tracer fails in more ways than can be named
        raise BackboneError(
            "M703",
            "the network can't be written as a graph",
            "headstart predict RUN, or train with another --backbone",
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error
    return _nameless(program.model_proto)


def facts_of(model: Model) -> dict[str, str]:
    """What the metadata of a file says: JSON where it is no word."""
    backbone, trust = model.backbone, model.trust
    return {
        "task": model.task.kind,
        "classes": json.dumps(list(model.classes)),
        "threshold": json.dumps(trust.sure_above),
        "margin": json.dumps(trust.margin),
        "temperature": "1.0",
        "backbone": backbone.name,
        "license": backbone.origin.license,
        "digest": backbone.contents,
        "input": repr(backbone.modality),
        "producer": f"headstart {version('headstart')}",
    }


def put_facts(proto: "onnx.ModelProto", facts: Mapping[str, str]) -> None:
    """Say so in the metadata, in place; what was said of other things stays."""
    import onnx

    known = {one.key: one.value for one in proto.metadata_props}
    onnx.helper.set_model_props(proto, {**known, **facts})


class Runtime:
    """A file in onnxruntime, on one thread where asked."""

    def __init__(self, place: Path, threads: int = 0) -> None:
        with needs("export"):
            import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            str(place), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, feed: Feed) -> Float[np.ndarray, "n c"]:
        """Answers, one row an example."""
        return self.every(feed)[OUTPUT]

    def every(self, feed: Feed) -> dict[str, np.ndarray]:
        """All outputs by their names."""
        names = [one.name for one in self._session.get_outputs()]
        found = self._session.run(names, dict(feed))
        return dict(zip(names, map(np.asarray, found), strict=True))


def _nameless(proto: "onnx.ModelProto") -> "onnx.ModelProto":
    """Without what the tracer notes of files and lines of this machine, in place."""
    functions = [node for function in proto.functions for node in function.node]
    for node in [*_nodes(proto.graph), *functions]:
        del node.metadata_props[:]
        node.doc_string = ""
    for part in (proto.graph, *proto.functions, *proto.graph.value_info):
        del part.metadata_props[:]
    for value in (*proto.graph.input, *proto.graph.output, *proto.graph.initializer):
        del value.metadata_props[:]
    del proto.metadata_props[:]
    return proto


def _nodes(graph: Any) -> Iterator[Any]:
    """Those of branches, too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """What exporters print and log is not for users."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
