"""One door for all: what is checked first, what every answer carries, and what never gets out."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path

import pytest
from asking import PORT, ask, scope_of

from headstart.serve import Door, Limits, Lock, Refusal

TOKEN = "t" * 32
BEARER = ("Authorization", f"Bearer {TOKEN}")
LIMITS = Limits(body_bytes=100, body_s=0.1)


async def inner(scope: dict, receive, send) -> None:
    if scope["path"] == "/broken":
        raise ZeroDivisionError(TOKEN)
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/refused":
        raise Refusal("H422", 422, "not a picture", "send another")
    own = [(b"content-security-policy", b"sandbox")] if scope["path"] == "/report" else []
    await send({"type": "http.response.start", "status": 200, "headers": own})
    await send({"type": "http.response.body", "body": b"fine"})


DOOR = Door(inner, Lock(PORT, TOKEN), LIMITS)


def test_who_may_ask_is_answered_with_the_headers_of_the_house() -> None:
    found = ask(DOOR, headers=[BEARER])
    assert (found.status, found.body) == (200, b"fine")
    assert "default-src 'none'" in found.header("content-security-policy")
    assert found.header("x-content-type-options") == "nosniff"
    assert found.header("cache-control") == "no-store"
    assert not any(name.startswith("access-control") for name, _ in found.headers)


def test_a_route_may_be_stricter_than_the_house() -> None:
    found = ask(DOOR, path="/report", headers=[BEARER])
    assert found.header("content-security-policy") == "sandbox"


ORDER = [
    (413, ("content-length", "101")),
    (415, ("content-encoding", "gzip")),
    (421, ("host", "evil.example")),
    (403, ("sec-fetch-site", "cross-site")),
    (403, ("origin", "null")),
    (401, ("authorization", "Bearer wrong")),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_first_thing_that_is_wrong_is_told(first: int) -> None:
    headers = [pair for _, pair in ORDER[first:]]
    host = None if first <= 2 else f"127.0.0.1:{PORT}"
    found = ask(DOOR, "POST", "/predict", headers, host=host)
    assert found.status == ORDER[first][0]
    assert "default-src 'none'" in found.header("content-security-policy")


def test_bodies_that_grow_too_large_or_stop_are_refused_while_they_are_read() -> None:
    assert ask(DOOR, "POST", headers=[BEARER], body=[b"a" * 60] * 2).status == 413
    assert ask(DOOR, "POST", headers=[BEARER], body=[b"a" * 50] * 2).status == 200


def test_a_failure_says_nothing_of_itself_and_logs_no_secret(caplog) -> None:
    found = ask(DOOR, path="/broken", headers=[BEARER])
    assert found.status == 500 and TOKEN.encode() not in found.body
    assert b"ZeroDivision" not in found.body
    assert "ZeroDivisionError" in caplog.text and TOKEN not in caplog.text


def test_what_a_route_refuses_is_answered_in_the_one_shape() -> None:
    found = ask(DOOR, path="/refused", headers=[BEARER])
    assert found.status == 422 and found.json()["error"]["code"] == "H422"


def test_a_browser_without_a_token_gets_the_page_that_hands_it_over() -> None:
    found = ask(DOOR, headers=[("Accept", "text/html,*/*")])
    assert found.status == 401 and found.header("www-authenticate") == "Bearer"
    script = found.body.split(b"<script>")[1].split(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    assert f"'sha256-{digest}'" in found.header("content-security-policy")
    assert "unsafe" not in found.header("content-security-policy")


def test_programs_without_a_token_get_json_and_heads_no_body() -> None:
    assert ask(DOOR).json()["error"]["code"] == "H401"
    assert ask(DOOR, "HEAD").body == b""


def test_a_body_that_was_not_read_closes_the_connection() -> None:
    declared = [("content-length", "50")]
    assert ask(DOOR, "POST", headers=declared, body=[b"a" * 10]).header("connection") == ""

    async def waits() -> list[dict]:
        sent: list[dict] = []

        async def receive() -> dict:
            await asyncio.sleep(3600)
            return {}

        async def send(message: dict) -> None:
            sent.append(message)

        await DOOR(scope_of("POST", "/", declared), receive, send)
        return sent

    start = asyncio.run(waits())[0]
    assert start["status"] == 401 and (b"connection", b"close") in start["headers"]


def test_sockets_of_the_web_are_closed() -> None:
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(DOOR({"type": "websocket", "headers": []}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_proxy_of_the_documentation_is_let_in_by_its_name_alone() -> None:
    """What nginx of docs/serving.md passes on: the name that it was called by, and the token."""
    told = (Path(__file__).parents[2] / "docs" / "serving.md").read_text()
    headers = dict(re.findall(r"proxy_set_header (\w+) \"?([^\";]+)", told))
    assert set(headers) == {"Host", "Authorization"}
    name = re.search(r"--allow-host (\S+)", told)[1]
    assert f"server_name {name};" in told
    scheme, _ = headers["Authorization"].split()
    door = Door(inner, Lock(PORT, TOKEN, (name,)), LIMITS)
    for host, status in ((name, 200), ("other.example", 421)):
        token = [("Authorization", f"{scheme} {TOKEN}")]
        assert ask(door, headers=token, host=host).status == status
    assert ask(door, host=name).status == 401
