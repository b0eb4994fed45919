"""Without a name the head is the one that loses least on rows it has not seen."""

import numpy as np
import pytest
import torch
from drawn_rows import two_classes
from stand_ins import classes

from headstart.head import (
    HEADS,
    DiskTable,
    Sample,
    choice,
    fit_head,
)
from headstart.head import out_of_core as far_room


@pytest.mark.parametrize("columns", [1, 4, 30, 200])
def test_it_is_the_better_of_two(columns) -> None:
    sample = Sample(*two_classes(columns), classes(2))
    fits = {name: HEADS[name](sample) for name in ("logistic", "ridge")}
    best = min(fits, key=lambda name: fits[name].loss)
    found = fit_head(sample)
    assert found.head_config.head == best and torch.equal(found.weight, fits[best].weight)


def test_either_can_be_the_better_one() -> None:
    """Few rows of many columns suit ridge; values far out, which squares mind, do not."""
    found = [fit_head(Sample(*two_classes(200), classes(2))).head_config.head]
    rows, labels = two_classes(1, 200)
    rows[labels == 1] = rows[labels == 1].exp() * 3
    found.append(fit_head(Sample(rows, labels, classes(2))).head_config.head)
    assert set(found) == {"logistic", "ridge"}


@pytest.mark.parametrize("name", HEADS)
def test_a_name_is_taken_at_its_word(name) -> None:
    sample = Sample(*two_classes(4), classes(2))
    found, asked = fit_head(sample, name), HEADS[name](sample)
    assert found.head_config == asked.head_config and found.head_config.head == name
    np.testing.assert_array_equal(found.answers, asked.answers)


def test_many_rows_get_the_default_alone(monkeypatch, tmp_path) -> None:
    rows, labels = two_classes(200)
    monkeypatch.setattr(choice, "LARGE", 100)
    assert fit_head(Sample(rows, labels, classes(2))).head_config.head == "logistic"
    monkeypatch.setattr(choice, "LARGE", 10**9)
    monkeypatch.setattr(far_room, "SOME", 20)
    out_of_core = DiskTable([rows], tmp_path)
    assert fit_head(Sample(out_of_core, labels, classes(2))).head_config.head == "logistic"


@pytest.mark.parametrize(("numbers", "heads"), [(160, 2), (159, 1)])
def test_rows_are_many_above_a_number_of_numbers(monkeypatch, numbers, heads) -> None:
    """A table of 40 x 4."""
    tried: list[str] = []

    def told(name):
        return lambda sample: tried.append(name) or HEADS[name](sample)

    monkeypatch.setattr(choice, "LARGE", numbers)
    monkeypatch.setattr(choice, "HEADS", {name: told(name) for name in HEADS})
    fit_head(Sample(*two_classes(4), classes(2)))
    assert tried == ["logistic", "ridge"][:heads]
