"""One stream of progress."""

import json

import pytest

from headstart import events
from headstart.events import Clock, Event, in_place_of, kept, note, span, together, track, warn


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


def test_what_others_said_of_work_takes_the_place_of_its_own_progress_once() -> None:
    heard: list[tuple[str, str, int]] = []
    said = [Event("step", "training", n, 2) for n in (1, 2)]
    known = Event("detail", "kept on disk")

    def listen(event: Event) -> None:
        heard.append((event.kind, event.what, event.done))

    tell = in_place_of(listen, said, [known])
    for event in (known, Event("detail", "rate 1"), Event("start", "training", 2, 2),
                  Event("end", "training", 2, 2), Event("step", "other", 1, 1)):  # fmt: skip
        tell(event)
    assert heard == [
        ("detail", "rate 1", 0), ("step", "training", 1), ("step", "training", 2),
        ("step", "other", 1),
    ]  # fmt: skip
