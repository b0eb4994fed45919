"""Every address of the server, and what it answers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from headstart.hostile import printable
from headstart.serve import tensors
from headstart.serve.counters import Counters, gauge
from headstart.serve.description import described, installed
from headstart.serve.documents import Answer, InferRequest, Judged, Unanswered
from headstart.serve.frames import Thing
from headstart.serve.http_errors import Refusal
from headstart.serve.lock import Lock
from headstart.serve.pages import Answering, admitting, page
from headstart.serve.reading import body_of, model_in, things_of
from headstart.serve.shelf import Served, Shelf

JSON_LENGTH = "inference-header-content-length"
FILES = {
    "": ("serve/try.html",),
    "try.js": ("serve/try.js",),
    "try.css": ("share/answers.css", "serve/try.css"),
}


@dataclass(frozen=True, eq=False)
class Desk:
    """What the routes share."""

    shelf: Shelf
    lock: Lock
    counters: Counters

    def routes(self) -> list[Route]:
        """All of them; /predict and /infer judge, the rest only tells."""
        model = "/v2/models/{name}"
        told: list[tuple[str, str, Answering]] = [
            ("POST", "/session", self.session),
            ("POST", "/predict", self.predict),
            ("GET", "/models", self.models),
            ("GET", "/metrics", self.metrics),
            ("GET", "/openapi.json", self.openapi),
            ("GET", "/v2", self.server),
            ("GET", "/v2/health/live", self.live),
            ("GET", "/v2/health/ready", self.ready),
            ("POST", "/v2/repository/index", self.index),
        ]
        for place in (model, f"{model}/versions/{{version}}"):
            told += [
                ("GET", place, self.model),
                ("GET", f"{place}/ready", self.model_ready),
                ("POST", f"{place}/infer", self.infer),
            ]
        told += [("GET", f"/{name}", page(*files)) for name, files in FILES.items()]
        return [Route(path, self._counted(path, do), methods=[verb]) for verb, path, do in told]

    def _counted(self, path: str, answer: Answering) -> Answering:
        async def counted(request: Request) -> Response:
            began, status = time.monotonic(), 500
            try:
                found = await answer(request)
                status = found.status_code
                return found
            except Refusal as refusal:
                status = refusal.status
                raise
            finally:
                took = time.monotonic() - began
                self.counters.request(request.method, path, status, took)

        return counted

    async def session(self, request: Request) -> Response:
        """Give a browser that has the token a cookie in its place."""
        return admitting(self.lock)

    async def predict(self, request: Request) -> Response:
        """Judge files, bytes or texts."""
        served = self.shelf.only(request.query_params.get("model", ""))
        things = await things_of(request, served.engine.signature, self.shelf.limits)
        answers = await self._judged(served, things)
        broken = [one for one in answers if isinstance(one, Unanswered)]
        if len(broken) == len(answers):
            body: dict[str, Any] = {"error": broken[0].error.model_dump()}
            body |= {"errors": [one.model_dump() for one in broken]} if broken[1:] else {}
            return JSONResponse(body, status_code=422)
        return JSONResponse([one.model_dump() for one in answers])

    async def infer(self, request: Request) -> Response:
        """Judge the tensors of a request of the protocol."""
        served = self._asked(request)
        body = await body_of(request)
        length = _json_length(request, len(body))
        asked = await model_in(body[:length], InferRequest, self.shelf.limits)
        signature = served.engine.signature
        things = tensors.things_in(asked, body[length:], signature, self.shelf.limits)
        answers = await self._judged(served, things)
        for one in answers:
            if isinstance(one, Unanswered):
                fault = one.error
                what = f"{one.file}: {fault.what} ({fault.why})" if fault.why else fault.what
                raise Refusal(fault.code, 422, what, fault.fix)
        good = [one for one in answers if isinstance(one, Answer)]
        packed, told = tensors.packed(good, asked, (served.name, served.version), signature)
        if not told:
            return Response(packed, media_type="application/json")
        headers = {JSON_LENGTH: str(told)}
        return Response(packed, media_type="application/octet-stream", headers=headers)

    async def _judged(self, served: Served, things: Sequence[Thing]) -> list[Judged]:
        answers = await served.judged(things)
        above = served.engine.signature.familiar_above
        self.counters.answers(served.name, answers, above)
        return answers

    def _asked(self, request: Request) -> Served:
        return self.shelf.find(**{k: str(v) for k, v in request.path_params.items()})

    async def models(self, request: Request) -> Response:
        """What is served, for the page."""
        return JSONResponse([{**_told(one), "seen": self._seen(one)} for one in self.shelf.served])

    def _seen(self, one: Served) -> dict[str, int]:
        """What was said since the start, beside what validation promised."""
        counters = self.counters
        words = {word: counters.said[one.name, word] for word in ("sure", "not_sure")}
        return {**words, "unfamiliar": counters.unfamiliar[one.name]}

    async def server(self, request: Request) -> Response:
        """Name, version and extensions of the server."""
        extensions = ["binary_tensor_data", "model_repository"]
        told = {"name": "headstart", "version": installed(), "extensions": extensions}
        return JSONResponse(told)

    async def live(self, request: Request) -> Response:
        """Whether the server answers at all."""
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        """Whether every model is loaded."""
        ready = self.shelf.ready
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    async def model(self, request: Request) -> Response:
        """Inputs and outputs of a model."""
        one = self._asked(request)
        return JSONResponse(tensors.metadata(one.name, one.version, one.engine.signature))

    async def model_ready(self, request: Request) -> Response:
        """Whether this model is loaded."""
        one = self._asked(request)
        return JSONResponse({"name": one.name, "ready": True})

    async def index(self, request: Request) -> Response:
        """Every model and its version."""
        found = [
            {"name": one.name, "version": one.version, "state": "READY"}
            for one in self.shelf.served
        ]
        return JSONResponse(found)

    async def openapi(self, request: Request) -> Response:
        """What there is to ask, in the OpenAPI's words."""
        return JSONResponse(described())

    def _drift(self) -> list[str]:
        """How often models were sure and met the unfamiliar, and how often validation was."""
        seen = [(one.name, float(self.counters.unfamiliar[one.name])) for one in self.shelf.served]
        sure, above = (promised(self.shelf, name) for name in ("sure_share", "familiar_above"))
        told = "Things unlike what the model learned from."
        return [
            *gauge("headstart_unfamiliar_total", told, seen, "counter"),
            *gauge("headstart_expected_sure_share", "Share of sure answers in validation.", sure),
            *gauge("headstart_expected_unfamiliar_share", "At most, of things like those.", above),
        ]

    async def metrics(self, request: Request) -> Response:
        """Counts and times since the start, as Prometheus reads them."""
        served = self.shelf.served
        waiting = [(one.name, float(one.queue.depth)) for one in served]
        deaths = [(one.name, float(one.engine.deaths)) for one in served]
        lines = [
            *self.counters.lines(),
            *gauge("headstart_waiting", "Things that wait or are judged.", waiting),
            *self._drift(),
            *gauge("headstart_worker_deaths_total", "Workers that died.", deaths, "counter"),
        ]
        text = "\n".join(lines) + "\n"
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def promised(shelf: Shelf, name: str) -> list[tuple[str, float]]:
    """What validation says of each model, where that was kept."""
    found = [(one.name, getattr(one.engine.signature, name)) for one in shelf.served]
    return [(model, float(value)) for model, value in found if value is not None]


def _told(one: Served) -> dict[str, Any]:
    signature = one.engine.signature.model_dump()
    return {"name": printable(one.name), "version": one.version, **signature}


def _json_length(request: Request, size: int) -> int:
    """Bytes of the JSON at the beginning of the body. Raises `Refusal`."""
    told = request.headers.get(JSON_LENGTH)
    if told is None:
        return size
    if not (told.isascii() and told.isdigit() and len(told) < 12 and int(told) <= size):
        raise Refusal("H426", 400, "the length of the JSON does not fit the body", "mend it")
    return int(told)
