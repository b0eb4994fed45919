"""What a run wrote in its examination, and whether its folder writes the same."""

from pathlib import Path

import pytest
from pyarrow import parquet

import headstart
from headstart.run import Run


def need_the_same_texts(run: Run, pairs: Path) -> None:
    """The folder's model writes what the network wrote in its examination, before it was saved."""
    rows = parquet.read_table(run.path / "predictions.parquet").to_pylist()
    lines = pairs.read_text().splitlines()
    asked = [lines[int(row["name"].rpartition(" ")[2]) - 1].split("\t")[0] for row in rows]
    found = headstart.load(run.path).predict(asked)
    assert rows and [one.label for one in found] == [row["predicted"] for row in rows]
    assert [one.probability for one in found] == pytest.approx(
        [row["probability"] for row in rows], abs=1e-4
    )
