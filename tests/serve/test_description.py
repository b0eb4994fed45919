"""The description of the server, and the server."""

import json

from asking import PORT
from servers import Models, Served
from starlette.routing import Route

from headstart.serve.counters import Counters
from headstart.serve.description import described
from headstart.serve.lock import Lock
from headstart.serve.routes import FILES, Desk

PRIVATE = {"/session", "/metrics", "/openapi.json", "/v2/repository/index"}


def test_every_address_is_described_with_its_method() -> None:
    routes: list[Route] = Desk(Models(Served()), Lock(PORT, None), Counters()).routes()
    paths = {route.path: route.methods for route in routes}
    shown = {p: m for p, m in paths.items() if p not in PRIVATE | {f"/{name}" for name in FILES}}
    told = described()["paths"]
    assert set(told) == set(shown)
    assert all(set(map(str.upper, told[path])) <= (shown[path] or set()) for path in told)


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(described())
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(described()["components"]["schemas"]) and "Answer" in names
