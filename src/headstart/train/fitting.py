"""The one road from examples and a backbone to something that predicts."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import (
    Backbone,
    Digests,
    Writer,
    digests_of,
    moved,
    need_writer,
    seen_as,
    tensors_of,
)
from headstart.errors import UsageError
from headstart.events import Tell, detail, quiet
from headstart.head import BoxHead, FrameHead, HeadConfig
from headstart.task import Task
from headstart.train.cache_policy import KEPT, Keeping
from headstart.train.checkpoint import Progress
from headstart.train.contrast import contrasted
from headstart.train.head_init import head_of, probe_head, writer_of
from headstart.train.ready import readied, source_of
from headstart.train.recipe import Recipe
from headstart.train.stillness import settled, stayed
from headstart.train.strategy import Contrast, Probe, Scratch, Strategy
from headstart.train.task_data import TaskData, scores_of
from headstart.train.trainable import closed, learned_in
from headstart.train.trainer import TrainingData, blended, halves, tune
from headstart.train.training_data import rows_at


@dataclass(frozen=True)
class Chosen:
    """What was chosen on the way, and by what."""

    rates: tuple[tuple[float, float], ...] = ()
    """Rates that were tried, each with its validation loss."""
    head_config: HeadConfig | None = None
    """Of the head, where only the head was fitted."""
    keeping: Keeping = KEPT
    """How rows at the cut came about."""


CHOSEN = Chosen()


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network that was fitted to data, and how that went."""

    backbone: Backbone
    """What it started from; for scratch, with fresh weights."""
    prefix: nn.Sequential
    """Frozen stages."""
    suffix: nn.Sequential
    """Trained stages; empty for a probe."""
    head: nn.Module
    held: Float[Tensor, "m scores"]
    """Answers to rows by a network that was not fitted to them."""
    held_rows: tuple[int, ...]
    """Those rows: for a probe all that may be fitted to, out of fold; else the validation rows."""
    progress: Progress = Progress()
    recipe: Recipe | None = None
    """With the rate that the search chose; None where only the head was fitted."""
    still: Digests = field(default_factory=dict)
    """Of trained stages and the half that writes: tensors that were to stay as they were loaded,
    as they are to be in what is written; an empty digest where one did not stay so."""
    learned: tuple[int, ...] = ()
    """How many numbers learned in each trained stage, and in the head."""
    chosen: Chosen = CHOSEN

    @property
    def at(self) -> int:
        """The cut: stages left of it are frozen."""
        return len(self.prefix)

    def joined(self) -> Backbone:
        """The whole network again, with the weights that training left, ready to predict."""
        names = [name for name, _ in self.backbone.stages.named_children()]
        parts = zip(names, (*self.prefix, *self.suffix), strict=True)
        stages = nn.Sequential(OrderedDict(parts)).requires_grad_(False)
        writer = self.head if isinstance(self.head, Writer) else None
        return replace(self.backbone, stages=stages.eval(), writer=writer)

    @property
    def expected(self) -> Digests:
        """Frozen tensors (parameters and buffers) as they were loaded, by name: so they are to be
        in what is written.
        """  # noqa: D205 - one sentence
        left = {name for name, _ in self.prefix.named_children()}
        loaded = self.backbone.loaded.items()
        return {**{n: d for n, d in loaded if n.split(".")[0] in left}, **self.still}

    @property
    def frozen(self) -> tuple[int, int]:
        """How many tensors are frozen, and how many of them are others in memory now."""
        joined = self.joined()
        found = digests_of(tensors_of(joined.stages, joined.writer))
        return len(self.expected), len(moved(self.expected, found))


def fit(
    task_data: TaskData,
    backbone: Backbone,
    strategy: Strategy,
    recipe: Recipe = Recipe(),
    *,
    work: Path,
    tell: Tell = quiet,
) -> Fitted:
    """Cut, extract, learn, join. `work` keeps what a killed run goes on from."""
    source = source_of(task_data, backbone, strategy, recipe.seed)
    if task_data.task.coded_rows:
        return _taught(task_data, source, strategy, recipe, work, tell)
    if isinstance(strategy, Contrast):
        return _contrasted(task_data, source, recipe, tell)
    if isinstance(strategy, Probe):
        return _probed(task_data, source, tell)
    return _taught(task_data, source, strategy, recipe, work, tell)


def predict(task_data: TaskData, fitted: Fitted, rows: Sequence[int], tell: Tell = quiet) -> Tensor:
    """Answers to these rows, shape (m, scores), from kept features where there are some."""
    feed = rows_at(task_data, fitted.backbone, fitted.at, rows, tell, keeping=fitted.chosen.keeping)
    scores = scores_of(nn.Sequential(fitted.suffix, fitted.head), feed, len(rows))
    return task_data.task.answers(scores)


@torch.inference_mode()
def as_it_is(task_data: TaskData, backbone: Backbone, tell: Tell = quiet) -> Fitted:
    """A network that writes, before it learned anything here."""
    source = seen_as(backbone, task_data.task.view)
    prefix, suffix = source.cut(source.depth)
    head = writer_of(task_data, need_writer(source.name, source.writer), tell).requires_grad_(False)
    val = task_data.partition.val
    feed = rows_at(task_data, source, source.depth, val, tell)
    held = task_data.task.answers(scores_of(nn.Sequential(suffix, head), feed, len(val)))
    return Fitted(source, prefix, suffix, head, held, val)


def _probed(task_data: TaskData, source: Backbone, tell: Tell) -> Fitted:
    """Everything frozen, and a head on top."""
    probe = probe_head(task_data, source, task_data.pool, tell=tell)
    held = torch.as_tensor(probe.answers).float()
    head, chosen = head_of(source, task_data, probe), Chosen((), probe.head_config)
    frozen, learned = source.cut(source.depth), (learned_in(head),)
    return Fitted(source, *frozen, head, held, task_data.pool, learned=learned, chosen=chosen)


def _contrasted(task_data: TaskData, source: Backbone, recipe: Recipe, tell: Tell) -> Fitted:
    """Every stage trained by pairs, then a head fitted to what it makes of the training rows."""
    if not task_data.task.single_label:
        raise UsageError(
            "U155",
            f"contrast needs rows of one class and of others, this task is {task_data.task.kind}",
            "--strategy full",
        )
    train, val = task_data.partition.train, task_data.partition.val
    suffix = contrasted(task_data, source, recipe, tell)
    modality = source.modality
    table = scores_of(suffix, task_data.items_feed(train, modality, None), len(train))
    probe = task_data.fit_head(table, train)
    head = head_of(source, task_data, probe)
    scores = scores_of(
        nn.Sequential(suffix, head), task_data.items_feed(val, modality, None), len(val)
    )
    learned = tuple(map(learned_in, (*suffix, head)))
    held, chosen = task_data.task.answers(scores), Chosen((), probe.head_config)
    prefix = source.cut(0)[0]
    return Fitted(
        source, prefix, suffix, head, held, val, learned=learned, chosen=chosen
    )  # fmt: skip


def _taught(
    task_data: TaskData,
    source: Backbone,
    strategy: Strategy,
    recipe: Recipe,
    work: Path,
    tell: Tell,
) -> Fitted:
    """The prefix frozen, the suffix and a head trained, and what validation rows prefer kept."""
    ready = readied(task_data, source, strategy, recipe, work, tell)
    source, training_data, start = ready.source, ready.training_data, ready.start
    plan, rates = ready.searched(work, tell)
    detail(tell, f"{strategy}: {_rate_told(plan, len(rates), ready.plan.epochs)}")
    suffix, head = ready.suffix, ready.head
    tuned = tune(training_data, suffix, head, plan, work, tell)
    network = nn.Sequential(tuned.suffix, tuned.head)
    networks = start, nn.Sequential(suffix, head), network
    still = stayed(source.loaded, *networks, still=plan.restraint.still)
    learned = tuple(map(learned_in, (*tuned.suffix, tuned.head)))
    closed(network)
    if not isinstance(strategy, Scratch) and not isinstance(head, FrameHead | BoxHead):
        network, share = blended(training_data, start, network)
        if share < 1:
            detail(
                tell, f"{strategy}: kept {share:.0%} of the change, which validation rows prefer"
            )
    held, val = _held(training_data, network, task_data.task), task_data.partition.val
    still, chosen = settled(still, network), Chosen(rates, None, ready.keeping)
    return Fitted(
        source,
        ready.prefix,
        *halves(network),
        held,
        val,
        tuned.progress,
        plan,
        still,
        learned,
        chosen,
    )


def _held(training_data: TrainingData, network: nn.Sequential, task: Task) -> Tensor:
    """Answers to validation rows, once the head has chosen what it chooses by these."""
    known = training_data.val_feed, len(training_data.val_labels)
    scores = scores_of(network, *known)
    if task.locates:  # thresholds are among the scores
        task.settle(halves(network)[1], scores, training_data.val_labels)
        scores = scores_of(network, *known)
    return task.answers(scores)


def _rate_told(plan: Recipe, tried: int, epochs: int) -> str:
    """The rate, why it is that, and where there are fewer epochs than there were to be."""
    why = f"had the lowest validation loss of {tried}" if tried else "as asked"
    cut = f"; {plan.epochs} epochs, not {epochs}, for the budget" if plan.epochs < epochs else ""
    return f"rate {plan.rate:g} {why}{cut}"
