"""What happens by itself, and what is shown of it."""

import asyncio
import json

import pytest
from boards import apart, board_at, fill, until, within  # noqa: F401

from headstart.serve import Refusal
from headstart.studio.board import LEAST_A_CLASS, LEAST_PICTURES, lacking, missing
from headstart.studio.collection import Collection
from headstart.studio.drawn import Box

LONG_ENOUGH_S = 0.7
"""For the board to look at its folder once more."""


def test_two_classes_with_enough_examples_are_needed() -> None:
    assert lacking({"a": LEAST_A_CLASS, "b": LEAST_A_CLASS}) == []
    assert [one["name"] for one in lacking({"a": LEAST_A_CLASS, "b": LEAST_A_CLASS - 1})] == ["b"]
    assert [one["name"] for one in lacking({"a": LEAST_A_CLASS})] == [""]
    assert len(lacking({})) == 2 and lacking({"a": 9, "b": 9, "c": 0}) == []
    assert [one["name"] for one in lacking({"a": 9, "b": 9, "c": 1})] == ["c"]


def test_ten_pictures_that_were_looked_at_and_a_box_are_needed(tmp_path) -> None:
    one = Collection(tmp_path)
    one.note(kind="boxes", empty=("cat",))
    for number in range(LEAST_PICTURES):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
        assert missing(one.listing()) == [{"name": "", "have": number, "need": LEAST_PICTURES}]
        one.draw(f"{number}.jpg", [], (9, 9), "")
    assert missing(one.listing()) == [{"name": "", "have": 10, "need": LEAST_PICTURES}]
    was = one.drawings.need("0.jpg").revision
    one.draw("0.jpg", [Box("cat", (0.0, 0.0, 1.0, 1.0))], (9, 9), was)
    assert missing(one.listing()) == []


async def opened(board) -> None:
    await board.open()
    await until(lambda: board.audit.get("of") == board.listing.digest != "")


def test_training_starts_by_itself_once_and_again_when_something_changed(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path, LEAST_A_CLASS - 1))
        trainer = board.parts.trainer
        await opened(board)
        await asyncio.sleep(0.1)
        assert trainer.starts == 0
        fill(tmp_path, LEAST_A_CLASS)
        await until(lambda: trainer.starts == 1)
        await asyncio.sleep(LONG_ENOUGH_S)
        assert (trainer.starts, trainer.stops) == (1, 0)
        fill(tmp_path, LEAST_A_CLASS + 1)
        await until(lambda: trainer.starts == 2)
        assert trainer.stops == 1
        await board.close()

    within(work)


def test_other_options_are_learned_with_and_the_usual_ones_are_not_learned_twice(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path / "data"))
        trainer = board.parts.trainer
        await opened(board)
        await until(lambda: trainer.starts == 1)
        trainer.runs = False
        board.hear({"kind": "ended", "run": str(tmp_path / "run")})
        assert (
            trainer.order == {"do": "train", "asked": {}} and board.wanted == board.listing.digest
        )
        board.collection.note(asked={"folds": 5})
        await until(lambda: trainer.starts == 2)
        assert trainer.order["asked"] == {"folds": 5} and board.wanted != board.listing.digest
        await board.close()

    within(work)


def test_it_does_not_start_where_nobody_wants_it_and_starts_when_asked(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path))
        board.collection.note(automatic=False)
        await opened(board)
        await asyncio.sleep(LONG_ENOUGH_S)
        assert board.parts.trainer.starts == 0
        await board.train()
        assert board.parts.trainer.starts == 1
        await board.close()

    within(work)


def test_what_somebody_asked_for_is_not_stopped_where_nothing_is_to_begin_by_itself(
    tmp_path,
) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path))
        board.collection.note(automatic=False)
        await opened(board)
        await board.train()
        fill(tmp_path, LEAST_A_CLASS + 1)
        await asyncio.sleep(LONG_ENOUGH_S)
        assert (board.parts.trainer.starts, board.parts.trainer.stops) == (1, 0)
        await board.close()

    within(work)


def test_it_goes_on_when_asked_while_the_stopped_process_is_still_going(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path))
        board.collection.note(automatic=False)
        await opened(board)
        await board.train()
        board.hear({"kind": "failed", "error": {"code": "I131"}})
        assert board.parts.trainer.runs
        await board.train()
        assert board.parts.trainer.starts == 2
        await board.close()

    within(work)


def test_what_was_stopped_stays_stopped_after_a_restart_until_something_changes(tmp_path) -> None:
    async def work() -> None:
        first = board_at(fill(tmp_path))
        await opened(first)
        await until(lambda: first.parts.trainer.starts)
        await first.stop()
        await first.close()
        second = board_at(tmp_path)
        await opened(second)
        await asyncio.sleep(LONG_ENOUGH_S)
        assert second.parts.trainer.starts == 0
        fill(tmp_path, LEAST_A_CLASS + 1)
        await until(lambda: second.parts.trainer.starts == 1)
        await second.close()

    within(work)


def test_too_few_examples_are_refused(tmp_path) -> None:
    async def work() -> None:
        with pytest.raises(Refusal, match="H607"):
            await board_at(tmp_path).train()

    within(work)


def test_the_end_of_training_is_remembered_and_not_done_again(tmp_path) -> None:
    run = tmp_path / "run"

    async def work() -> None:
        board = board_at(fill(tmp_path / "data"))
        await opened(board)
        await until(lambda: board.parts.trainer.starts)
        board.parts.trainer.runs = False
        board.hear({"kind": "ended", "run": str(run)})
        await until(lambda: board.parts.tryout.used == [run])
        assert board.collection.notes.trained == board.listing.digest
        await asyncio.sleep(LONG_ENOUGH_S)
        assert board.parts.trainer.starts == 1 and board.state()["training"]["phase"] == "done"
        await board.close()

    within(work)


def test_progress_and_failures_are_shown(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path))
        await board.look()
        await board.train()
        board.hear({"kind": "step", "what": "reading pictures", "done": 3, "total": 9})
        told = board.state()["training"]
        assert (told["what"], told["done"], told["total"]) == ("reading pictures", 3, 9)
        board.hear({"kind": "failed", "error": {"code": "R322", "what": "the disk is full"}})
        assert board.state()["training"]["error"]["code"] == "R322"
        board.hear({"kind": "failed", "error": {"code": "I131", "what": "stopped"}})
        assert board.state()["training"] == {"phase": "stopped"}

    within(work)


def test_findings_are_told_with_the_class_and_key_of_their_example(tmp_path) -> None:
    async def work() -> None:
        board = board_at(fill(tmp_path))
        finding = {"code": "D182", "kind": "duplicate", "name": "a/1.jpg", "reason": "same"}
        board.parts.looks.told = {"findings": [finding], "refused": None}
        await opened(board)
        (found,) = board.state()["findings"]
        assert (found["class"], found["key"]) == ("a", "1.jpg")
        json.dumps(board.state())
        await board.close()

    within(work)


def test_many_changes_are_audited_together(tmp_path) -> None:
    async def work() -> None:
        board = board_at(tmp_path, calm_s=0.4)
        for count in range(1, 6):
            fill(tmp_path, count)
            await board.look()
        await until(lambda: board.audit.get("of") == board.listing.digest)
        assert board.parts.looks.audits == 1

    within(work)


def test_whoever_waits_hears_of_a_change_and_of_the_end(tmp_path) -> None:
    async def work() -> None:
        board = board_at(tmp_path)
        waiting = asyncio.create_task(board.wait(board.version, 9))
        await asyncio.sleep(0.01)
        board.change()
        await waiting
        await board.wait(0, 9)
        waiting = asyncio.create_task(board.wait(board.version, 9))
        await asyncio.sleep(0.01)
        board.release()
        await waiting

    within(work)


def test_a_class_that_is_not_there_holds_nothing(tmp_path) -> None:
    with pytest.raises(Refusal, match="H605"):
        board_at(tmp_path).examples("../x")
