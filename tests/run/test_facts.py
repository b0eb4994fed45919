"""What the record of a run says besides figures."""

import pytest

from headstart.events import Event
from headstart.features import MISSED, ROWS
from headstart.run.facts import AFAR, RowCount


def told(count: RowCount, table: str, read: int, computed: int) -> None:
    count(Event("step", ROWS, facts=(("table", table), ("read", read), ("computed", computed))))


def test_rows_that_are_asked_for_again_count_once() -> None:
    count = RowCount()
    told(count, "a", 10, 90)
    told(count, "a", 100, 0)
    told(count, "b", 5, 0)
    count(Event("note", "something else"))
    assert count.record() == {"rows_read": 15, "rows_computed": 90}


def test_nothing_that_was_told_is_nothing_that_was_done() -> None:
    assert RowCount().record() == {"rows_read": 0, "rows_computed": 0}


@pytest.mark.parametrize(("seconds", "said"), [((4.9, 0.0), False), ((4.9, 0.2), True)])
def test_what_openvino_would_have_saved_is_told_from_five_seconds_on(seconds, said) -> None:
    count = RowCount()
    for one in seconds:
        count(Event("step", MISSED, facts=(("seconds", one),)))
    told: list[str] = []
    count.advise(lambda event: told.append(event.what))
    assert len(told) == said
    assert all("about 5 CPU" in line and "'headstart[fast]'" in line for line in told)


def test_seconds_of_a_cluster_count_and_those_of_processes_here_are_counted_already() -> None:
    count = RowCount()
    for on, spent in (("ray", 2.5), ("local", 9.0), ("ray", 1.0)):
        count(Event("step", AFAR, facts=(("cpu_s", spent), ("on", on))))
    assert count.afar_s == 3.5
