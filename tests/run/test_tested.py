import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from headstart.data import find
from headstart.errors import DataError, UsageError
from headstart.run.tested import data_of, rows_tested


@pytest.fixture
def run(photos: Path, tmp_path: Path) -> Path:
    """A run's folder, as far as its test rows go: two reds and a blue."""
    folder = tmp_path / "run"
    folder.mkdir()
    record = {"place": str(photos), "settings": {"columns": {"label": "", "classes": []}}}
    (folder / "run.json").write_text(json.dumps(record))
    names = ["red/03.png", "red/01.png", "blue/02.png"]
    parquet.write_table(pa.table({"name": names}), folder / "predictions.parquet")
    return folder


def test_test_rows_are_found_again_in_their_order(run, photos) -> None:
    found = rows_tested(run)
    assert [photos / n for n in ("red/03.png", "red/01.png", "blue/02.png")] == list(found)


def test_data_that_moved_are_found_where_somebody_says(run, photos, tmp_path) -> None:
    photos.rename(tmp_path / "moved")
    with pytest.raises(DataError):
        rows_tested(run)
    assert rows_tested(run, tmp_path / "moved")[0] == tmp_path / "moved" / "red" / "03.png"
    assert len(data_of(run, find(tmp_path / "moved")).examples) == 48


def test_a_row_that_is_gone_is_named(run, photos) -> None:
    (photos / "red" / "01.png").unlink()
    with pytest.raises(UsageError, match="1 of the 3 test rows") as caught:
        rows_tested(run)
    assert caught.value.code == "U174" and caught.value.where == "red/01.png"


@pytest.mark.parametrize("record", [{}, {"place": ""}])
def test_a_run_on_data_in_memory_asks_for_a_place(record, run, photos) -> None:
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="--data PATH"):
        rows_tested(run)
    assert len(rows_tested(run, photos)) == 3
