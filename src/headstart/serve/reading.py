"""Reads the inputs of a prediction from bodies of requests."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from headstart import untrusted
from headstart.hostile import printable
from headstart.serve.documents import Signature, Texts
from headstart.serve.frames import Thing
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import MB, Limits

_Model = TypeVar("_Model", bound=BaseModel)
_LONG = 256 * 1024
"""The size of JSON in bytes above which it is parsed in a thread."""
_RAW = ("application/octet-stream", "image/", "audio/", "video/", "text/plain")
_UNSAID = "application/x-www-form-urlencoded"
"""What curl and urllib call any bytes where no type is given."""


async def things_of(request: Request, signature: Signature, limits: Limits) -> list[Thing]:
    """What a request asks about: files of a form, one raw body, or texts as JSON.

    Raises `Refusal`.
    """
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0]
    kind = kind.strip().lower()
    if kind == "multipart/form-data":
        return await _form(request, signature, limits)
    if kind == "application/json":
        texts = await model_in(await body_of(request), Texts, limits)
        return _need_some(_texts(texts, signature), limits)
    if not kind.startswith(_RAW) and (kind != _UNSAID or signature.kind == "text"):
        raise Refusal(
            "H416", 415, f"bodies of type {printable(kind, 60)} are not read",
            "send a form with files, raw bytes, or JSON with text",
        )  # fmt: skip
    body = await body_of(request)
    return [Thing("body", "bytes", body)] if body else _need_some([], limits)


async def body_of(request: Request) -> bytes:
    """All of it. Raises `Refusal`."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise Refusal("H499", 400, "the client went away", "send the whole body") from None


async def model_in(raw: bytes, model: type[_Model], limits: Limits) -> _Model:
    """JSON by a model of pydantic. Raises `Refusal` for what is no JSON, too deep, or not that."""
    if len(raw) > _LONG:
        return await asyncio.to_thread(_model_in, raw, model, limits)
    return _model_in(raw, model, limits)


def _model_in(raw: bytes, model: type[_Model], limits: Limits) -> _Model:
    try:
        found = untrusted.parsed(raw, limits.body_bytes)
    except ValueError as error:
        why = printable(error)
        raise Refusal("H412", 400, "the body is not valid JSON", "correct it", why) from None
    if deeper(found, limits.depth):
        why = f"more than {limits.depth} levels"
        raise Refusal("H414", 400, "the JSON is nested too deep", "nest it less", why)
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        why = printable(f"{where}: {first['msg']}")
        raise Refusal(
            "H417", 422, "the JSON does not match the schema", "see /openapi.json", why
        ) from None


def deeper(value: Any, most: int) -> bool:
    """Whether lists and objects are nested more than `most` deep."""
    level, depth = [value], 0
    while level and depth <= most:
        nested = [one for one in level if isinstance(one, list | dict)]
        level = [
            inner
            for one in nested
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, list | dict)
        ]
        depth += bool(nested)
    return depth > most


class _Parser(MultiPartParser):
    """Keeps every file in memory: the body is bounded, and nothing is written."""

    spool_max_size = 2**40


async def _form(request: Request, signature: Signature, limits: Limits) -> list[Thing]:
    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in request.stream():
                yield chunk
        except ClientDisconnect:
            raise Refusal("H498", 400, "the client went away", "send the whole form") from None

    most = limits.parts
    parser = _Parser(request.headers, chunks(), max_files=most, max_fields=most, max_part_size=MB)
    try:
        form = await parser.parse()
        things = [
            thing for name, value in form.multi_items() for thing in _field(name, value, signature)
        ]
    except MultiPartException as error:
        many = "Too many" in error.message or "exceeded" in error.message
        told = printable(error.message)
        status = 413 if many else 400
        raise Refusal("H418", status, "the form is not read", "send field file", told) from None
    finally:
        for file in parser._files_to_close_on_error:
            file.close()
    return _need_some(things, limits)


def _field(name: str, value: UploadFile | str, signature: Signature) -> list[Thing]:
    """A file, or a text; other fields say nothing."""
    if isinstance(value, str):
        return _texts(Texts(text=value[: 10**6]), signature) if name == "text" else []
    if name not in ("file", "files"):
        return []
    return [Thing(printable(value.filename or "file", 1000), "bytes", value.file.read())]


def _texts(texts: Texts, signature: Signature) -> list[Thing]:
    """Texts, or two and two, for a model that reads them. Raises `Refusal`."""
    if signature.kind != "text":
        raise Refusal("H419", 422, f"this model reads {signature.things}", "send files in a form")
    first = [texts.text] if isinstance(texts.text, str) else texts.text
    if texts.second is None and not signature.paired:
        return [Thing(one, "text", _utf8(one)) for one in first]
    second = [texts.second] if isinstance(texts.second, str) else texts.second or []
    if len(first) != len(second) or not signature.paired:
        fix = "give one second a text" if signature.paired else "leave second out"
        raise Refusal("H420", 422, "texts and seconds do not fit this model", fix)
    pairs = zip(first, second, strict=True)
    return [Thing(f"{a} | {b}", "pair", json.dumps([a, b]).encode()) for a, b in pairs]


def _utf8(text: str) -> bytes:
    """Half of a surrogate pair is no text, and stands as a question mark."""
    return text.encode("utf-8", "replace")


def _need_some(things: list[Thing], limits: Limits) -> list[Thing]:
    if not things:
        raise Refusal("H422", 422, "nothing to judge", 'send a form: curl -F "file=@a.jpg"')
    if len(things) > limits.parts:
        raise Refusal("H423", 413, "too many things", f"send at most {limits.parts} at once")
    return things
