"""Things of many requests, judged together: a queue with an end, batches, deadlines."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from headstart.serve.documents import Judged
from headstart.serve.engine import Died
from headstart.serve.frames import Thing
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits
from headstart.serve.overload import full

BATCH = 16
"""Things that are judged at once, at most."""
BATCH_BYTES = 64 * 2**20
LEAST = 8
"""Things that are taken however slow the model is."""
LATEST = 0.2
"""Weight of the last batch in the pace; the rest is of those before it."""


@runtime_checkable
class Judge(Protocol):
    """What answers: an `Engine`."""

    async def judge(self, things: Sequence[Thing]) -> list[Judged]:
        """One answer a thing. Raises `Died`."""
        ...

    def kill(self) -> None:
        """Give up what it is doing."""
        ...


@dataclass(eq=False)
class _Waiting:
    thing: Thing
    until: float
    answer: asyncio.Future[Judged]
    tries: int = 0


class Queue:
    """What waits for one model. While it judges one batch, the next one gathers.

    A single client so never waits for others, and many are judged together.
    """

    def __init__(
        self, judge: Judge, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._judge, self._limits, self._clock = judge, limits, clock
        self._waiting: deque[_Waiting] = deque()
        self._some = asyncio.Event()
        self._busy, self._begun = 0, 0.0
        self._each_s = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def depth(self) -> int:
        """Things that wait or are judged."""
        return len(self._waiting) + self._busy

    @property
    def expected_s(self) -> float:
        """Seconds until a thing that comes now is begun: the rest of this batch, and who waits."""
        rest = max(0.0, self._each_s * self._busy - (self._clock() - self._begun))
        return (rest if self._busy else 0.0) + self._each_s * len(self._waiting)

    def full(self, more: int) -> bool:
        """Whether so many more would be too many, or would begin too late.

        How long they take themselves is no reason, so that a large request finds its turn.
        """
        late = self.expected_s > self._limits.queue_s and self.depth >= LEAST
        return self.depth + more > self._limits.queue or late

    async def judged(self, things: Sequence[Thing]) -> list[Judged]:
        """An answer each. Raises `Refusal` where too many wait, or where it takes too long."""
        if self.full(len(things)):
            raise full()
        loop, until = asyncio.get_running_loop(), self._clock() + self._limits.wait_s
        new = [_Waiting(thing, until, loop.create_future()) for thing in things]
        self._waiting.extend(new)
        self._some.set()
        if self._task is None:
            self._task = loop.create_task(self._work())
        try:
            return await asyncio.gather(*(one.answer for one in new))
        finally:
            for one in new:
                one.answer.cancel()

    async def drained(self) -> None:
        """Return once nothing waits, and end the work."""
        while self.depth:
            await asyncio.sleep(0.01)
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while True:
            self._some.clear()
            if not self._waiting:
                await self._some.wait()
            await asyncio.sleep(0)  # what came in the same moment comes along
            batch = self._batch()
            if batch:
                self._busy, self._begun = len(batch), self._clock()
                await self._answer(batch)
                self._busy = 0

    def _batch(self) -> list[_Waiting]:
        """The next ones that are still waited for; one that was there when a worker died, alone."""
        batch, size, now = list[_Waiting](), 0, self._clock()
        while self._waiting and len(batch) < BATCH:
            one = self._waiting[0]
            alone = one.tries > 0 or size + len(one.thing.content) > BATCH_BYTES
            if batch and alone:
                break
            self._waiting.popleft()
            if one.answer.done():
                continue
            if now > one.until:
                one.answer.set_exception(_late())
                continue
            batch.append(one)
            size += len(one.thing.content)
            if one.tries:
                break
        return batch

    async def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            async with asyncio.timeout(self._limits.wait_s):
                answers = await self._judge.judge([one.thing for one in batch])
        except (Died, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                self._judge.kill()
            self._again(batch)
            return
        except Exception as error:
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        each_s = (self._clock() - self._begun) / len(batch)
        self._each_s += (LATEST if self._each_s else 1.0) * (each_s - self._each_s)
        for one, answer in zip(batch, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)

    def _again(self, batch: Sequence[_Waiting]) -> None:
        """Ask once more, one by one, so that one thing that kills takes no other along."""
        for one in reversed(batch):
            one.tries += 1
            if one.tries < 2:
                self._waiting.appendleft(one)
            elif not one.answer.done():
                one.answer.set_exception(_deadly())


def _late() -> Refusal:
    return Refusal("H504", 503, "waited too long in the queue", "ask again later", retry_s=5)


def _deadly() -> Refusal:
    return Refusal("H424", 422, "judging it ended the worker twice", "send another")
