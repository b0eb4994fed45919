"""What networks are compared by, with stand-ins for models and for onnxruntime."""

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from headstart.events import quiet
from headstart.model import Model
from headstart.run import compared
from headstart.run.compared import BATCH, TIMED, Exam, answers_of, measured, write_file
from headstart.share import FileModel
from headstart.share.onnx_file import Runtime
from headstart.task import Classification

CATS = Classification(("cat", "dog"))


def exam(rows: int) -> Exam:
    """Every row shows a cat, and is named by its number."""
    return Exam(
        CATS,
        tuple(Path(str(row)) for row in range(rows)),
        np.zeros(rows, int),
        tuple(map(str, range(rows))),
    )


def said(dogs: int, rows: int) -> np.ndarray:
    """Answers of which the first so many are wrong."""
    wrong = np.arange(rows) < dogs
    return np.where(wrong[:, None], [0.2, 0.8], [0.9, 0.1])


def test_every_row_is_asked_once_and_in_order() -> None:
    asked: list[int] = []

    class Asked(Model):
        def __init__(self) -> None:
            """Without a network."""

        def answers(self, sources, *_) -> np.ndarray:
            asked.append(len(sources))
            return np.array([[float(str(one)), 0.0] for one in sources])

    found = answers_of(Asked(), exam(BATCH + 1), "it", quiet)
    assert asked == [BATCH, 1] and found[:, 0].tolist() == list(range(BATCH + 1))


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rows that a runtime was given, which takes a second more in every pass after the first."""
    given: list[str] = []
    clock = {"now": 0.0, "asked": 0}

    class Timed(Runtime):
        def __init__(self, file: Path, threads: int) -> None:
            assert threads == 1

        def __call__(self, feed) -> np.ndarray:
            row = int(feed["pixels"])
            given.append(str(row))
            clock["now"] += 1 + (clock["asked"] % 3) + row
            clock["asked"] += 1
            return np.zeros(1)

    def feeds(modality):
        return lambda source: [{"pixels": np.array(int(str(source)))}]

    monkeypatch.setattr(compared, "Runtime", Timed)
    monkeypatch.setattr(compared, "feeds_of", feeds)
    monkeypatch.setattr(compared.time, "thread_time", lambda: clock["now"])
    return given


@pytest.fixture
def figures(small_model: Model, timed):
    def made(file: Path, before: np.ndarray, after: np.ndarray):
        file.write_bytes(b"x" * 77)
        return measured("8 bits", small_model, file, exam(len(after)), after, before)

    return made


def test_what_is_lost_is_above_0_where_the_smaller_one_is_worse(figures, tmp_path: Path) -> None:
    worse = figures(tmp_path / "a", said(0, 40), said(4, 40))
    assert worse.lost.value == pytest.approx(0.1) and worse.score.value == pytest.approx(0.9)
    assert worse.lost.low < worse.lost.value < worse.lost.high
    better = figures(tmp_path / "b", said(4, 40), said(0, 40))
    assert better.lost.value == pytest.approx(-0.1)
    assert (worse.bytes, worse.same, worse.way) == (77.0, 0.9, "8 bits")


def test_equal_rights_and_wrongs_lose_nothing_and_are_other_answers(
    figures, tmp_path: Path
) -> None:
    found = figures(tmp_path / "a", said(4, 40), said(4, 40)[::-1])
    assert found.lost.value == 0 and found.same == pytest.approx(0.8)


def test_the_fastest_of_three_passes_counts_and_of_rows_the_middle_one(
    timed, figures, tmp_path
) -> None:
    found = figures(tmp_path / "a", said(0, TIMED + 5), said(0, TIMED + 5))
    assert len(timed) == 3 * TIMED and set(timed) == set(map(str, range(TIMED)))
    assert found.ms == 1000 * (1 + np.median(range(TIMED)))


def test_a_model_in_a_file_is_that_file(small_model: Model, tmp_path: Path) -> None:
    parts = (small_model.backbone, nn.Identity(), CATS, small_model.trust, 0)
    made = FileModel(*parts, place=tmp_path / "small.onnx")
    assert write_file(made, tmp_path / "other.onnx") == tmp_path / "small.onnx"
    assert not list(tmp_path.iterdir())


def test_figures_are_of_all_rows() -> None:
    found = exam(40).figures(said(4, 40)).record()
    assert found["accuracy"]["value"] == pytest.approx(0.9)
