"""Tensors of the Open Inference Protocol, version 2, as things, and answers as tensors.

Texts and files are BYTES, pictures also UINT8 or FP32 of (n, h, w, c) or (n, c, h, w), recordings
FP32 of (n, samples). Data comes as JSON, where files are base64, or as raw bytes behind the JSON.
"""

import base64
import binascii
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from headstart.counting import counted
from headstart.hostile import printable
from headstart.serve.documents import (
    Answer,
    InferRequest,
    InferResponse,
    Signature,
    TensorIn,
    TensorOut,
)
from headstart.serve.frames import Thing
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits
from headstart.task_names import LabelForm, form_of

SIZE = "binary_data_size"
_DTYPES = {
    "BOOL": "?", "UINT8": "u1", "UINT16": "<u2", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8",
    "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
_PICTURES = ("UINT8", "UINT16", "FP16", "FP32", "FP64")
_SOUNDS = ("INT16", "FP16", "FP32", "FP64")


def things_in(asked: InferRequest, raw: bytes, signature: Signature, limits: Limits) -> list[Thing]:
    """The things that a request holds; `raw` follows its JSON. Raises `Refusal`."""
    parts = list(_parts(asked, raw))
    first, *others = [_contents(one, part, signature, limits) for one, part in parts]
    if signature.paired and len(others) == 1 and len(others[0]) == len(first):
        texts = zip(first, others[0], strict=True)
        return [_pair(number, a, b) for number, (a, b) in enumerate(texts)]
    if others or signature.paired:
        most = "two inputs of one length" if signature.paired else "one input"
        raise _wrong(f"this model takes {most}", signature.things)
    if not 0 < len(first) <= limits.parts:
        raise _wrong(f"give 1 to {limits.parts} things in one request", f"{len(first)} came")
    return first


def _pair(number: int, first: Thing, second: Thing) -> Thing:
    texts = [one.content.decode("utf-8", "replace") for one in (first, second)]
    return Thing(f"{number}", "pair", json.dumps(texts).encode())


def _parts(asked: InferRequest, raw: bytes) -> Iterator[tuple[TensorIn, bytes | None]]:
    """Each input with its raw bytes, None where its data are in the JSON."""
    at = 0
    for one in asked.inputs:
        size = one.parameters.get(SIZE)
        if size is None:
            yield one, None
            continue
        if type(size) is not int or not 0 <= size <= len(raw) - at or one.data is not None:
            raise _wrong(f"{SIZE} does not fit the body", printable(one.name))
        yield one, raw[at : at + size]
        at += size
    if at != len(raw):
        raise _wrong("there are bytes behind the JSON that no input names", f"{len(raw) - at:,}")


def _contents(
    one: TensorIn, raw: bytes | None, signature: Signature, limits: Limits
) -> list[Thing]:
    if one.datatype == "BYTES":
        found = _elements(raw) if raw is not None else _decoded(one, signature)
        if len(found) != _count(one.shape):
            raise _wrong("shape and data do not agree", printable(one.name))
        kind = "text" if signature.kind == "text" else "bytes"
        plain = [_text(part) if kind == "text" else part for part in found]
        return [Thing(f"{one.name} {i}", kind, part) for i, part in enumerate(plain)]
    allowed = {"image": _PICTURES, "audio": _SOUNDS}.get(signature.kind, ())
    if one.datatype not in allowed:
        known = ", ".join(("BYTES", *allowed))
        raise _wrong(f"{signature.things} come as {known}", printable(one.datatype, 40))
    array = _array(one, raw, limits)
    return list(_rows(one, array, signature))


def _text(raw: bytes) -> bytes:
    return raw.decode("utf-8", "replace").encode()


def _elements(raw: bytes) -> list[bytes]:
    """BYTES as they travel: the length of each in 4 bytes before it."""
    found, at = [], 0
    while at + 4 <= len(raw):
        (size,) = struct.unpack_from("<I", raw, at)
        found.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(raw):
        raise _wrong("BYTES end in the middle of one", counted(len(raw), "byte"))
    return found


def _decoded(one: TensorIn, signature: Signature) -> list[bytes]:
    """Of JSON: base64 where it says so, and where things are files."""
    coded = signature.kind != "text" or one.parameters.get("content_type") == "base64"
    found = []
    for value in _flat(one.data):
        if not isinstance(value, str):
            raise _wrong("BYTES in JSON are strings", printable(one.name))
        try:
            raw = value.encode("utf-8", "replace")
            found.append(base64.b64decode(raw, validate=True) if coded else raw)
        except (binascii.Error, ValueError):
            raise _wrong("files in JSON are base64", printable(one.name)) from None
    return found


def _array(one: TensorIn, raw: bytes | None, limits: Limits) -> np.ndarray:
    dtype = np.dtype(_DTYPES[one.datatype])
    count = _count(one.shape)
    if count * dtype.itemsize > limits.body_bytes:
        raise _wrong("a tensor is too large", f"{count:,} numbers")
    try:
        if raw is not None:
            return np.frombuffer(raw, dtype).reshape(one.shape)
        flat = list(_flat(one.data))
        if not all(isinstance(value, int | float) for value in flat):
            raise _wrong("a tensor holds what is no number", printable(one.name))
        return np.array(flat, dtype).reshape(one.shape)
    except (ValueError, OverflowError, TypeError):
        raise _wrong("shape and data do not agree", printable(one.name)) from None


def _rows(one: TensorIn, array: np.ndarray, signature: Signature) -> Iterator[Thing]:
    """One thing a row; (h, w, c) and (samples,) are one."""
    if signature.kind == "audio":
        table = array.reshape(1, -1) if array.ndim == 1 else array
        if table.ndim != 2:
            raise _wrong("recordings come as (n, samples)", str(list(one.shape)))
        told = one.parameters.get("rate", signature.rate or 16_000)
        rate = told if type(told) is int and 0 < told <= 10**6 else 0
        if not rate:
            raise _wrong("rate is the number of samples a second", printable(told))
    else:
        table, rate = array[None] if array.ndim == 3 else array, 0
        if table.ndim != 4:
            raise _wrong("pictures come as (n, h, w, c) or (n, c, h, w)", str(list(one.shape)))
        if table.shape[-1] not in (1, 3, 4) and table.shape[1] in (1, 3, 4):
            table = table.transpose(0, 2, 3, 1)
    for number, row in enumerate(np.ascontiguousarray(table)):
        shape = tuple(row.shape)
        yield Thing(f"{one.name} {number}", "array", row.tobytes(), row.dtype.str, shape, rate)


def _flat(value: Any) -> Iterator[Any]:
    """Numbers or strings of lists in lists, in their order."""
    stack = [iter(value or ())]
    while stack:
        for one in stack[-1]:
            if isinstance(one, list):
                stack.append(iter(one))
                break
            yield one
        else:
            stack.pop()


def _count(shape: Sequence[int]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def packed(
    answers: Sequence[Answer], asked: InferRequest, model: tuple[str, str], signature: Signature
) -> tuple[bytes, int]:
    """The body of a response, and the length of its JSON where raw bytes follow, else 0."""
    tensors = _outputs(answers, signature)
    wanted = {one.name: one.parameters for one in asked.outputs} or {key: {} for key in tensors}
    unknown = [name for name in wanted if name not in tensors]
    if unknown:
        raise _wrong(f"the outputs are {', '.join(tensors)}", printable(unknown[0]))
    plain = bool(asked.parameters.get("binary_data_output"))
    outputs, raw = [], []
    for name, parameters in wanted.items():
        kind, shape, data = tensors[name]
        one = TensorOut(name=name, shape=shape, datatype=kind, data=data)
        if parameters.get("binary_data", plain):
            raw.append(_bytes_of(kind, data))
            one = one.model_copy(update={"data": None, "parameters": {SIZE: len(raw[-1])}})
        outputs.append(one)
    body = InferResponse(
        model_name=model[0], model_version=model[1], id=asked.id or None, outputs=outputs
    )
    text = body.model_dump_json(exclude_none=True).encode()
    return text + b"".join(raw), len(text) if raw else 0


def _outputs(
    answers: Sequence[Answer], signature: Signature
) -> Mapping[str, tuple[str, list[int], list[Any]]]:
    """Type, shape and numbers of each output, by name."""
    n = len(answers)
    columns: dict[str, tuple[str, list[int], list[Any]]] = {
        "label": ("BYTES", [n], [one.label for one in answers]),
        "probability": ("FP64", [n], [one.probability for one in answers]),
        "sure": ("BOOL", [n], [one.sure for one in answers]),
    }
    if all(one.probabilities for one in answers):
        rows = [value for one in answers for value in one.probabilities.values()]
        columns["probabilities"] = ("FP64", [n, len(rows) // max(n, 1)], rows)
    if form_of(signature.task) is LabelForm.BOXES:
        lists = [[box.model_dump() for box in one.boxes or ()] for one in answers]
        columns["boxes"] = ("BYTES", [n], [json.dumps(boxes) for boxes in lists])
    for name in ("value", "low", "high", "familiar"):
        column = [getattr(one, name) for one in answers]
        if all(value is not None for value in column):
            columns[name] = ("FP64", [n], column)
    return columns


def _bytes_of(kind: str, data: Sequence[Any]) -> bytes:
    if kind != "BYTES":
        return np.array(data, _DTYPES[kind]).tobytes()
    texts = [text.encode("utf-8", "replace") for text in data]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def metadata(name: str, version: str, signature: Signature) -> dict[str, Any]:
    """What the protocol says of a model."""
    shape = {"image": [-1, -1, -1, 3], "audio": [-1, -1]}.get(signature.kind)
    inputs = [{"name": signature.kind, "datatype": "BYTES", "shape": [-1]}]
    if signature.paired:
        inputs.append({"name": "second", "datatype": "BYTES", "shape": [-1]})
    if shape:
        kind = "UINT8" if signature.kind == "image" else "FP32"
        inputs.append({"name": f"{signature.kind}_tensor", "datatype": kind, "shape": shape})
    outputs = [
        {"name": "label", "datatype": "BYTES", "shape": [-1]},
        {"name": "probability", "datatype": "FP64", "shape": [-1]},
        {"name": "sure", "datatype": "BOOL", "shape": [-1]},
    ]
    if form_of(signature.task) is LabelForm.BOXES:  # a list in JSON a picture, as /predict gives it
        outputs.append({"name": "boxes", "datatype": "BYTES", "shape": [-1]})
    elif signature.classes:
        sides = [-1, len(signature.classes)]
        outputs.append({"name": "probabilities", "datatype": "FP64", "shape": sides})
    if signature.familiar_above is not None:
        outputs.append({"name": "familiar", "datatype": "FP64", "shape": [-1]})
    told = {"classes": signature.classes, "task": signature.task}
    return {
        "name": name, "versions": [version], "platform": "headstart",
        "inputs": inputs, "outputs": outputs, "parameters": told,
    }  # fmt: skip


def _wrong(what: str, why: str) -> Refusal:
    return Refusal("H425", 400, what, "see /v2/models/NAME", why)
