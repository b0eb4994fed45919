"""Requests made up from /openapi.json, and damaged ones: none fails, refusals have codes."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from asking import ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import BEARER, app

from headstart.serve.description import described

TOLD = described()
SCHEMAS = TOLD["components"]["schemas"]
ASKED = [(verb.upper(), path) for path, verbs in TOLD["paths"].items() for verb in verbs]
NAMES = st.sampled_from(["photos", "v1", "", "a/b", "..", "é"]) | st.text(max_size=8)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
SAID = re.compile(r"^[A-Z]\d{3} .+; .+")


def made(schema: dict[str, Any], deep: int = 0) -> st.SearchStrategy[Any]:
    """What a schema allows, or now and then anything."""
    if deep > 5:
        return LEAF
    exact = _exact(schema, deep)
    return st.integers(0, 9).flatmap(lambda luck: exact if luck else JSON)


def _exact(schema: dict[str, Any], deep: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return made(SCHEMAS[schema["$ref"].rpartition("/")[2]], deep + 1)
    if "anyOf" in schema:
        return st.one_of([made(one, deep + 1) for one in schema["anyOf"]])
    plain = {
        "string": st.text(max_size=20) | st.sampled_from(["image", "FP32", "UINT8", "BYTES"]),
        "integer": st.integers(-3, 300) | st.integers(),
        "number": st.floats(),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if schema.get("type") == "array":
        return st.lists(made(schema.get("items", {}), deep + 1), max_size=4)
    if schema.get("type") == "object" and "properties" in schema:
        needed = set(schema.get("required", ()))
        every = {name: made(one, deep + 1) for name, one in schema["properties"].items()}
        kept = {name: value for name, value in every.items() if name in needed}
        rest = {name: value for name, value in every.items() if name not in needed}
        return st.fixed_dictionaries(kept, optional=rest)
    return plain.get(str(schema.get("type")), JSON)


def form_of(fields: dict[str, list[Any]]) -> bytes:
    lines = b""
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
            file = b'; filename="x"' if name == "file" else b""
            lines += b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' % (
                name.encode("utf-8", "replace"),
                file,
            )
            lines += raw + b"\r\n"
    return lines + b"--edge--\r\n"


@st.composite
def requests(draw: Any) -> tuple[str, str, str, bytes]:
    verb, path = draw(st.sampled_from(ASKED))
    about = TOLD["paths"][path][verb.lower()]
    for one in about.get("parameters", ()):
        value = draw(NAMES)
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(value, safe=""))
        elif draw(st.booleans()):
            path += "?" + urlencode({one["name"]: value})
    content = about.get("requestBody", {}).get("content", {})
    if not content:
        return verb, path, "", b""
    media = draw(st.sampled_from(sorted(content)))
    told = content[media]["schema"]
    if media == "application/json":
        body = json.dumps(draw(made(told))).encode("utf-8", "replace")
    elif media == "application/octet-stream":
        body = draw(st.binary(max_size=60))
    else:
        body, media = form_of(draw(_exact(told, 0))), f"{media}; boundary=edge"
    damage = draw(st.integers(0, 9))
    body = body[: draw(st.integers(0, len(body)))] if damage == 0 else body
    media = draw(st.sampled_from([media, "text/plain", "", "a/b;c"])) if damage == 1 else media
    return verb, path, media, body


def holds(request: tuple[str, str, str, bytes]) -> None:
    verb, path, media, body = request
    headers = [BEARER, *([("Content-Type", media)] if media else [])]
    found = ask(app(), verb, path, headers, body)
    assert found.status < 500, (request, found.body)
    if found.status >= 400:
        error = found.json()["error"]
        words = ("code", "what", "fix")
        said = error if isinstance(error, str) else "{} {}; {}".format(*map(error.get, words))
        assert SAID.match(said), (request, said)


CALM = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@pytest.mark.journey
@settings(max_examples=200, derandomize=True, **CALM)
@given(requests())
def test_no_request_of_the_description_fails_and_each_refusal_has_a_code(request) -> None:
    holds(request)


@pytest.mark.slow
@settings(max_examples=2_000, **CALM)
@given(requests())
def test_nor_does_any_of_two_thousand(request) -> None:
    holds(request)
