"""The whole application over models that are made up."""

from collections.abc import Sequence
from types import SimpleNamespace

from asking import PORT

from headstart.serve import Door, Limits, Lock, Refusal
from headstart.serve import shelf as real
from headstart.serve.application import application
from headstart.serve.documents import Answer, Fault, Judged, Signature, Unanswered
from headstart.serve.frames import Thing

TOKEN = "t" * 32
STAND_IN = "stand_in"
"""The module of a worker that needs no model."""
BEARER = ("Authorization", f"Bearer {TOKEN}")
NAMED = Signature(kind="image", things="pictures", task="classification", classes=["a", "b"])


class Served(real.Served):
    """Says what it was sent."""

    def __init__(self, signature: Signature = NAMED) -> None:
        facts = {"name": "photos", "version": "v1", "asked": []}
        engine = SimpleNamespace(signature=signature, deaths=0)
        for name, value in {**facts, "engine": engine, "queue": SimpleNamespace(depth=3)}.items():
            object.__setattr__(self, name, value)

    async def judged(self, things: Sequence[Thing]) -> list[Judged]:
        self.asked.extend(things)
        return [one_of(thing) for thing in things]


def one_of(thing: Thing) -> Judged:
    if thing.content == b"full":
        raise Refusal("H503", 503, "too much waits already", "ask again later", retry_s=1)
    if thing.content.startswith(b"bad"):
        return Unanswered(file=thing.name, error=Fault(code="D121", what="this is not a picture"))
    sure = thing.content != b"odd"
    shares = {"a": 0.75, "b": 0.25}
    near = float(thing.content[9:]) if thing.content.startswith(b"familiar ") else None
    told = {"label": "a", "probabilities": shares, "sure": sure, "probability": 0.75}
    return Answer(file=thing.name, familiar=near, **told)


class Models(real.Shelf):
    """A shelf with one model."""

    ready = True

    def __init__(
        self, one: Served | None = None, limits: Limits | None = None, *, ready: bool = True
    ) -> None:
        self.one, self.limits, self.ready = one or Served(), limits or Limits(), ready
        self.places = {"photos": None}
        self._served = {"photos": self.one}


def app(models: Models | None = None, token: str | None = TOKEN) -> Door:
    models = models or Models()
    return application(models, Lock(PORT, token), models.limits)
