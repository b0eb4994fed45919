"""The language of the target is learned before its labels are."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from stand_ins import InMemory as HeldItems

from headstart.backbone import Architecture, Backbone, Origin, build
from headstart.data import InMemory, Partition
from headstart.errors import BackboneError
from headstart.events import Event, quiet
from headstart.modality import Text
from headstart.train import Recipe, TaskData, Ulmfit, fit
from headstart.train.decisions import recalled
from headstart.train.lm_finetuning import adapt
from headstart.train.pricing import LEAST_EPOCHS

SMALL = Architecture("headstart_lstm", (("words", 40), ("channels", (12, 20, 12))))
TEXTS = ["the cat sleeps", "a big red dog runs", "it was a very good film", "they was not bad"]


@pytest.fixture
def recurrent(words: Text) -> Backbone:
    return Backbone(SMALL, build(SMALL, 1), 36, words, Origin("folder", "small"))


@pytest.fixture
def spoken(words: Text, task_data: TaskData) -> TaskData:
    items = tuple(words.read(InMemory(f"{i}", f"{TEXTS[i % 4]} {'cat' if i % 2 else 'dog'}"))
                  for i in range(72))  # fmt: skip
    return replace(task_data, items=HeldItems(items))


def test_next_tokens_are_told_better_and_labels_are_not_read(spoken, recurrent, tmp_path) -> None:
    told = list[Event]()
    blind = replace(spoken, labels=torch.full((72,), -7))
    made = adapt(blind, recurrent, Recipe(), tmp_path, told.append)
    before, after = told[-1].what.split(": ")[1].split(" nats before, ")
    assert float(after.split()[0]) < float(before)
    assert made.digest(made.depth) != recurrent.digest(recurrent.depth)


def test_test_rows_are_not_read(spoken: TaskData, recurrent: Backbone, tmp_path: Path) -> None:
    some = replace(spoken, items=HeldItems(spoken.items.take(range(60))))  # the test rows are gone
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    seen = adapt(some, recurrent, Recipe(), tmp_path / "a", quiet)
    every = adapt(spoken, recurrent, Recipe(), tmp_path / "b", quiet)
    assert seen.digest(seen.depth) == every.digest(every.depth)


def test_little_time_buys_few_epochs(spoken: TaskData, recurrent: Backbone, tmp_path: Path) -> None:
    fitted = fit(spoken, recurrent, Ulmfit(), Recipe(allowance=1e-6), work=tmp_path)
    bought = recalled(tmp_path / "language" / "epochs.json")
    assert fitted.recipe is not None and (bought, fitted.recipe.epochs) == (
        LEAST_EPOCHS,
        LEAST_EPOCHS,
    )


def test_the_way_of_ulmfit_ends_in_a_model(spoken, recurrent, tmp_path) -> None:
    parts = Partition(tuple(range(48)), tuple(range(48, 60)), tuple(range(60, 72)), "by hand")
    recipe = Recipe(epochs=2, batch=16)
    known = replace(spoken, partition=parts)
    fitted = fit(known, recurrent, Ulmfit(), recipe, work=tmp_path)
    assert fitted.at == 0 and fitted.recipe is not None and fitted.recipe.gradual
    assert fitted.recipe.pace.stage_decay == pytest.approx(1 / 2.6)
    assert fitted.joined().stages(known.items.take([0])[0][None].long()).shape == (1, 36)


def test_a_network_that_tells_no_tokens_is_refused(task_data, tiny, tmp_path) -> None:
    with pytest.raises(BackboneError, match="no next token"):
        fit(task_data, tiny, Ulmfit(), work=tmp_path)
