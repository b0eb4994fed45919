"""Requests put to an ASGI application directly, without a socket."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")

    def json(self) -> Any:
        return json.loads(self.body)


def scope_of(method: str, path: str, headers: Iterable[Pair] = (), host: str | None = HOST) -> dict:
    """As uvicorn makes it; `host` None sends none."""
    plain, _, query = path.partition("?")
    named = [("host", host)] if host is not None else []
    raw = [(k.lower().encode(), v.encode("utf-8")) for k, v in (*named, *headers)]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": raw,
        "server": ("127.0.0.1", PORT),
        "client": ("127.0.0.1", 50000),
        "state": {},
    }


async def answered(app: Any, scope: dict, chunks: Sequence[bytes] = (b"",)) -> Answer:
    """What the application answers to a body that comes in these chunks."""
    waiting = list(chunks)
    sent: list[dict] = []

    async def receive() -> dict:
        if not waiting:
            await asyncio.sleep(3600)
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    headers = tuple((k.decode(), v.decode()) for k, v in start["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], headers, body)


def ask(
    app: Any,
    method: str = "GET",
    path: str = "/",
    headers: Iterable[Pair] = (),
    body: bytes | Sequence[bytes] = b"",
    host: str | None = HOST,
) -> Answer:
    chunks = [body] if isinstance(body, bytes) else list(body)
    return asyncio.run(answered(app, scope_of(method, path, headers, host), chunks))
