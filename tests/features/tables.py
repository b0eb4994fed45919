"""Rows that tests put into tables."""

from collections.abc import Iterator

import torch

from headstart.features.table import Row, Table


def rows(last: int, first: int = 0) -> Iterator[Row]:
    for i in range(first, last):
        yield Row(str(i), torch.full((3,), float(i)), f"note {i}")


def numbers(table: Table, last: int) -> list[float]:
    found = table.places(map(str, range(last)))
    return [float(row[0]) for row in table.read([found[str(i)] for i in range(last)])]
