"""What people and logs get to see."""

import io

from headstart import summaries, terminal
from headstart.events import Event, detail, note, track, warn


def lines(work) -> list[str]:
    out = io.StringIO()
    with terminal.listening(out) as tell:
        work(tell)
    return out.getvalue().splitlines()


def test_a_pipe_gets_plain_lines_and_not_too_many() -> None:
    found = lines(lambda tell: list(track(tell, "reading", range(1000), 1000)))
    assert found[0] == "reading: 0 of 1,000" and found[-1].startswith("reading: done in ")
    assert len(found) == 11 and "left" in found[1]


def test_notes_are_told_once_and_warnings_are_marked() -> None:
    def work(tell) -> None:
        note(tell, "one")
        note(tell, "one")
        warn(tell, "two\x1b[31m")

    assert lines(work) == ["one", r"warning: two\x1b[31m"]


def test_details_are_kept_for_the_file_and_not_shown() -> None:
    def work(tell) -> None:
        detail(tell, "engine folded float32")
        note(tell, "2 pictures")

    assert lines(work) == ["2 pictures"]


def test_a_step_tells_its_facts() -> None:
    def work(tell) -> None:
        tell(Event("start", "training", 0, 2))
        tell(Event("step", "training", 1, 2, (("val_loss", 0.51234), ("kept", "yes"))))

    assert "val loss 0.5123, kept yes" in lines(work)[1]


def test_work_that_goes_on_starts_where_it_was() -> None:
    def work(tell) -> None:
        tell(Event("start", "training", 5, 10))
        tell(Event("step", "training", 6, 10))

    assert lines(work)[0] == "training: 5 of 10"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_and_no_markup_from_data(monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    out = Terminal()
    with terminal.listening(out) as tell:
        list(track(tell, "reading [bold]x", range(3), 3))
        note(tell, "[link=evil]a[/link]")
    assert "[link=evil]a[/link]" in out.getvalue() and "reading [bold]x" in out.getvalue()


def test_work_of_unknown_length_moves_no_bar_and_prints_no_line(monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    waiting = Event("step", "waiting")
    assert lines(lambda tell: tell(waiting)) == []
    out = Terminal()
    with terminal.listening(out) as tell:
        tell(waiting)
    assert "waiting" not in out.getvalue()


def test_a_reader_that_went_away_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    with terminal.listening(Gone()) as tell:
        note(tell, "one")
        note(tell, "two")


def test_columns_are_as_wide_as_a_terminal_shows_them() -> None:
    assert summaries.columns([("猫", "x"), ("dog", "y\n")]) == ["猫   x", r"dog  y\n"]


def test_predictions_that_are_not_sure_say_so() -> None:
    one = {"file": "a.png", "label": "cat", "probability": 0.5, "sure": False, "value": None}
    assert summaries.predicted([one]) == ["a.png  cat  50.0%  not sure"]


def test_a_figure_just_under_zero_has_no_sign_of_its_own() -> None:
    assert summaries._bounds({"low": -0.0004, "high": 0.0}) == "0.0% to 0.0%"
    assert summaries._bounds({"low": -0.0006, "high": 0.0}) == "-0.1% to 0.0%"
