"""What is refused before anything is computed."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headstart.errors import DataError, UsageError
from headstart.run.compress_settings import CompressSettings
from headstart.run.compressible import need_compressible
from headstart.task_names import FREE, TASK_NAMES

PLAIN = CompressSettings()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    need_compressible(tmp_path / "run", {}, tmp_path / "new", PLAIN)
    (tmp_path / "empty").mkdir()
    need_compressible(tmp_path / "run", {}, tmp_path / "empty", PLAIN)
    (tmp_path / "empty" / "mine").write_text("x")
    for taken in (tmp_path / "empty", tmp_path / "empty" / "mine"):
        with pytest.raises(UsageError, match="U176"):
            need_compressible(tmp_path / "run", {}, taken, PLAIN)


def test_8_bits_are_not_made_smaller_again(tmp_path: Path) -> None:
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "model.onnx").write_bytes(b"")
    with pytest.raises(UsageError, match="U179"):
        need_compressible(tmp_path / "run", {}, tmp_path / "new", PLAIN)


@pytest.mark.parametrize(("folds", "refused"), [(1, False), (2, True), (5, True)])
def test_a_run_whose_model_has_seen_every_test_row_is_refused(folds, refused, tmp_path) -> None:
    def ask() -> None:
        need_compressible(tmp_path / "run", {"folds": folds}, tmp_path / "new", PLAIN)

    if refused:
        with pytest.raises(UsageError, match="U313"):
            ask()
    else:
        ask()


@pytest.mark.parametrize(("task", "refused"), [("multilabel", False), ("detection", True)])
def test_a_run_on_boxes_is_refused(task, refused, tmp_path) -> None:
    def ask() -> None:
        need_compressible(tmp_path / "run", {"task": task}, tmp_path / "new", PLAIN)

    if refused:
        with pytest.raises(UsageError, match="U318"):
            ask()
    else:
        ask()


@pytest.mark.parametrize(
    ("task", "refused"),
    [(task, name.labels in FREE) for task, name in TASK_NAMES.items() if task != "detection"],
)
def test_a_run_that_searches_for_its_answers_is_refused(task, refused, tmp_path) -> None:
    def ask() -> None:
        need_compressible(tmp_path / "run", {"task": task}, tmp_path / "new", PLAIN)

    if refused:
        with pytest.raises(
            UsageError, match=f"U319.*{task}[\\s\\S]*headstart train DATA --backbone"
        ):
            ask()
    else:
        ask()


def test_examples_without_labels_have_to_be_there(tmp_path: Path) -> None:
    asked = CompressSettings(distill="shipped", unlabeled=str(tmp_path / "nothing"))
    with pytest.raises(DataError, match="D102"):
        need_compressible(tmp_path / "run", {}, tmp_path / "new", asked)


def test_a_budget_is_an_amount_of_time() -> None:
    with pytest.raises(UsageError, match="U123"):
        CompressSettings(budget="soon")


def test_a_wrong_flag_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps({"folds": 5}))
    code = (
        "import sys; from headstart.cli import execute; "
        f"code = execute(['compress', {str(tmp_path)!r}, '--out', 'y', *sys.argv[1:]]); "
        "sys.exit(100 + code if 'torch' in sys.modules else code)"
    )
    for words in ((), ("--stages", "-1"), ("--budget", "soon")):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code, *words], check=False, timeout=60)
        assert done.returncode == 2 and time.monotonic() - began < 30
