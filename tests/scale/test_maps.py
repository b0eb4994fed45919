"""One shape for every way to do many things."""

import pytest
import work

from headstart.events import Event, quiet
from headstart.scale import On, answers, map_at


@pytest.mark.parametrize("on", [On("here"), On("local", 2)], ids=lambda on: on.kind)
def test_all_maps_do_the_same_as_often_as_they_are_asked(on: On) -> None:
    with map_at(on) as over:
        assert sorted(over(work.squared, [1, 2, 3])) == [1, 4, 9]
        assert sorted(over(work.squared, [4])) == [16]


def test_here_nothing_is_done_before_it_is_asked_for() -> None:
    with map_at(On("here")) as over:
        assert next(over(work.squared, [2])) == 4


def test_answers_come_in_the_order_of_jobs_with_what_was_told_and_what_it_took() -> None:
    heard: list[Event] = []

    def backwards(function, jobs):
        yield from map(function, reversed(jobs))

    found = answers(backwards, work.told, [3, 1], heard.append, "adding")
    assert [one.made for one in found] == [9, 1]
    assert [one.said[0].what for one in found] == ["3 of them", "1 of them"]
    assert [(event.kind, event.what, event.done) for event in heard] == [
        ("start", "adding", 0), ("step", "adding", 1), ("step", "adding", 2), ("end", "adding", 2)
    ]  # fmt: skip
    assert all(one.cpu_s > 0.02 and one.wall_s > 0.02 for one in found)


def test_processes_count_what_jobs_take_and_stay_for_the_next() -> None:
    with map_at(On("local", 1)) as over:
        (first,) = answers(over, work.whose, [0], quiet, "asking")
        (then,) = answers(over, work.whose, [0], quiet, "asking")
    assert first.made == then.made and first.cpu_s > 0.02
