"""Arms that a head reads: raw features, random weights, and fitted networks.

The ladder of evidence goes on from the baselines, cheapest first: a linear head on raw features, a
probe on the same architecture with random weights, a probe on pretrained features, training.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse import issparse
from torch import Tensor

from headstart.backbone import Backbone, fresh
from headstart.evaluate.candidates import Answer, Candidate
from headstart.evaluate.racing import best_rival, race, sampled
from headstart.evaluate.tfidf import words_fit
from headstart.events import Tell, detail, quiet
from headstart.features import Halved
from headstart.head import (
    HeadConfig,
    LinearFit,
    Read,
    blocks_of,
    stays_far,
)
from headstart.modality import Modality
from headstart.stats import Interval, lead
from headstart.train import Fitted, TaskData, predict, takes

CLEAR = 0.05
"""A lead of the pretrained probe, the lower end of its interval, that ends the ladder early."""

Table = Callable[[Sequence[int]], Read]
"""Rows of the data -> what gives the features of some of them, by position, to a linear head."""


def raw(task_data: TaskData, modality: Modality) -> Candidate:
    """A linear head on features that need no network: pixels, word counts, spectra."""
    if issparse(modality.plain(task_data.items.take(task_data.pool[:1]))):
        return words(task_data, modality)

    def plain(rows: Sequence[int]) -> Read:
        def read(positions: Sequence[int]) -> Float[Tensor, "m d"]:
            asked = [rows[p] for p in positions]
            parts = [asked[i : i + 256] for i in range(0, len(asked), 256)]
            found = [torch.as_tensor(modality.plain(task_data.items.take(part))) for part in parts]
            return torch.cat(found)

        return read

    table = _kept(plain)
    fit = _fit(task_data, table, task_data.pool)
    answer, refit = _answer(task_data, table, fit), _refit(task_data, table, fit.head_config)
    name = f"linear on raw {modality.plain_name}"
    return Candidate(name, "linear", "", None, False, answer, fit.loss, refit=refit)


def _kept(table: Table) -> Table:
    """The same, with the last answer at hand: points of a curve are all judged on the same rows."""
    last = dict[tuple[int, ...], Read]()

    def asked(rows: Sequence[int]) -> Read:
        key = tuple(rows)
        if key not in last:
            read = table(rows)
            last.clear()
            few = not stays_far(len(rows), read(range(1)).shape[1])
            last[key] = read(range(len(rows))).__getitem__ if few else read
        return last[key]

    return asked


def words(task_data: TaskData, modality: Modality) -> Candidate:
    """A linear head on weighted counts: the way without a network that texts have."""
    name = f"linear on {modality.plain_name}"

    def refit(rows: Sequence[int]) -> Answer:
        counts, labels = modality.plain(task_data.items.take(rows)), task_data.labels_of(rows)
        fitted, _, _ = words_fit(
            task_data.task, counts, labels, task_data.groups_of(rows), strength
        )
        return lambda asked: fitted(modality.plain(task_data.items.take(asked)))

    counts, labels = (
        modality.plain(task_data.items.take(task_data.pool)),
        task_data.labels_of(task_data.pool),
    )
    fitted, strength, selection_loss = words_fit(
        task_data.task, counts, labels, task_data.groups_of(task_data.pool)
    )

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        return fitted(modality.plain(task_data.items.take(rows)))

    return Candidate(name, "linear", "", None, False, answer, selection_loss, refit=refit)


def from_fit(task_data: TaskData, fitted: Fitted, strategy: str, tell: Tell = quiet) -> Candidate:
    """A fitted network as an arm."""
    labels = task_data.labels_of(fitted.held_rows).numpy()
    selection_loss = float(task_data.task.losses(fitted.held.numpy().astype(float), labels).mean())

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        found: np.ndarray = predict(task_data, fitted, rows, tell).numpy().astype(float)
        return task_data.task.at_words(found, task_data.labels_of(rows).numpy())

    backbone = fitted.backbone
    transfer = backbone.origin.pretrained
    trained = len(fitted.suffix) or task_data.task.coded_rows
    head_config, refit = fitted.chosen.head_config, None
    if not trained and head_config is not None:
        refit = _refit(task_data, _features(task_data, backbone), head_config)
    arm = Candidate(strategy, strategy, backbone.name, fitted.at, transfer, answer, selection_loss)
    return replace(arm, refit=refit, rows=task_data.partition.train if trained else task_data.pool)


def untrained(
    task_data: TaskData,
    backbone: Backbone,
    seed: int,
    pretrained: Float[np.ndarray, "p c"],
    tell: Tell = quiet,
    rivals: Sequence[Candidate] = (),
) -> Candidate:
    """A probe on the same architecture with random weights: what the architecture alone gives.

    Its forward pass would cost as much as the pretrained one. So it is raced on a sample first,
    where that can show that one of the `rivals` is ahead for good; then it is run on items of half
    the size, at about a quarter of that; only where the lead of the pretrained probe (its
    answers to the pool, out of fold) is not clear (see `CLEAR`) is it run at full size, and
    the better of the two on held-out rows is the arm.
    """
    yardstick = fresh(backbone, seed + 1)
    if arm := _raced(task_data, yardstick, rivals, tell):
        return arm
    half = yardstick.modality.half()
    if half is None or not takes(yardstick.stages, half):
        return _untrained(task_data, yardstick, tell)[0]
    smaller = replace(task_data, items=Halved(task_data.items, yardstick.modality))
    coarse, held = _untrained(smaller, replace(yardstick, modality=half), tell)
    ahead = _lead(task_data, pretrained, held)
    if ahead.low > CLEAR:
        text = f"lead of the pretrained probe on held-out rows {ahead.value:+.1%}: clear"
        detail(tell, f"random weights on items of half the size settle it ({text})")
        return replace(coarse, note=f"items of half the size; {text}")
    whole, _ = _untrained(task_data, yardstick, tell)
    return min(whole, coarse, key=lambda candidate: candidate.selection_loss)


def _raced(
    task_data: TaskData, yardstick: Backbone, rivals: Sequence[Candidate], tell: Tell
) -> Candidate | None:
    """The arm as fitted to a sample, where it can't be the rival; else None."""
    sample, rival = sampled(task_data), best_rival(rivals)
    if sample is None or rival is None:
        return None
    asked = replace(task_data, partition=replace(task_data.partition, train=(), val=()))
    arm, _ = _untrained(sample, yardstick, tell, asked)
    found = race(task_data, sample, arm.refit, rival) if arm.refit else None
    if found is None or not found.lost:
        return None
    detail(tell, f"{arm.name}: {found.reason}")
    return replace(arm, refit=None, rows=sample.pool, contender=False, note=found.reason)


def _untrained(
    task_data: TaskData, yardstick: Backbone, tell: Tell, asked: TaskData | None = None
) -> tuple[Candidate, Float[np.ndarray, "p c"]]:
    """The arm, and its out-of-fold answers to the pool; it answers rows of the data `asked`."""
    table = _features(task_data, yardstick, tell)
    fit = _fit(task_data, table, task_data.pool)
    others = asked or task_data
    answer = _answer(others, _features(others, yardstick, tell), fit)
    refit = _refit(task_data, table, fit.head_config)
    name, depth = yardstick.name, yardstick.depth
    arm = Candidate(
        "probe on random weights", "probe", name, depth, False, answer, fit.loss, refit=refit
    )
    return arm, fit.answers


def _features(task_data: TaskData, backbone: Backbone, tell: Tell = quiet) -> Table:
    """What all stages make of rows."""

    def table(rows: Sequence[int]) -> Read:
        feed = task_data.rows_feed(rows, backbone, backbone.depth, tell)
        return lambda positions: feed(positions, ())

    return table


def _fit(task_data: TaskData, table: Table, rows: Sequence[int]) -> LinearFit:
    return task_data.fit_head(task_data.gathered(table(rows), len(rows)), rows)


def _refit(
    task_data: TaskData, table: Table, head_config: HeadConfig
) -> Callable[[Sequence[int]], Answer]:
    def refit(rows: Sequence[int]) -> Answer:
        found = task_data.gathered(table(rows), len(rows))
        return _answer(task_data, table, task_data.fit_again(found, rows, head_config))

    return refit


def _answer(task_data: TaskData, table: Table, fit: LinearFit) -> Answer:
    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        parts = blocks_of(table(rows), len(rows))
        scores = torch.cat([part.float() @ fit.weight.T + fit.bias for part in parts])
        found: np.ndarray = task_data.task.answers(scores).numpy().astype(float)
        return found

    return answer


def _lead(task_data: TaskData, one: np.ndarray, other: np.ndarray) -> Interval:
    labels = task_data.labels_of(task_data.pool).numpy()
    merit = task_data.task.merit
    return lead(merit(one, labels), merit(other, labels), task_data.groups_of(task_data.pool))
