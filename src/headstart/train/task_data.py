"""What every arm learns from: the same rows, the same labels, the same division of them."""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from headstart.backbone import Backbone, Stages, Writer, seen_as
from headstart.data import Partition, Seal, cluster_names
from headstart.events import Tell, quiet
from headstart.features import Items, Prefix, Shared, Varied, extract, key_in
from headstart.head import (
    HEADS,
    DiskTable,
    HeadConfig,
    Labels,
    LinearFit,
    Read,
    Sample,
    fit_head,
    gathered,
)
from headstart.modality import Augmentation, Modality, Variation, seen_on
from headstart.task import Task
from headstart.train.devices import CPU, lent, processor
from headstart.train.loop import Feed
from headstart.train.recipe import Recipe
from headstart.train.teacher import Lesson


class Truths:
    """Labels of all rows behind a seal."""

    def __init__(self, labels: Labels, seal: Seal) -> None:
        self._labels, self._seal = labels, seal

    @property
    def closed(self) -> Labels:
        """Labels without those of closed rows: -1 or NaN stands there."""
        found = self._labels.clone()
        found[sorted(self._seal.rows)] = math.nan if found.is_floating_point() else -1
        return found

    def open(self) -> None:
        """Open the test rows, for the examination. Raises `SealedError` the second time."""
        self._seal.open()

    def of(self, rows: Sequence[int]) -> Labels:
        """Labels of these rows. Raises `SealedError` for closed ones."""
        self._seal.need_open(rows)
        return self._labels[list(rows)]


@dataclass(frozen=True, eq=False)
class TaskData:
    """Items, their labels, and which of them train, choose and test."""

    items: Items
    labels: Labels
    groups: tuple[str, ...]
    """One an item, or empty."""
    partition: Partition
    task: Task
    cache: Path
    """Where tables of features are kept."""
    head: str = ""
    """How heads are fitted: a name in `headstart.head.HEADS`, or empty for the best: `fit_head`."""
    profiled: bool = False
    """Whether the pass over a pretrained backbone keeps what every stage gives."""
    alike: tuple[tuple[int, ...], ...] = ()
    """Near duplicates: rows that say what one of them says."""
    truths: Truths | None = None
    """Labels of all rows, where those of test rows are sealed; `labels` has none of those then."""
    lesson: Lesson | None = None
    """Whose answers are learned beside the labels, where nothing is frozen."""
    shared: Shared | None = None
    """Where rows may lie that other machines made."""

    @property
    def pool(self) -> tuple[int, ...]:
        """The rows that choices may look at: train, then val."""
        return self.partition.train + self.partition.val

    def labels_of(self, rows: Sequence[int]) -> Labels:
        """Labels of these rows, in this order. Raises `SealedError` for closed ones."""
        return self.truths.of(rows) if self.truths else self.labels[list(rows)]

    def groups_of(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Groups of these rows, in this order; empty where there are none.

        A row that belongs to none is one of its own.
        """
        return tuple(self.groups[row] or f"#{row}" for row in rows) if self.groups else ()

    def clusters_of(self, rows: Sequence[int]) -> tuple[str, ...]:
        """What these rows share with others, for intervals: see `cluster_names`."""
        return cluster_names(rows, self.groups, self.alike)

    def gathered(self, read: Read, count: int) -> Float[Tensor, "m d"] | DiskTable:
        """So many rows for a head: in memory, or too many for that, on disk beside the cache."""
        return gathered(read, count, self.cache)

    def fit_head(
        self,
        table: Float[Tensor, "m d"] | DiskTable,
        rows: Sequence[int],
        seed: int = 0,
        head_config: HeadConfig | None = None,
    ) -> LinearFit:
        """Fit a head to what was made of these rows of the data; the best, or in a given way."""
        labels, groups = self.labels_of(rows), self.groups_of(rows)
        sample = Sample(table, labels, self.task, groups, seed)
        return (
            HEADS[head_config.head](sample, head_config.penalty)
            if head_config
            else fit_head(sample, self.head)
        )

    def fit_again(
        self, table: Float[Tensor, "m d"] | DiskTable, rows: Sequence[int], head_config: HeadConfig
    ) -> LinearFit:
        """The head for these rows under the prior that the one for all of the pool had: `way`."""
        return self.fit_head(
            table, rows, head_config=head_config.for_part(len(rows) / len(self.pool))
        )

    def rows_feed(
        self,
        rows: Sequence[int],
        backbone: Backbone,
        at: int,
        tell: Tell = quiet,
        *,
        half: bool = False,
    ) -> Feed:
        """Feed what the frozen prefix made of these rows, one view each, whatever the key.

        The prefix runs over all rows of the data at once, so that the batches they ride in do
        not depend on who asks first.
        """
        every = self.pool + self.partition.test
        place = {row: position for position, row in enumerate(every)}
        wanted = [place[row] for row in rows]
        profiled = self.profiled and profiles(backbone, at)
        prefix = frozen_prefix(backbone, at, profiled=profiled, half=half)
        features = extract(
            self.items, every, prefix, cache=self.cache, shared=self.shared, tell=tell
        )

        def feed(positions: Sequence[int], keys: Sequence[int]) -> Tensor:
            asked = [wanted[p] for p in positions]
            return features.last(backbone.width, asked) if profiled else features.take(asked)

        return feed

    def views_feed(
        self,
        rows: Sequence[int],
        backbone: Backbone,
        at: int,
        recipe: Recipe,
        tell: Tell = quiet,
        *,
        half: bool = False,
    ) -> Feed:
        """Feed what the frozen prefix made of a few views of each row, one of them by the key."""
        views = recipe.views or Augmentation()
        varied = Varied(self.items, views.kept, recipe.seed)
        drawn = [row * views.kept + view for row in rows for view in range(views.kept)]
        prefix = Prefix(backbone.modality, backbone.stages[:at], backbone.digest(at), views, half)
        features = extract(varied, drawn, prefix, cache=self.cache, tell=tell)

        def feed(positions: Sequence[int], keys: Sequence[int]) -> Tensor:
            pairs = zip(positions, keys, strict=True)
            return features.take([p * views.kept + key % views.kept for p, key in pairs])

        return feed

    def anew_feed(
        self, rows: Sequence[int], backbone: Backbone, at: int, views: Variation | None
    ) -> Feed:
        """Feed what the frozen prefix makes of these rows, each time again."""
        device, whole = processor(), self.items_feed(rows, backbone.modality, views)
        prefix = backbone.stages[:at] if device == CPU else copy.deepcopy(backbone.stages[:at])
        prefix.to(device)

        def feed(positions: Sequence[int], keys: Sequence[int]) -> Tensor:
            with torch.no_grad():
                made: Tensor = prefix(whole(positions, keys).to(device))
            return made

        return feed

    def items_feed(self, rows: Sequence[int], modality: Modality, views: Variation | None) -> Feed:
        """Feed these items to a network of which nothing is frozen, each view from its key."""
        return fed(self.items, rows, modality, views)


def profiles(backbone: Backbone, at: int) -> bool:
    """Whether one pass can keep what every stage gives, and earlier stages may know more."""
    return at == backbone.depth > 1 and backbone.origin.pretrained


def frozen_prefix(backbone: Backbone, at: int, *, profiled: bool, half: bool = False) -> Prefix:
    """What is left of a cut, as rows are made with it; `profiled` keeps what every stage gives."""
    whole, cut = (seen_as(backbone, Stages), 1) if profiled else (backbone, at)
    return Prefix(backbone.modality, whole.stages[:cut], whole.digest(cut), half=half)


def fed(items: Items, rows: Sequence[int], modality: Modality, views: Variation | None) -> Feed:
    """Feed items as they are; with views, a new one of each whenever the key is new.

    What is fed lies where networks learn; it is varied there, too.
    """

    def feed(positions: Sequence[int], keys: Sequence[int]) -> Any:
        taken = items.take([rows[p] for p in positions])
        return seen_on(processor(), modality, taken, keys, views if keys else None)

    return feed


def varied(
    items: Items, rows: Sequence[int], modality: Modality, views: Variation, seed: int
) -> Feed:
    """Feed `views.kept` views of each item, one after another, that stay the same in every epoch.

    What draws a view follows from what it is a view of, so that two networks can be shown the same.
    """
    kept = Varied(items, views.kept, seed)
    drawn = [row * views.kept + view for row in rows for view in range(views.kept)]
    names = kept.digests

    def feed(positions: Sequence[int], keys: Sequence[int]) -> Any:
        asked = [drawn[p] for p in positions]
        own = [key_in(names[row]) for row in asked]
        return seen_on(processor(), modality, kept.take(asked), own, views)

    return feed


def takes(stages: nn.Module, modality: Modality) -> bool:
    """Whether a network takes items of this modality: some are built for one size."""
    try:
        scores_of(stages, lambda *_: modality.batch([modality.blank()]), 1)
    except (AssertionError, RuntimeError, ValueError):
        return False
    return True


@torch.inference_mode()
def scores_of(network: nn.Module, feed: Feed, n: int, batch: int = 64) -> Float[Tensor, "n ..."]:
    """Scores of positions 0 to n-1, as they are, in inference mode, on the CPU.

    What writes does so there, too: its searches go to and fro between tokens and numbers.
    """
    network.eval()
    parts = [range(start, min(start + batch, n)) for start in range(0, n, batch)]
    writes = any(isinstance(part, Writer) for part in network.children())
    with lent(network, CPU if writes else processor()) as device:
        found = [network(feed(part, ()).to(device)).cpu() for part in parts]
    if len({scores.shape[1:] for scores in found}) > 1:  # moments, of which there are 0 behind
        return pad_sequence([row for scores in found for row in scores], batch_first=True)
    return torch.cat(found)
