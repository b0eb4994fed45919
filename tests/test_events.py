"""One stream of progress."""

import json

import pytest

from headstart import events
from headstart.events import Clock, Event, kept, note, span, together, track, warn


def test_everybody_hears_in_order() -> None:
    heard = []
    tell = together(lambda e: heard.append(("one", e)), lambda e: heard.append(("two", e)))
    note(tell, "hello")
    assert heard == [("one", Event("note", "hello")), ("two", Event("note", "hello"))]


def test_the_file_has_a_line_for_all_but_plain_steps(tmp_path) -> None:
    tell = kept(tmp_path / "events.jsonl")
    list(track(tell, "work", "abc", 3))
    warn(tell, "careful", code="W1")
    tell(Event("step", "training", 1, 2, (("loss", 0.5),)))
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["start", "end", "warning", "step"]
    assert lines[0]["total"] == 3 and lines[1]["done"] == 3
    assert lines[2]["code"] == "W1" and "done" not in lines[2]
    assert lines[3]["loss"] == 0.5
    assert all(line["time"].endswith("+00:00") for line in lines)


def test_tracked_things_are_passed_on_one_by_one() -> None:
    made = []
    tracked = track(lambda _: None, "work", (made.append(i) or i for i in range(5)), 5)
    assert next(tracked) == 0 and made == [0]


def test_work_that_fails_does_not_end() -> None:
    def broken():
        yield 1
        raise ValueError

    heard = []
    with pytest.raises(ValueError):
        list(track(heard.append, "work", broken(), 2))
    assert [event.kind for event in heard] == ["start", "step"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "40 ms"),
        (59.4, "59 s"),
        (59.9, "1 min 0 s"),
        (3599.7, "1 h 0 min"),
        (75.0, "1 min 15 s"),
    ],
)
def test_spans_are_for_people(seconds, told) -> None:
    assert span(seconds) == told


def test_a_clock_adds_up_what_one_work_took_each_time(monkeypatch) -> None:
    now = iter([0.0, 2.0, 5.0, 9.0])
    monkeypatch.setattr(events.time, "perf_counter", lambda: next(now))
    clock = Clock()
    for kind in ("start", "end", "start", "end"):
        clock(Event(kind, "reading"))
    assert clock.spent == {"reading": 6.0} and clock.ends == {"reading": [0.0, 2.0, 5.0, 9.0]}
