"""The newest model, ready to be asked."""

import pytest
from boards import apart, within  # noqa: F401

from headstart.errors import BackboneError
from headstart.serve import Limits, Refusal
from headstart.serve.documents import Answer, Signature
from headstart.serve.engine import Engine as RealEngine
from headstart.serve.frames import Thing
from headstart.studio import tryout

NAMED = Signature(kind="image", things="pictures", task="classification", classes=["a", "b"])


class Engine(RealEngine):
    """Says its own name."""

    signature, stopped = NAMED, False

    def __init__(self, name: str) -> None:
        self.name = name

    async def judge(self, things):
        facts = {"probabilities": {}, "sure": True, "probability": 1.0}
        return [Answer(label=self.name, **facts) for _ in things]

    def kill(self) -> None: ...

    async def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> dict[str, Engine]:
    made: dict[str, Engine] = {}

    async def started(run, *of):
        if "broken" in run.name:
            raise BackboneError("M1", "the model is damaged", "train again")
        return made.setdefault(run.name, Engine(run.name))

    monkeypatch.setattr(tryout, "started", started)
    return made


def test_before_there_is_a_model_nothing_can_be_tried() -> None:
    one = tryout.Tryout(Limits())
    assert one.state() == {"ready": False, "failure": ""}
    with pytest.raises(Refusal, match="H608"):
        one.signature.kind  # noqa: B018 - a property that refuses


def test_a_new_model_takes_the_place_of_the_old_and_a_broken_one_does_not(
    engines, tmp_path
) -> None:
    async def work() -> None:
        one = tryout.Tryout(Limits())
        for name in ("first", "second", "broken"):
            await one.use(tmp_path / name)
        (answer,) = await one.judged([Thing("x", "bytes", b"")])
        assert answer.label == "second" and one.state()["run"] == "second"
        assert engines["first"].stopped and not engines["second"].stopped
        await one.close()
        assert engines["second"].stopped

    within(work)


def test_why_there_is_no_model_is_told(engines, tmp_path) -> None:
    one = tryout.Tryout(Limits())
    within(lambda: one.use(tmp_path / "broken"))
    assert one.state() == {"ready": False, "failure": "the model is damaged"}
