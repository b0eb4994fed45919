"""What stands ready before a network is trained: all that follows from data, strategy and seed."""

import copy
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from torch import nn

from headstart.backbone import Backbone, Stages, Writer, fresh, learning_stages, seen_as
from headstart.events import Tell, detail, note
from headstart.train.cache_policy import Keeping
from headstart.train.decisions import discard_damaged
from headstart.train.devices import processor, spent_on
from headstart.train.head_init import first_head
from headstart.train.lm_finetuning import adapt
from headstart.train.quantized import is_tight
from headstart.train.rate_search import rated
from headstart.train.rates import paced
from headstart.train.recipe import Recipe
from headstart.train.strategy import LowRank, Probe, Scratch, Strategy, Ulmfit, cut_of
from headstart.train.task_data import TaskData
from headstart.train.trainable import opened
from headstart.train.trainer import TrainingData
from headstart.train.training_data import decided, in_half, training_data_of


@dataclass(frozen=True, eq=False)
class Ready:
    """A network cut where it is, with its first head, and what it is taught."""

    source: Backbone
    prefix: nn.Sequential
    suffix: nn.Sequential
    head: nn.Module
    start: nn.Sequential
    """Suffix and head as they were before anything was opened for learning."""
    keeping: Keeping
    training_data: TrainingData
    plan: Recipe
    rates: tuple[float, ...]
    """Those that are to be tried."""

    def searched(self, work: Path, tell: Tell) -> tuple[Recipe, tuple[tuple[float, float], ...]]:
        """The recipe with a rate and the epochs it may have, and what was tried for it."""
        given = self.training_data, self.suffix, self.head, self.plan, self.rates
        return rated(*given, work, tell)


def readied(
    task_data: TaskData,
    source: Backbone,
    strategy: Strategy,
    recipe: Recipe,
    work: Path,
    tell: Tell,
) -> Ready:
    """Cut, fit the first head, make rows at the cut; choices that hang on speeds stay in `work`."""
    discard_damaged(work, tell)
    if isinstance(strategy, Ulmfit):
        began = spent_on(processor())
        source = adapt(task_data, source, recipe, work, tell)
        recipe = replace(recipe, allowance=recipe.allowance - (spent_on(processor()) - began))
    prefix, suffix = source.cut(cut_of(strategy, source.depth, learning_stages(source)))
    head = first_head(task_data, source, strategy, tell)
    start = copy.deepcopy(nn.Sequential(suffix, head))
    _open(task_data, suffix, head, strategy, recipe.seed, tell)
    keeping = decided(task_data, source, len(prefix), recipe, work, tell)
    training_data = training_data_of(task_data, source, len(prefix), recipe, keeping, tell)
    plan, rates = paced(
        strategy, recipe, suffix, head, rows=len(training_data.labels), kind=source.modality.kind,
        pretrained=source.origin.pretrained, taught=task_data.lesson is not None,
    )  # fmt: skip
    training_data = in_half(training_data, suffix, head, plan, rates, work, tell)
    return Ready(source, prefix, suffix, head, start, keeping, training_data, plan, rates)


def source_of(task_data: TaskData, backbone: Backbone, strategy: Strategy, seed: int) -> Backbone:
    """The backbone that a strategy starts from, seen as the task reads it."""
    match strategy:
        case Scratch():
            backbone = fresh(backbone, seed)
        case Probe(every_stage=True):
            backbone = seen_as(backbone, Stages)
        case _:
            pass
    return seen_as(backbone, task_data.task.view) if task_data.task.coded_rows else backbone


def _open(
    task_data: TaskData,
    suffix: nn.Module,
    head: nn.Module,
    strategy: Strategy,
    seed: int,
    tell: Tell,
) -> None:
    """Say in place what learns; of a head, where it writes."""
    learning = (suffix, head) if isinstance(head, Writer) else (suffix,)
    tight = isinstance(strategy, LowRank) and is_tight(*learning)
    if tight and find_spec("bitsandbytes") is None:
        note(
            tell, "in four bits, weights would need less memory: pip install 'headstart[quantized]'"
        )
        tight = False
    if tight:
        detail(
            tell, "weights under the changes lie in four bits: whole, they would hardly fit here"
        )
    for part in learning:
        opened(part, strategy, seed, len(task_data.partition.train), tight=tight)
