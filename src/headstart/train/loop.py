"""The training loop, whole and plain."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from headstart.backbone import Writer
from headstart.head import Goal
from headstart.train.devices import device_of
from headstart.train.mixing import mixed_by, mixed_loss
from headstart.train.recipe import Recipe
from headstart.train.several import add_up, even_out, own_part
from headstart.train.trainable import set_modes

STEEPEST = 1.0
"""Norm that slopes are cut to where steps follow them as they are: a head with large weights makes
them a hundredfold steeper."""
ALIKE = 40
"""Batches among whose rows those of a length are put together."""
Feed = Callable[[Sequence[int], Sequence[int]], Any]
"""Positions of training rows and one key a row -> the network's input. Equal keys, equal views."""


@runtime_checkable
class Wanted(Protocol):
    """What rows should come to: labels, or what is read from disk when it is needed."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any) -> Tensor: ...


@runtime_checkable
class Moving(Protocol):
    """What rows should come to, where that depends on how they are seen."""

    def seen(self, rows: Sequence[int], keys: Sequence[int]) -> Tensor:
        """Labels of these rows as the feed shows them for the same keys."""
        ...


@dataclass(frozen=True)
class Epoch:
    """One pass over the training rows; `loss` is the mean over rows, in nats."""

    number: int
    loss: float
    share: float = 1.0
    """Of the rows, those it has been over: less than 1 in the middle of a long one."""


@dataclass(frozen=True, eq=False)
class TrainState:
    """What the loop changes in place: network, optimizer, and the average of the weights."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    average: nn.Module | None = None
    start: Mapping[nn.Parameter, Tensor] = field(default_factory=dict)
    """Parameters and what they were when training began, where they are pulled back to it."""


@dataclass(frozen=True)
class Steps:
    """How steps are made of rows."""

    lengths: tuple[int, ...] = ()
    """Of the rows, where they differ: those of a batch are then about as long."""
    classes: tuple[int, ...] = ()
    """Of the rows, where each class is to come up as often as any other."""
    half: bool = False
    """Whether products of matrices are computed in bfloat16; weights stay in single precision."""
    pause_s: float = math.inf
    """Seconds after which the loop yields in the middle of an epoch, too."""


PLAIN = Steps()
"""Of rows as they come, in single precision."""


def learn(
    train_state: TrainState,
    feed: Feed,
    labels: Wanted,
    task: Goal,
    recipe: Recipe,
    *,
    after: int = 0,
    made: Steps = PLAIN,
) -> Iterator[Epoch]:
    """Train in place, where the network lies; whoever iterates decides when to stop.

    Yields after every epoch, and in its middle as often as `made` says.

    Order, views and noise of an epoch follow from (seed, epoch, step) alone, so that going on
    `after` an epoch whose state was kept gives the same weights as never having stopped.
    """
    network, n = train_state.network, len(labels)
    try:
        for number in range(after + 1, recipe.epochs + 1):
            _thaw(network, recipe, number)
            set_modes(network, still=recipe.restraint.still)
            total, count, spoke = torch.zeros((), dtype=torch.float64), 0, time.monotonic()
            for loss, rows in _steps(train_state, feed, labels, task, recipe, made, number):
                total, count = loss.double() * rows + total.to(loss.device), count + rows
                if count < n and time.monotonic() - spoke >= made.pause_s:
                    yield Epoch(number, total.item() / count, count / n)
                    set_modes(network, still=recipe.restraint.still)  # whoever looked changed them
                    spoke = time.monotonic()
            even_out(network)
            yield Epoch(number, total.item() / n)
    finally:
        network.eval()


def _steps(
    train_state: TrainState,
    feed: Feed,
    labels: Wanted,
    task: Goal,
    recipe: Recipe,
    made: Steps,
    number: int,
) -> Iterator[tuple[Tensor, int]]:
    """Take the steps of an epoch, and say the loss of each and how many rows it was of.

    The loss stays on the device: reading it there would wait for the step to end.
    """
    network, optimizer = train_state.network, train_state.optimizer
    device = device_of(network)
    steps = math.ceil(len(labels) / recipe.batch)
    for step, rows in enumerate(batches(len(labels), recipe, number, made)):
        passed = (number - 1) * steps + step
        _set_rates(optimizer, recipe, passed, recipe.epochs * steps)
        own = rows[own_part(len(rows))]
        keys = [key_of(recipe.seed, number, row) for row in own]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(key_of(recipe.seed, number, -1 - step))
            given, wanted = feed(own, keys).to(device), _wanted(labels, own, keys).to(device)
            mixed = mixed_by(seen(given, recipe, number), recipe, number, step)
            with torch.autocast(device.type, torch.bfloat16, enabled=made.half):
                scores = teacher_forced(network, mixed.given, wanted).float()
            loss = mixed_loss(task, scores, wanted, mixed, recipe.restraint.smoothing)
            loss = loss * (len(own) / len(rows)) if len(own) < len(rows) else loss
            optimizer.zero_grad()
            loss.backward()
        loss = add_up(network, loss)
        if recipe.pace.momentum:  # it goes as far as slopes are steep
            nn.utils.clip_grad_norm_(network.parameters(), STEEPEST)
        optimizer.step()
        _pull(train_state, recipe)
        _follow(train_state, recipe, passed)
        yield loss.detach(), len(rows)


def _wanted(labels: Wanted, rows: Sequence[int], keys: Sequence[int]) -> Tensor:
    return labels.seen(rows, keys) if isinstance(labels, Moving) else labels[rows]


def teacher_forced(network: nn.Module, given: Any, labels: Tensor) -> Tensor:
    """What a network says; of a text, each token told those before it."""
    *_, head = network.children()
    if not isinstance(head, Writer):
        plain: Tensor = network(given)
        return plain
    suffix, _ = network.children()
    return head.forced(suffix(given), labels)


def batches(n: int, recipe: Recipe, epoch: int, made: Steps = PLAIN) -> list[list[int]]:
    """Rows in an order that follows from seed and epoch, in batches of nearly equal size.

    No batch is left with a single row, which batch norm could not take. Where lengths differ, rows
    are sorted by them in draws of `ALIKE` batches, so that little is padded. Where classes are to
    come up alike, an epoch has as many rows as ever, those of rare classes more than once.
    """
    rng = np.random.default_rng([recipe.seed, epoch])
    order, count = rng.permutation(n), math.ceil(n / recipe.batch)
    if made.classes:
        order = _evenly(np.asarray(made.classes), rng)
    if not made.lengths:
        return [part.tolist() for part in np.array_split(order, count)]
    known, alike = np.asarray(made.lengths), list[np.ndarray]()
    for draw in np.array_split(order, math.ceil(count / ALIKE)):
        alike.append(draw[np.argsort(known[draw], kind="stable")])
    parts = np.array_split(np.concatenate(alike), count)
    return [parts[place].tolist() for place in rng.permutation(count)]


def _evenly(classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As many rows as there are, each class in nearly equal numbers, drawn without replacement
    until it is used up (oversampling: Buda, Maki and Mazurowski 2018).
    """  # noqa: D205 - one sentence
    named = np.unique(classes)
    share, drawn = -(-len(classes) // len(named)), list[np.ndarray]()
    for name in named:
        own = np.flatnonzero(classes == name)
        again = [rng.permutation(own) for _ in range(-(-share // len(own)))]
        drawn.append(np.concatenate(again)[:share])
    return rng.permutation(np.concatenate(drawn))[: len(classes)]


def seen(batch: Any, recipe: Recipe, epoch: int) -> Any:
    """What a network is given in this epoch: pictures are small while they grow."""
    growing = recipe.views.growing if recipe.views else 0.0
    if epoch > growing * recipe.epochs or batch.ndim != 4:
        return batch
    side = smaller(batch.shape[-1])
    return interpolate(batch, (side, side), mode="bilinear", antialias=True)


def smaller(side: int) -> int:
    """Two thirds of a side, in steps of 16 pixels.

    >>> smaller(96), smaller(224)
    (64, 144)
    """
    return max(16, side * 2 // 3 // 16 * 16)


def key_of(*numbers: int) -> int:
    """One number of 63 bits that follows from all of these."""
    text = ",".join(map(str, numbers)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1


def optimizer_for(suffix: nn.Sequential, head: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """As the recipe's pace says, with a rate for each stage and for the head."""
    parts: list[tuple[nn.Module, float]] = [(head, recipe.rate * recipe.pace.head_ratio)]
    parts += list(zip(reversed(suffix), stage_rates(len(suffix), recipe), strict=True))
    groups, decay = [], recipe.restraint.weight_decay
    for part, rate in parts:
        learned = [p for p in part.parameters() if p.requires_grad]
        matrices = [p for p in learned if p.ndim > 1]
        vectors = [p for p in learned if p.ndim <= 1]
        groups += [{"params": matrices, "peak": rate, "weight_decay": decay}]
        groups += [{"params": vectors, "peak": rate, "weight_decay": 0.0}]
    kept = [group for group in groups if group["params"]]
    if recipe.pace.momentum:
        return torch.optim.SGD(kept, lr=recipe.rate, momentum=recipe.pace.momentum, fused=True)
    return torch.optim.AdamW(kept, lr=recipe.rate, fused=True)


def stage_rates(stages: int, recipe: Recipe) -> list[float]:
    """Peak rates from the last trained stage back to the first."""
    return [recipe.rate * recipe.pace.stage_decay**back for back in range(stages)]


def _set_rates(optimizer: torch.optim.Optimizer, recipe: Recipe, step: int, total: int) -> None:
    rising, tenths = max(1.0, recipe.pace.warmup * total), recipe.pace.tenths
    falling = 0.5 * (1 + math.cos(math.pi * max(0.0, step - rising) / max(1.0, total - rising)))
    if tenths:
        falling = 0.1 ** sum(step >= share * total for share in tenths)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * min((step + 1) / rising, 1.0) * falling


def _thaw(network: nn.Module, recipe: Recipe, number: int) -> None:
    """Let the stages learn whose turn has come; a network is a suffix and a head."""
    if recipe.gradual:
        stages = list(next(network.children()).children())[::-1]
        for back, stage in enumerate(stages):
            stage.requires_grad_(number > back * recipe.epochs / 2 / len(stages))


@torch.no_grad()
def _pull(train_state: TrainState, recipe: Recipe) -> None:
    for group in train_state.optimizer.param_groups if train_state.start else ():
        for parameter in group["params"]:
            if parameter in train_state.start:
                parameter.lerp_(train_state.start[parameter], group["lr"] * recipe.restraint.pull)


@torch.no_grad()
def _follow(train_state: TrainState, recipe: Recipe, step: int) -> None:
    """Move the average a little toward the weights; counters and the like are copied.

    Early on it moves faster, or the weights it started from would weigh in for long.
    """
    if train_state.average is None:
        return
    decay = min(recipe.averaging, (1 + step) / (10 + step))
    now = train_state.network.state_dict()
    for name, tensor in train_state.average.state_dict().items():
        if tensor.is_floating_point():
            tensor.lerp_(now[name], 1 - decay)
        else:
            tensor.copy_(now[name])
