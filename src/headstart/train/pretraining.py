"""Pre-training: the same road with nothing frozen and fresh weights.

Three goals lead over it: the classes of one or more labeled sets, what a teacher says of the same
things, and, for recurrent networks, the next token.
"""

import copy
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart.backbone import Architecture, Backbone, Origin, Words, build, is_recurrent
from headstart.data import Partition
from headstart.events import Tell, quiet
from headstart.features import Items
from headstart.head import Labels, linear
from headstart.modality import Augmentation, Image, Modality, Text, Variation
from headstart.train.checkpoint import Progress
from headstart.train.decisions import decided_once, discard_damaged
from headstart.train.devices import processor
from headstart.train.goals import Language, NextToken, Several, Telling
from headstart.train.loop import Feed, Steps, Wanted, smaller
from headstart.train.precision import TRIED, quicker_in_half
from headstart.train.recipe import EVEN, Recipe, Regularization
from headstart.train.task_data import fed, takes, varied
from headstart.train.teacher import MEASURED, Teacher, rows_of, units_of_rows
from headstart.train.trainer import TrainingData, tune

PRETRAINING = Recipe(
    epochs=30,
    batch=128,
    rate=2e-3,
    pace=replace(EVEN, warmup=0.05),
    restraint=Regularization(weight_decay=0.05, smoothing=0.1),
    patience=1000,
    averaging=0.998,
    views=Augmentation(crop=(0.35, 1.0), flip=True, color=0.3, growing=0.5),
)
"""AdamW with label smoothing, random crops and averaged weights, small pictures first; no early
stop: the schedule needs its end."""
LANGUAGE = replace(
    PRETRAINING, epochs=6, batch=64, restraint=Regularization(weight_decay=0.02), views=None
)
"""Of recurrent networks: texts have no views."""
GROWN = 64
"""Pixels a side from which pictures grow."""


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A new backbone and the curve that led to it."""

    backbone: Backbone
    progress: Progress


@dataclass(frozen=True, eq=False)
class Material:
    """What there is to learn from, and where tables of a teacher's rows are kept."""

    items: Items
    partition: Partition
    modality: Modality
    cache: Path
    labels: Labels
    ends: tuple[int, ...] = ()
    """Where the classes of each labeled set end; empty where labels mean nothing."""
    teacher: Teacher | None = None

    def feed(self, rows: Sequence[int], views: Variation | None = None) -> Feed:
        """Feed these items as they are, or a new view of each whenever the key is new."""
        return fed(self.items, rows, self.modality, views)


Watch = Callable[[nn.Sequential], None]
"""Shows how stages do on something else while they learn."""
PAUSE_S = 30.0
"""Seconds after which progress is told in the middle of an epoch."""
WATCH_S = 120.0
"""Seconds from one look at how stages do on something else to the next."""


def pretrain(
    material: Material,
    architecture: Architecture,
    recipe: Recipe = PRETRAINING,
    *,
    origin: Origin,
    work: Path,
    tell: Tell = quiet,
    watch: Watch | None = None,
) -> Pretrained:
    """Train every stage from fresh weights. `work` keeps it resumable."""
    discard_damaged(work, tell)
    stages = build(architecture, recipe.seed).requires_grad_(True)
    modality = material.modality
    with torch.inference_mode():
        width = int(stages(modality.batch([modality.blank()] * 2)).shape[-1])
    stages.eval()
    rows = float(len(material.partition.train))
    recipe, half = fitting(stages, modality, recipe, work, rows)
    if is_recurrent(architecture):
        settings, suffix, head = _language(material, stages, width, tell)
    elif material.teacher is not None:
        settings, suffix, head = _taught(material, stages, width, material.teacher, recipe, tell)
    else:
        settings, suffix, head = _labeled(material, stages, width, recipe)
    settings = replace(settings, made=replace(settings.made, half=half, pause_s=PAUSE_S))
    seen = None if watch is None else _now_and_then(watch)
    tuned = tune(settings, suffix, head, recipe, work, tell, watch=seen)
    trained = _stages(nn.Sequential(tuned.suffix, tuned.head)).requires_grad_(False).eval()
    backbone = Backbone(architecture, trained, width, modality, origin)
    return Pretrained(backbone, tuned.progress)


def _now_and_then(watch: Watch) -> Watch:
    """At the first chance, and then whenever some minutes have passed."""
    last = -math.inf

    def seen(network: nn.Sequential) -> None:
        nonlocal last
        if time.monotonic() - last >= WATCH_S:
            watch(_stages(network))
            last = time.monotonic()

    return seen


def fitting(
    stages: nn.Sequential,
    modality: Modality,
    recipe: Recipe,
    work: Path,
    rows: float = math.inf,
) -> tuple[Recipe, bool]:
    """The recipe as this network can have it, and whether to compute in bfloat16.

    Pictures grow where they have 64 pixels a side or more and the network takes smaller ones;
    bfloat16 is taken where a step was measured to be quicker. What was decided stays in `work`:
    speeds vary, and a run that goes on must not.
    """

    def decide() -> dict[str, bool]:
        half = _quicker(stages, modality, recipe.epochs * rows / TRIED)
        return {"grows": _grows(stages, modality), "half": half}

    decided = decided_once(work / "fitting.json", decide)
    if isinstance(recipe.views, Augmentation) and not decided["grows"]:
        recipe = replace(recipe, views=replace(recipe.views, growing=0.0))
    return recipe, bool(decided["half"])


def _grows(stages: nn.Sequential, modality: Modality) -> bool:
    if not isinstance(modality, Image) or modality.size_px < GROWN:
        return False
    return takes(stages, replace(modality, size_px=smaller(modality.size_px)))


def _quicker(stages: nn.Sequential, modality: Modality, steps: float) -> bool:
    """Whether bfloat16 is; of things of all sizes it is not asked."""
    if modality.varies:
        return False
    device = processor()
    trial = copy.deepcopy(stages).requires_grad_(True).train().to(device)
    batch = modality.batch([modality.blank()] * TRIED).to(device)
    return quicker_in_half(lambda: trial(batch).float().square().mean(), steps, device)


def _stages(network: nn.Sequential) -> nn.Sequential:
    """The row of stages in a network and the head that it is trained with."""
    suffix, head = network.children()
    first = next(suffix.children())
    if not isinstance(first, Telling) or not isinstance(head, NextToken):
        return nn.Sequential(OrderedDict(suffix.named_children()))
    return nn.Sequential(OrderedDict([*first.stages.named_children(), ("pooled", head.pooled)]))


Lines = tuple[TrainingData, nn.Sequential, nn.Module]
"""What is taught, and to whom."""


def _labeled(material: Material, stages: nn.Sequential, width: int, recipe: Recipe) -> Lines:
    train, val = material.partition.train, material.partition.val
    settings = TrainingData(
        material.feed(train, recipe.views),
        material.labels[list(train)],
        material.feed(val),
        material.labels[list(val)],
        Several(material.ends),
    )
    return settings, stages, linear(width, material.ends[-1])


def _taught(
    material: Material,
    stages: nn.Sequential,
    width: int,
    teacher: Teacher,
    recipe: Recipe,
    tell: Tell,
) -> Lines:
    """Each thing in a few fixed views, which student and teacher see alike."""
    train, val = material.partition.train, material.partition.val
    views = recipe.views
    rows = rows_of(teacher, train, views, recipe.seed, material.cache, tell)
    plain = rows_of(teacher, val, None, recipe.seed, material.cache, tell)
    goal = units_of_rows(rows, teacher)
    feed = material.feed(train)
    if views:
        feed = varied(material.items, train, material.modality, views, recipe.seed)
    settings = TrainingData(
        feed,
        rows,
        material.feed(val),
        plain[range(len(plain))],
        goal,
    )
    head = nn.Linear(width, len(goal.center))
    return settings, stages, _drawn(head, recipe.seed)


def _language(material: Material, stages: nn.Sequential, width: int, tell: Tell) -> Lines:
    train, val = material.partition.train, material.partition.val
    wanted: Wanted = torch.zeros(len(train))
    plain, goal = torch.zeros(len(val)), None
    if material.teacher is not None:
        rows = rows_of(material.teacher, train, None, 0, material.cache, tell)
        held = rows_of(material.teacher, val, None, 0, material.cache, tell)
        wanted, plain, goal = rows, held[range(len(held))], units_of_rows(rows, material.teacher)
    words = stages[0]
    if not isinstance(words, Words):
        raise TypeError("a recurrent network begins with its words")
    if material.teacher is not None and isinstance(material.modality, Text):
        _begin(words, material.modality, material.teacher.backbone)
    head = NextToken(words, width, len(goal.center) if goal else 0)
    lengths = tuple(map(len, material.items.take(train)))
    settings = TrainingData(
        material.feed(train), wanted, material.feed(val), plain, Language(goal),
        Steps(lengths),
    )  # fmt: skip
    told = nn.Sequential(OrderedDict(telling=Telling(stages[:-1])))
    return settings, told, _drawn(head, 0)


@torch.no_grad()
def _begin(words: Words, modality: Text, teacher: Backbone) -> None:
    """Let each token stand for what the teacher says of it alone, in its widest directions."""
    own, rows = teacher.modality, list[Tensor]()
    if not isinstance(own, Text):
        raise TypeError("a teacher of texts reads texts")
    codes = [own.codes(modality.spelled([code]) or " ") for code in range(len(words.weight))]
    for begin in range(0, len(codes), MEASURED):
        part = [torch.tensor(some, dtype=torch.int32) for some in codes[begin : begin + MEASURED]]
        rows.append(teacher.stages(own.batch(part)).float())
    said = torch.cat(rows)
    said = said - said.mean(dim=0)
    ways = torch.linalg.svd(said, full_matrices=False).Vh[: words.weight.shape[1]]  # (e, d)
    told = said @ ways.T
    words.weight[:, : told.shape[1]] = told * (words.weight.std() / told.std().clamp_min(1e-6))


def _drawn(head: nn.Module, seed: int) -> nn.Module:
    """With weights that follow from the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for part in head.modules():
            if isinstance(part, nn.Linear):
                part.reset_parameters()
    return head
