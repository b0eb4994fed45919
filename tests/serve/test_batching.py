"""Who is judged with whom, who has to wait, and who is sent away."""

import asyncio
from collections.abc import Sequence

import pytest

from headstart.serve import Limits, Refusal
from headstart.serve.batching import BATCH, LEAST, Queue
from headstart.serve.documents import Answer, Judged
from headstart.serve.engine import Died
from headstart.serve.frames import Thing

LIMITS = Limits(queue=40, wait_s=0.3)


class Judge:
    """Answers with what it was sent; notes who came together."""

    def __init__(self, pause: float = 0.0) -> None:
        self.batches: list[list[str]] = []
        self.pause, self.killed = pause, 0

    async def judge(self, things: Sequence[Thing]) -> list[Judged]:
        self.batches.append([one.name for one in things])
        if any(one.content == b"die" for one in things):
            raise Died
        if len(self.batches) == 1 and any(one.content == b"die once" for one in things):
            raise Died
        await asyncio.sleep(60 if any(one.content == b"hang" for one in things) else self.pause)
        return [
            Answer(label=one.name, probabilities={}, sure=True, probability=1.0) for one in things
        ]

    def kill(self) -> None:
        self.killed += 1


def things(names: Sequence[object], content: bytes = b"") -> list[Thing]:
    return [Thing(str(name), "bytes", content) for name in names]


async def asked(queue: Queue, *requests: list[Thing]) -> list[object]:
    return await asyncio.gather(*(queue.judged(one) for one in requests), return_exceptions=True)


def labels(found: object) -> list[str]:
    assert isinstance(found, list), found
    return [one.label for one in found]


def run(judge: Judge, *requests: list[Thing], limits: Limits = LIMITS) -> list[object]:
    async def begin() -> list[object]:
        queue = Queue(judge, limits)
        found = await asked(queue, *requests)
        await queue.drained()
        return found

    return asyncio.run(begin())


def test_what_comes_in_one_moment_is_judged_together_and_answered_apart() -> None:
    judge = Judge()
    found = run(judge, things("ab"), things("c"), things("de"))
    assert [labels(one) for one in found] == [["a", "b"], ["c"], ["d", "e"]]
    assert judge.batches == [["a", "b", "c", "d", "e"]]


@pytest.mark.parametrize(("count", "sizes"), [(BATCH, [BATCH]), (BATCH + 1, [BATCH, 1])])
def test_a_batch_has_an_end(count: int, sizes: list[int]) -> None:
    judge = Judge()
    run(judge, things(range(count)))
    assert [len(batch) for batch in judge.batches] == sizes


@pytest.mark.parametrize(("more", "refused"), [(20, False), (21, True)])
def test_the_queue_has_an_end_and_says_when_to_come_back(more: int, refused: bool) -> None:
    first, second = run(Judge(0.02), things(range(20)), things(range(more)))
    assert len(labels(first)) == 20
    assert (isinstance(second, Refusal) and second.status == 503 and second.retry_s > 0) == refused


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("passed", "wait_s", "more"),
    [(0.0, 2.5, 1), (0.75, 1.75, 1), (4.0, 0.5, 1), (0.0, 2.5, 100)],
)
def test_who_would_begin_too_late_by_the_pace_so_far_is_sent_away(
    passed: float, wait_s: float, more: int
) -> None:
    """16 are judged, at 0.125 s each, and 4 wait: a batch that is late is over at any moment."""

    async def work(queue_s: float) -> tuple[float, bool]:
        clock, judge = Clock(), Judge(60.0)
        queue = Queue(judge, Limits(queue_s=queue_s), clock)
        queue._each_s = 0.125
        task = asyncio.ensure_future(queue.judged(things(range(BATCH + 4))))
        await asyncio.sleep(0.01)
        clock.now += passed
        found = queue.expected_s, queue.full(more)
        task.cancel()
        return found

    assert asyncio.run(work(wait_s)) == (wait_s, False)
    assert asyncio.run(work(wait_s - 0.001)) == (wait_s, True)


@pytest.mark.parametrize(("count", "refused"), [(LEAST - 1, False), (LEAST, True)])
def test_a_few_are_taken_however_slow_the_model_is(count: int, refused: bool) -> None:
    async def work() -> bool:
        queue = Queue(Judge(60.0), Limits(queue_s=0.1))
        queue._each_s = 60.0
        task = asyncio.ensure_future(queue.judged(things(range(count))))
        await asyncio.sleep(0.01)
        task.cancel()
        return queue.full(1)

    assert asyncio.run(work()) == refused


def test_the_pace_is_that_of_batches_so_far_and_nobody_waits_in_an_empty_queue() -> None:
    clock = Clock()

    class Steady(Judge):
        async def judge(self, things: Sequence[Thing]) -> list[Judged]:
            clock.now += 0.25 * len(things)
            return await super().judge(things)

    async def work() -> tuple[float, float]:
        queue = Queue(Steady(), Limits(), clock)
        await queue.judged(things("ab"))
        return queue._each_s, queue.expected_s

    assert asyncio.run(work()) == (0.25, 0.0)


def test_a_large_request_is_taken_where_nobody_waits_before_it() -> None:
    async def work() -> object:
        queue = Queue(Judge(0.05), Limits(queue_s=0.05))
        await queue.judged(things("a"))
        return await queue.judged(things(range(100)))

    assert len(labels(asyncio.run(work()))) == 100


def test_a_thing_that_waits_too_long_is_given_up() -> None:
    limits = Limits(queue=40, wait_s=0.4)
    first, second = run(Judge(0.3), things(range(32)), things("z"), limits=limits)
    assert isinstance(first, list) and isinstance(second, Refusal) and second.code == "H504"


def test_what_was_there_when_a_worker_died_is_asked_once_more_alone() -> None:
    judge = Judge()
    (found,) = run(judge, [*things("a"), *things("b", b"die once"), *things("c")])
    assert labels(found) == ["a", "b", "c"]
    assert judge.batches == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_one_that_kills_takes_no_other_along() -> None:
    first, second, third = run(Judge(), things("a"), things("b", b"die"), things("c"))
    assert labels(first) == ["a"] and labels(third) == ["c"]
    assert isinstance(second, Refusal) and (second.status, second.code) == (422, "H424")


def test_a_worker_that_hangs_is_killed() -> None:
    judge = Judge()
    limits = Limits(queue=40, wait_s=0.05)
    (found,) = run(judge, things("a", b"hang"), limits=limits)
    assert isinstance(found, Refusal) and judge.killed == 1


def test_a_client_that_went_away_is_not_judged() -> None:
    judge = Judge(0.02)

    async def begin() -> None:
        queue = Queue(judge, LIMITS)
        first = asyncio.create_task(queue.judged(things("a")))
        await asyncio.sleep(0.01)
        gone = asyncio.create_task(queue.judged(things("b")))
        await asyncio.sleep(0)
        gone.cancel()
        await first
        await queue.drained()

    asyncio.run(begin())
    assert judge.batches == [["a"]]


def test_a_batch_that_was_given_up_says_nothing_of_the_pace() -> None:
    async def work() -> list[object]:
        queue = Queue(Judge(), Limits(queue_s=5.0, wait_s=0.3))
        await asked(queue, things("x", b"hang"))  # .3 s, and once more, for nothing
        await queue.judged(things("a"))
        busy = asyncio.ensure_future(asked(queue, things(range(BATCH))))
        await asyncio.sleep(0)
        found = await asked(queue, things("b"), things(range(BATCH)))
        await busy
        return found

    assert labels(asyncio.run(work())[1])[0] == "0"
