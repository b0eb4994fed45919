from pathlib import Path

import pytest

from headstart.errors import ResourceError, UsageError
from headstart.run.folder import METRICS, opened


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_same_question_finds_its_unfinished_folder() -> None:
    first = opened(None, "photos", "q1")
    assert opened(None, "photos", "q1").path == first.path
    assert opened(None, "photos", "q2").path != first.path


def test_a_finished_run_is_not_continued_under_a_name_of_ours() -> None:
    first = opened(None, "photos", "q1")
    (first.path / METRICS).write_text("{}")
    assert opened(None, "photos", "q1").path != first.path


def test_a_folder_with_something_else_is_left_alone(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else"):
        opened(here / "out", "photos", "q1")
    assert [p.name for p in (here / "out").iterdir()] == ["thesis.tex"]


def test_a_run_with_other_settings_is_left_alone(here: Path) -> None:
    opened(here / "out", "photos", "q1")
    with pytest.raises(UsageError, match="other settings"):
        opened(here / "out", "photos", "q2")


def test_other_data_in_a_finished_run_is_refused(here: Path) -> None:
    folder = opened(here / "out", "photos", "q1")
    assert not folder.finished_with("d1")
    folder.start(data={"digest": "d1"})
    (folder.path / METRICS).write_text("{}")
    assert folder.finished_with("d1")
    with pytest.raises(UsageError, match="data is not what it was"):
        folder.finished_with("d2")


def test_a_place_that_cannot_be_written_says_so(here: Path) -> None:
    (here / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        opened(here / "file" / "out", "photos", "q1")


def test_work_is_thrown_away_at_the_end(here: Path) -> None:
    folder = opened(here / "out", "photos", "q1")
    (folder.work("d1") / "checkpoint").write_text("x")
    folder.clear()
    assert [p.name for p in folder.path.iterdir()] == ["run.json"]
