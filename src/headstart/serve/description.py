"""The OpenAPI description of the server, from the pydantic models of its requests."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from headstart.serve.documents import (
    Answer,
    Failure,
    InferRequest,
    InferResponse,
    Texts,
    Unanswered,
)

_MODELS: tuple[type[BaseModel], ...] = (
    Answer,
    Failure,
    InferRequest,
    InferResponse,
    Texts,
    Unanswered,
)
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "text": {"type": "array", "items": {"type": "string"}},
    },
}
_RAW = {"type": "string", "format": "binary"}
_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
_VERSION = {"name": "version", "in": "path", "required": True, "schema": {"type": "string"}}
_WHICH = {"name": "model", "in": "query", "required": False, "schema": {"type": "string"}}


def installed() -> str:
    """The version of the package; "0" where it is not installed."""
    try:
        return version("headstart")
    except PackageNotFoundError:
        return "0"


def described() -> dict[str, Any]:
    """The whole description, OpenAPI 3.1."""
    both: Any = [(model, "validation") for model in _MODELS]
    _, schemas = models_json_schema(both, ref_template="#/components/schemas/{model}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "headstart", "version": installed()},
        "paths": _paths(),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _paths() -> dict[str, Any]:
    judged = {"anyOf": [_of("Answer"), _of("Unanswered")]}
    form = {"multipart/form-data": {"schema": _FORM}, "application/octet-stream": {"schema": _RAW}}
    asked = {**form, "application/json": {"schema": _of("Texts")}}
    found = {
        "/predict": {
            "post": {
                **_operation("Judge files, bytes or texts", {"type": "array", "items": judged}),
                "parameters": [_WHICH],
                "requestBody": {"required": True, "content": asked},
            }
        },
    }
    plain = {
        "/models": "What is served",
        "/v2": "The server",
        "/v2/health/live": "Whether it answers",
        "/v2/health/ready": "Whether every model is loaded",
    }
    found |= {path: {"get": _operation(text, {})} for path, text in plain.items()}
    body = {"required": True, "content": {"application/json": {"schema": _of("InferRequest")}}}
    for place, parameters in (("", [_NAME]), ("/versions/{version}", [_NAME, _VERSION])):
        model, named = f"/v2/models/{{name}}{place}", {"parameters": parameters}
        infer = {**_operation("Judge tensors", _of("InferResponse")), "requestBody": body}
        found[model] = {"get": {**_operation("A model", {}), **named}}
        found[f"{model}/ready"] = {"get": {**_operation("Whether it is loaded", {}), **named}}
        found[f"{model}/infer"] = {"post": {**infer, **named}}
    return found


def _operation(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    failure = {
        "description": "refused",
        "content": {"application/json": {"schema": _of("Failure")}},
    }
    answer = {"description": "answered", "content": {"application/json": {"schema": schema}}}
    return {"summary": text, "responses": {"200": answer, "default": failure}}


def _of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
