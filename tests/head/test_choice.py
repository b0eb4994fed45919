"""Without a name the head is the one that loses least on rows it has not seen."""

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.head import (
    HEADS,
    DiskTable,
    HeadConfig,
    Sample,
    choice,
    fit_head,
    logistic,
)
from headstart.head import out_of_core as far_room


def drawn(columns: int, count: int = 40):
    """One row of a class beside the other, in the first column of so many."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 2
    rows = torch.randn(count, columns, generator=generator)
    rows[:, 0] += 3 * labels
    return rows, labels


@pytest.mark.parametrize("columns", [1, 4, 30, 200])
def test_it_is_the_better_of_two(columns) -> None:
    sample = Sample(*drawn(columns), classes(2))
    fits = {name: HEADS[name](sample) for name in ("logistic", "ridge")}
    best = min(fits, key=lambda name: fits[name].loss)
    found = fit_head(sample)
    assert found.head_config.head == best and torch.equal(found.weight, fits[best].weight)


def test_either_can_be_the_better_one() -> None:
    """Few rows of many columns suit ridge; values far out, which squares mind, do not."""
    found = [fit_head(Sample(*drawn(200), classes(2))).head_config.head]
    rows, labels = drawn(1, 200)
    rows[labels == 1] = rows[labels == 1].exp() * 3
    found.append(fit_head(Sample(rows, labels, classes(2))).head_config.head)
    assert set(found) == {"logistic", "ridge"}


@pytest.mark.parametrize("name", HEADS)
def test_a_name_is_taken_at_its_word(name) -> None:
    sample = Sample(*drawn(4), classes(2))
    found, asked = fit_head(sample, name), HEADS[name](sample)
    assert found.head_config == asked.head_config and found.head_config.head == name
    np.testing.assert_array_equal(found.answers, asked.answers)


def test_many_rows_get_the_default_alone(monkeypatch, tmp_path) -> None:
    rows, labels = drawn(200)
    monkeypatch.setattr(choice, "LARGE", 100)
    assert fit_head(Sample(rows, labels, classes(2))).head_config.head == "logistic"
    monkeypatch.setattr(choice, "LARGE", 10**9)
    monkeypatch.setattr(far_room, "SOME", 20)
    out_of_core = DiskTable([rows], tmp_path)
    assert fit_head(Sample(out_of_core, labels, classes(2))).head_config.head == "logistic"


def test_the_same_prior_weighs_more_beside_fewer_rows() -> None:
    assert HeadConfig("logistic", 0.1).for_part(0.5) == HeadConfig("logistic", 0.2)
    assert HeadConfig("ridge", 0.1).for_part(0.5) == HeadConfig("ridge", 0.1)


@pytest.mark.parametrize(("numbers", "heads"), [(160, 2), (159, 1)])
def test_rows_are_many_above_a_number_of_numbers(monkeypatch, numbers, heads) -> None:
    """A table of 40 x 4."""
    tried: list[str] = []

    def told(name):
        return lambda sample: tried.append(name) or HEADS[name](sample)

    monkeypatch.setattr(choice, "LARGE", numbers)
    monkeypatch.setattr(choice, "HEADS", {name: told(name) for name in HEADS})
    fit_head(Sample(*drawn(4), classes(2)))
    assert tried == ["logistic", "ridge"][:heads]


@pytest.mark.parametrize(("rows", "groups", "folds"), [(999, 0, 5), (1000, 0, 2), (1000, 9, 5)])
def test_penalties_are_told_apart_by_two_of_five_folds_where_rows_are_many(
    monkeypatch, rows: int, groups: int, folds: int
) -> None:
    asked: list[int] = []
    solved = logistic._tried

    def tried(problem, some, *rest):
        asked.append(len(some))
        return solved(problem, some, *rest)

    monkeypatch.setattr(logistic, "_tried", tried)
    table, labels = drawn(2, rows)
    named = [f"g{i % groups}" for i in range(rows)] if groups else ()
    HEADS["logistic"](Sample(table, labels, classes(2), named))
    assert asked[0] == folds and len(logistic.folds_of(labels.numpy(), named, 0)) == 5


def test_tables_of_over_five_million_numbers_are_worked_on_in_single_precision(
    monkeypatch,
) -> None:
    kinds: list[np.dtype] = []
    turned = logistic._basis
    monkeypatch.setattr(logistic, "_basis", lambda rows: kinds.append(rows.dtype) or turned(rows))
    sample = Sample(*drawn(4), classes(2))
    for large in (160, 159):
        monkeypatch.setattr(logistic, "LARGE", large)
        HEADS["logistic"](sample)
    assert kinds == [np.float64, np.float32]


def test_rows_stay_on_disk_where_there_are_many_of_many_numbers() -> None:
    assert far_room.stays_far(8193, 611) and not far_room.stays_far(8192, 700)
    assert not far_room.stays_far(8193, 610) and not far_room.stays_far(9000, 9000)
    assert logistic.LARGE == far_room.NUMBERS == 5_000_000
