"""No arm may look better on rows that were to be unseen than a fair guess: see `chance`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from stand_ins import InMemory, classes

from headstart.data import Partition
from headstart.evaluate import baselines, constant, nearest, probes, raw, usual_tags
from headstart.evaluate.candidates import Candidate
from headstart.head import HEADS, Sample, fit_head
from headstart.modality import Image
from headstart.task import (
    CTC,
    MultiLabel,
    Regression,
    Seq2Seq,
    Task,
    TokenClassification,
)
from headstart.task.ordinal import Ordinal
from headstart.train import TaskData

DRAWS = 12
GROUPS = {"alone": 0, "one group": 1, "two groups": 2, "six groups": 6}
QUICK = {(24, 1)}
"""Rows and groups of the settings that are tried in every run of the tests."""
settings = pytest.mark.parametrize(
    ("rows", "groups"),
    [
        pytest.param(
            rows, n, id=f"{rows} {name}", marks=() if (rows, n) in QUICK else pytest.mark.slow
        )
        for rows in (12, 24, 48)
        for name, n in GROUPS.items()
    ],
)


@dataclass(frozen=True)
class Read(Image):
    """Rows of numbers in the place of pictures, given as they are or as counts of words."""

    counted: bool = False

    def plain(self, items: Any) -> Any:
        table = np.stack([np.asarray(item, dtype=np.float32) for item in items])
        return csr_array(np.round(np.abs(table))) if self.counted else torch.from_numpy(table)

    def show(self, item: Any) -> tuple[str, bytes]:
        return "text/plain", b"zz"


def task_data_of(task: Task, labels: Any, items: Any, groups: int) -> TaskData:
    """All rows but the last two may be learned from, the last quarter of these to choose by."""
    count = len(labels)
    some = tuple(range(count - 2))
    cut = count * 3 // 4
    named = tuple(f"g{row % groups}" for row in range(count)) if groups else ()
    parts = Partition(some[:cut], some[cut:], (count - 2, count - 1), "by hand")
    return TaskData(
        InMemory(tuple(items)), torch.as_tensor(labels), named, parts, task, Path("nowhere")
    )


def numbers(rng: np.random.Generator, rows: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(size=(rows, 6))).float()


def by_class(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """Two classes, as many rows of each; chance is what even odds lose."""
    labels = np.r_[rng.permutation(np.arange(rows) % 2), 0, 1]
    return task_data_of(classes(2), labels, numbers(rng, rows + 2), groups), np.log(2)


def by_order(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """Three ordered classes, as many rows of each; chance is what even odds lose."""
    labels = np.r_[rng.permutation(np.arange(rows) % 3), 0, 1]
    return task_data_of(Ordinal(("1", "2", "3")), labels, numbers(rng, rows + 2), groups), np.log(3)


def by_tag(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """Two tags, each on every other row."""
    tags = [np.r_[rng.permutation(np.arange(rows) % 2), 0, 1] for _ in "ab"]
    labels = np.stack(tags, axis=1).astype(np.float32)
    return task_data_of(MultiLabel(("a", "b")), labels, numbers(rng, rows + 2), groups), np.log(2)


def by_value(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """Values whose mean and spread are known; chance is their variance."""
    values = rng.permutation(np.linspace(-1, 1, rows))
    labels = np.r_[values, 0, 0][:, None].astype(np.float32)
    task = Regression(0.0, float(values.std()))
    return task_data_of(task, labels, numbers(rng, rows + 2), groups), 1.0


def by_word(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """Six words a row, of a thousand, half of all with each tag; chance is half of them wrong."""
    tags = rng.permutation(np.arange(6 * rows) % 2).reshape(-1, 6)
    items = torch.from_numpy(rng.integers(0, 1000, (rows + 2, 6)))
    labels = np.r_[tags, tags[:2]]
    return task_data_of(TokenClassification(("O", "B-X")), labels, items, groups), 0.5


def by_letter(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """One letter of two; chance is half of them wrong."""
    labels = np.r_[rng.permutation(np.arange(rows) % 2), 0, 1][:, None]
    return task_data_of(CTC(("a", "b")), labels, numbers(rng, rows + 2), groups), 0.5


class Spelled(Seq2Seq):
    """Texts of one letter, without a network."""

    def texts(self, codes: np.ndarray) -> list[str]:
        return ["ab"[int(row[0])] for row in codes]

    def texts_of(self, answers: np.ndarray) -> list[str]:
        return ["abz"[min(2, int(row[1]))] for row in answers]

    def answered(self, texts: list[str]) -> np.ndarray:
        return np.array([[1.0, "abz".index(text[0])] for text in texts])


def by_text(rng: np.random.Generator, rows: int, groups: int) -> tuple[TaskData, float]:
    """The same as texts to write."""
    task_data, chance = by_letter(rng, rows, groups)
    return replace(task_data, task=object.__new__(Spelled)), chance


def heads(name: str) -> Callable[[TaskData], float]:
    def loss(task_data: TaskData) -> float:
        table = torch.stack(task_data.items.take(task_data.pool))
        groups = task_data.groups_of(task_data.pool)
        sample = Sample(table, task_data.labels_of(task_data.pool), task_data.task, groups)
        return (fit_head(sample) if name == "the best" else HEADS[name](sample)).loss

    return loss


def choice(arm: Callable[..., Candidate], *more: Any) -> Callable[[TaskData], float]:
    return lambda task_data: arm(task_data, *more).selection_loss


PLAIN, COUNTED = (Read(8, (0.5,) * 3, (0.5,) * 3, counted=counted) for counted in (False, True))
ARMS = {
    **{f"{name} head": (heads(name), by_class) for name in (*HEADS, "the best")},
    "logistic head of ordered classes": (heads("logistic"), by_order),
    "logistic head of tags": (heads("logistic"), by_tag),
    "ridge head of values": (heads("ridge"), by_value),
    "constant": (choice(constant), by_class),
    "constant ordered class": (choice(constant), by_order),
    "constant tags": (choice(constant), by_tag),
    "constant value": (choice(constant), by_value),
    "constant tag of words": (choice(constant), by_word),
    "constant transcript": (choice(constant), by_letter),
    "constant text": (choice(constant), by_text),
    "usual_tags": (choice(usual_tags), by_word),
    "nearest": (choice(nearest, COUNTED), by_text),
    "repeated": (choice(baselines.repeated, PLAIN), by_text),
    "raw": (choice(raw, PLAIN), by_class),
    "words": (choice(raw, COUNTED), by_class),
    "raw ordered classes": (choice(raw, PLAIN), by_order),
    "words of ordered classes": (choice(raw, COUNTED), by_order),
    "words of tags": (choice(raw, COUNTED), by_tag),
    "words of values": (choice(raw, COUNTED), by_value),
}
ELSEWHERE = {
    "followed": "judged on validation rows by counts of training rows, as networks are",
    "untrained": "the loss of a head, over features of a network",
    "from_fit": "the loss of what was held out of a fit: a head's, or of validation rows",
}


@pytest.mark.journey
@pytest.mark.parametrize("name", ARMS)
@settings
def test_no_arm_does_better_than_chance_where_there_is_nothing_to_learn(name, rows, groups) -> None:
    loss, drawn = ARMS[name]
    rng = np.random.default_rng(rows + groups)
    pairs = [(loss(task_data), chance) for task_data, chance in _many(rng, drawn, rows, groups)]
    gained = np.array([chance - lost for lost, chance in pairs])
    error = gained.std(ddof=1) / DRAWS**0.5
    assert gained.mean() <= 3 * error + 1e-9


def _many(rng, drawn, rows: int, groups: int):
    return (drawn(rng, rows, groups) for _ in range(DRAWS))


def test_every_arm_and_head_is_among_them() -> None:
    found = {
        name
        for room in (baselines, probes)
        for name, one in inspect.getmembers(room, inspect.isfunction)
        if one.__module__ == room.__name__ and not name.startswith("_")
        if inspect.signature(one).return_annotation is Candidate
    }
    judged = {name.split()[0] for name in ARMS}
    assert found <= judged | ELSEWHERE.keys()
    assert {f"{name} head" for name in HEADS} <= ARMS.keys()
