"""What is asked for beside learning: one at a time, and the last ranking is kept."""

import pytest
from boards import Errands, apart, until, within  # noqa: F401

from headstart.serve import Refusal
from headstart.studio.errands import Errands as RealErrands

ROW = {"backbone": "one", "predicted": 0.9}


def begun(errands, do: str) -> None:
    within(lambda: errands.start({"do": do}, "v1"))
    errands._process.runs = False


def test_progress_and_the_end_are_told(tmp_path) -> None:
    errands = Errands(tmp_path)
    begun(errands, "export")
    errands.hear({"kind": "step", "what": "asking", "done": 3, "total": 9, "other": 1})
    told = errands.state("v1")["errand"]
    assert told == {"phase": "running", "do": "export", "what": "asking", "done": 3, "total": 9}
    errands.hear({"kind": "ended", "run": "r", "to": "onnx"})
    told = errands.state("v1")["errand"]
    assert (told["phase"], told["run"], told["to"]) == ("done", "r", "onnx")


def test_a_ranking_outlives_the_server_and_says_when_examples_have_changed(tmp_path) -> None:
    errands = Errands(tmp_path)
    assert errands.state("v1")["ranking"] is None
    begun(errands, "rank")
    errands.hear({"kind": "ended", "rows": [ROW]})
    assert Errands(tmp_path).state("v1")["ranking"] == {"rows": [ROW], "stale": False}
    assert Errands(tmp_path).state("v2")["ranking"]["stale"] is True
    (tmp_path / ".studio" / "ranking.json").write_text("[]")
    assert Errands(tmp_path).state("v1")["ranking"] is None


def test_a_failure_is_told_and_what_was_stopped_is_none(tmp_path) -> None:
    errands = Errands(tmp_path)
    begun(errands, "rank")
    errands.hear({"kind": "failed", "error": {"code": "R322"}})
    assert errands.state("")["errand"]["error"]["code"] == "R322"
    begun(errands, "rank")
    within(errands.stop)
    errands.hear({"kind": "failed", "error": {"code": "I131"}})
    assert errands.state("")["errand"]["phase"] == "idle"


def test_there_is_one_at_a_time(tmp_path) -> None:
    errands = Errands(tmp_path)
    within(lambda: errands.start({"do": "rank"}))
    with pytest.raises(Refusal, match="H619"):
        within(lambda: errands.start({"do": "export"}))


def test_a_process_does_it_and_that_is_told(tmp_path) -> None:
    news: list[str] = []

    async def work() -> None:
        errands = RealErrands(tmp_path / "fine", lambda: news.append(""), "stand_in_training")
        await errands.start({"do": "train"})
        await until(lambda: errands.state("")["errand"]["phase"] == "done")
        await errands.close()

    within(work)
    assert len(news) == 3


def test_the_next_is_begun_while_the_process_of_the_last_is_still_going(tmp_path) -> None:
    async def work() -> None:
        errands = RealErrands(tmp_path / "slow to go", lambda: None, "stand_in_training")
        for do in ("compare", "export"):
            await errands.start({"do": do})
            await until(lambda: errands.state("")["errand"]["phase"] == "done")
            assert errands.state("")["errand"]["do"] == do
        await errands.close()

    within(work)
