"""The whole of it: how many may come in, and that it ends with what it began."""

import asyncio

from asking import answered, ask, scope_of
from servers import BEARER, Models, app

from headstart.serve import Limits


def test_so_many_uploads_come_in_and_health_always_does() -> None:
    models = Models(limits=Limits(at_once=2, body_s=0.2))
    door = app(models)
    upload = [BEARER, ("Content-Type", "image/png"), ("Content-Length", "5")]

    async def crowd() -> list[int]:
        waits = [asyncio.create_task(stuck(door, upload)) for _ in range(2)]
        await asyncio.sleep(0.05)
        more = await answered(door, scope_of("POST", "/predict", upload), [b"12345"])
        live = await answered(door, scope_of("GET", "/v2/health/live", [BEARER]))
        return [more.status, live.status, *(await asyncio.gather(*waits))]

    assert asyncio.run(crowd()) == [503, 200, 408, 408]
    assert ask(door, "POST", "/predict", upload, b"12345").status == 200


async def stuck(door, headers) -> int:
    sent = []

    async def receive() -> dict:
        await asyncio.sleep(3600)
        return {}

    async def send(message: dict) -> None:
        sent.append(message)

    await door(scope_of("POST", "/predict", headers), receive, send)
    assert (b"connection", b"close") in sent[0]["headers"]  # or the client holds it open
    return sent[0]["status"]


def test_what_there_is_not_is_told_in_the_one_shape() -> None:
    found = ask(app(), "GET", "/nowhere", [BEARER])
    assert found.status == 404 and found.json()["error"]["code"] == "H404"
    found = ask(app(), "DELETE", "/predict", [BEARER])
    assert found.status == 405 and found.header("allow") == "POST"
