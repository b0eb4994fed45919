import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from headstart import durable
from headstart.errors import ResourceError, UsageError
from headstart.events import Event
from headstart.run.folder import FILES, METRICS, RUN, Folder, Request, opened
from headstart.run.provenance import Contents

CONTENTS = Contents("d1", "tiny", "w1", (("torch", "2"),))
VERSIONS = {"torch": "2"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def path_of(request: Request, contents: Contents = CONTENTS, *, ends: bool = False) -> Path:
    """Where a run goes; where it `ends`, everything that a run leaves is there afterwards."""
    with opened(request, contents) as folder:
        if ends:
            _end(folder)
    return folder.path


def _end(folder: Folder) -> None:
    folder.start(data={"digest": folder.contents.data}, versions=VERSIONS)
    for name in FILES:
        (folder.path / name).write_text(name)
    with durable.folder(folder.path / "model") as temp:
        (temp / "model.json").write_text("{}")
    folder.finish({"accuracy": 0.5})
    folder.clear()


def asked(question: str = "q1", out: Path | None = None) -> Request:
    return Request(out, "photos", question)


def test_the_same_question_finds_its_unfinished_folder() -> None:
    first = path_of(asked())
    assert path_of(asked()) == first != path_of(asked("q2"))
    assert [p.name for p in first.iterdir()] == [RUN]


def test_the_same_question_finds_the_run_that_ended_on_the_same_contents() -> None:
    first = path_of(asked(), ends=True)
    with opened(asked(), CONTENTS) as folder:
        assert folder.path == first and folder.ended() == {"accuracy": 0.5}
    others = [replace(CONTENTS, data="d2"), replace(CONTENTS, weights="w2")]
    assert first not in {path_of(asked(), other) for other in others}
    assert path_of(asked("q2")) != first


def test_a_folder_with_something_else_is_left_alone(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else"):
        path_of(asked(out=here / "out"))
    assert [p.name for p in (here / "out").iterdir()] == ["thesis.tex"]


def test_a_run_with_other_settings_is_left_alone(here: Path) -> None:
    path_of(asked(out=here / "out"), ends=True)
    with pytest.raises(UsageError, match="other settings"):
        path_of(asked("q2", here / "out"))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("data", "d2", "U109.*data has changed"), ("weights", "w2", "U164.*weights of tiny are not")],
)
def test_other_contents_in_a_finished_run_are_refused(here, field, value, told) -> None:
    path_of(asked(out=here / "out"), ends=True)
    other = replace(CONTENTS, **{field: value})
    with opened(asked(out=here / "out"), other) as folder, pytest.raises(UsageError, match=told):
        folder.ended()


def test_other_versions_or_another_choice_give_a_finished_run_back_and_say_so(here) -> None:
    path_of(asked(out=here / "out"), ends=True)
    told: list[Event] = []
    newer = Contents("d1", "small", "w2", (("torch", "3"),))
    with opened(asked(out=here / "out"), newer) as folder:
        assert folder.ended(told.append) == {"accuracy": 0.5}
    assert "small comes first now" in told[0].what and "torch 2" in told[1].what


@pytest.mark.parametrize("name", [RUN, METRICS, "manifest.json", *FILES, "model/model.json"])
@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "folder", "deep", "pipe"])
def test_a_finished_run_that_is_damaged_is_made_again(here: Path, name: str, harm: str) -> None:
    place = path_of(asked(out=here / "out"), ends=True) / name
    sound, told = place.read_bytes(), list[Event]()
    place.unlink()
    if harm == "folder":
        place.mkdir()
    elif harm == "pipe":
        os.mkfifo(place)
    elif harm == "deep":
        place.write_text("[" * 100_000)
    elif harm != "remove":
        place.write_bytes(sound[:-3] if harm == "cut" else bytes([sound[0] ^ 64]) + sound[1:])
    with opened(asked(out=here / "out"), CONTENTS) as folder:
        assert folder.ended(told.append) is None
        assert (name == METRICS and harm == "remove") or "damaged" in told[0].what
        assert not (folder.path / METRICS).exists()
        _end(folder)
        assert folder.ended() == {"accuracy": 0.5} and place.read_bytes() == sound


def test_a_run_whose_record_is_torn_goes_on_where_it_was(here: Path) -> None:
    with opened(asked("0123456789abcdef", here / "out"), CONTENTS) as folder:
        (folder.work() / "checkpoint").write_text("x")
    (here / "out" / RUN).write_bytes(b"\xff")
    with opened(asked("0123456789abcdef", here / "out"), CONTENTS) as folder:
        assert (folder.work() / "checkpoint").exists()
    with pytest.raises(UsageError, match="other settings"):
        path_of(asked("q2", here / "out"))


@pytest.mark.parametrize("field", ["data", "weights", "versions"])
def test_a_stopped_run_does_not_go_on_with_other_contents(here: Path, field: str) -> None:
    told: list[Event] = []
    with opened(asked(out=here / "out"), CONTENTS) as folder:
        first = folder.work(told.append)
        assert folder.work(told.append) == first and not told
    other = replace(CONTENTS, **{field: (("torch", "3"),) if field == "versions" else "x"})
    with opened(asked(out=here / "out"), other) as folder:
        assert folder.work(told.append) != first
    assert "other data, weights or versions" in told[0].what


def test_figures_hold_no_nan(here: Path) -> None:
    with opened(asked(out=here / "out"), CONTENTS) as folder:
        folder.finish({"loss": float("nan")})
    json.loads((here / "out" / METRICS).read_bytes(), parse_constant=pytest.fail)


def test_a_place_that_cannot_be_written_says_so(here: Path) -> None:
    (here / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        path_of(asked(out=here / "file" / "out"))


def test_work_is_thrown_away_at_the_end(here: Path) -> None:
    with opened(asked(out=here / "out"), CONTENTS) as folder:
        (folder.work() / "checkpoint").write_text("x")
        folder.clear()
    assert [p.name for p in folder.path.iterdir()] == [RUN]
