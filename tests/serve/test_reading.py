"""Bodies that are read, and bodies that are not."""

import asyncio

import pytest
from asking import scope_of
from starlette.requests import Request

from headstart.serve import Limits, Refusal
from headstart.serve.documents import Signature, Texts
from headstart.serve.frames import Thing
from headstart.serve.reading import deeper, model_in, things_of

PICTURES = Signature(kind="image", things="pictures", task="classification", classes=["a"])
TEXTS = PICTURES.model_copy(update={"kind": "text", "things": "texts"})
PAIRS = TEXTS.model_copy(update={"paired": True})
LIMITS = Limits(parts=3)
JSON, FORM = "application/json", "multipart/form-data; boundary=b"


def form(*parts: tuple[str, str, bytes]) -> bytes:
    lines = b""
    for field, file, content in parts:
        named = f'; filename="{file}"' if file else ""
        head = f'--b\r\nContent-Disposition: form-data; name="{field}"{named}\r\n\r\n'
        lines += head.encode() + content + b"\r\n"
    return lines + b"--b--\r\n"


def read(body: bytes, kind: str, signature: Signature = PICTURES) -> list[Thing]:
    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request(scope_of("POST", "/predict", [("Content-Type", kind)]), receive)
    return asyncio.run(things_of(request, signature, LIMITS))


def status(body: bytes, kind: str, signature: Signature = PICTURES) -> int:
    with pytest.raises(Refusal) as found:
        read(body, kind, signature)
    return found.value.status


def test_files_of_a_form_keep_names_and_bytes() -> None:
    found = read(form(("file", "a\x1b.png", b"\x00\r\n--c"), ("file", "../b", b"2")), FORM)
    assert [(one.name, one.content) for one in found] == [
        (r"a\x1b.png", b"\x00\r\n--c"),
        ("../b", b"2"),
    ]


@pytest.mark.parametrize(("count", "more"), [(3, False), (4, True)])
def test_a_form_has_as_many_parts_as_it_may(count: int, more: bool) -> None:
    body = form(*[("file", "a", b"x")] * count)
    assert status(body, FORM) == 413 if more else len(read(body, FORM)) == count


def test_many_fields_without_files_are_refused_too() -> None:
    assert status(form(*[("note", "", b"x")] * 4), FORM) == 413
    assert status(form(("note", "", b"x")), FORM) == 422


@pytest.mark.parametrize("body", [b"", b"--b", b"nonsense", form(("file", "a", b"x"))[:-9]])
def test_half_a_form_is_refused(body: bytes) -> None:
    assert status(body, FORM) in (400, 422)
    assert status(body, "multipart/form-data") == 400


def test_raw_bytes_are_one_thing() -> None:
    assert [one.content for one in read(b"abc", "image/png")] == [b"abc"]
    assert status(b"", "image/png") == 422


@pytest.mark.parametrize("kind", ["text/html", "x", ""])
def test_other_kinds_of_bodies_are_refused(kind: str) -> None:
    assert status(b"a=b", kind) == 415


def test_bytes_without_a_type_are_those_of_a_file_but_no_text() -> None:
    kind = "application/x-www-form-urlencoded"  # by curl --data-binary and urllib
    assert [one.content for one in read(b"a=b", kind)] == [b"a=b"]
    assert status(b"a=b", kind, TEXTS) == 415


def test_texts_come_as_json_or_as_fields() -> None:
    assert [one.content for one in read(b'{"text": "a"}', JSON, TEXTS)] == [b"a"]
    assert [one.name for one in read(b'{"text": ["a", "b"]}', JSON, TEXTS)] == ["a", "b"]
    assert [one.content for one in read(form(("text", "", b"a")), FORM, TEXTS)] == [b"a"]
    assert status(b'{"text": "\\ud800"}', JSON, TEXTS) == 422


def test_pairs_need_a_second_text_each_and_others_none() -> None:
    both = b'{"text": ["a"], "second": ["b"]}'
    assert [one.content for one in read(both, JSON, PAIRS)] == [b'["a", "b"]']
    assert status(b'{"text": ["a"]}', JSON, PAIRS) == 422
    assert status(b'{"text": ["a", "b"], "second": ["b"]}', JSON, PAIRS) == 422
    assert status(both, JSON, TEXTS) == 422 and status(b'{"text": "a"}', JSON) == 422


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400), (b"{", 400), (b"\xff", 400), (b'{"text": NaN}', 400), (b"[" * 100_000, 400),
        (b'{"text": ' + b"9" * 10**6 + b"}", 400), (b'{"text": 1e999}', 400), (b"[]", 422),
        (b'{"text": 5}', 422), (b'{"texts": "a"}', 422), (b'{"text": []}', 422),
        (b'{"text": "a", "text": "b"}', 400), (b'{"text": ["a", "b", "c", "d"]}', 413),
        (b'{"text": [null]}', 422),
    ],
)  # fmt: skip
def test_json_that_is_not_what_is_asked_for_is_refused(body: bytes, code: int) -> None:
    assert status(body, JSON, TEXTS) == code


def test_json_is_nested_32_deep_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        return b'{"text": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    assert status(nested(32), JSON, TEXTS) == 422
    assert status(nested(33), JSON, TEXTS) == 400
    assert deeper([[1]], 1) and not deeper([[1]], 2) and not deeper(1, 0)


def test_long_json_is_read_beside_the_loop() -> None:
    body = b'{"text": "' + b"a" * 300_000 + b'"}'
    assert len(asyncio.run(model_in(body, Texts, Limits())).text) == 300_000
