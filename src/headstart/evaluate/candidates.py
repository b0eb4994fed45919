"""Arms before the test rows are opened: fitted, judged on other rows, and priced.

The ladder of evidence, cheapest first: the majority class, a linear head on raw features, a probe
on the same architecture with random weights, a probe on pretrained features, training.
"""

import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse import issparse
from sklearn.feature_extraction.text import TfidfTransformer
from torch import Tensor

from headstart.backbone import Backbone, fresh
from headstart.evaluate.arms import Arm, Cost
from headstart.evaluate.followed import Followed
from headstart.evaluate.words import words_fit
from headstart.events import Tell, note, quiet
from headstart.features import Items
from headstart.head import (
    Classification,
    Continuing,
    Labeling,
    LinearFit,
    Read,
    Sequencing,
    Valuing,
    Way,
    Writing,
    blocks_of,
    stays_far,
)
from headstart.modality import Modality
from headstart.stats import Interval, lead, level
from headstart.train import Fitted, Lesson, predict, takes

CLEAR = 0.05
"""A lead of the pretrained probe, the lower end of its interval, that ends the ladder early."""

JUDGED = 1000
"""Rows by which arms that write without a network are judged, at most."""
CONSTANT = {
    "classification": "majority class",
    "multilabel": "the usual tags",
    "regression": "the mean value",
    "transcribe": "the usual words",
    "text-to-text": "the usual text",
    "generation": "how often tokens are",
    "entities": "the usual tag",
}
"""What the arm that always says the same is called."""

Answer = Callable[[Sequence[int]], Float[np.ndarray, "m c"]]
Table = Callable[[Sequence[int]], Read]
"""Rows of the lesson -> what gives the features of some of them, by position, to a linear head."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An arm that has not seen the test rows."""

    name: str
    strategy: str
    backbone: str
    cut: int | None
    transfer: bool
    answer: Answer
    """Rows of the lesson -> its answers to them."""
    choice: float
    """Mean loss on rows it was not fitted to."""
    cost: Cost = Cost(0.0, 0.0, 0.0)
    note: str = ""
    refit: Callable[[Sequence[int]], Answer] | None = None
    """Rows to fit to -> how it answers then; None for what takes training."""

    def tested(self, lesson: Lesson) -> Arm:
        """Open the test rows: the one look."""
        rows = lesson.partition.test
        answers = self.answer(rows)
        merit = lesson.task.merit(answers, lesson.labels_of(rows).numpy())
        return Arm(
            self.name,
            self.strategy,
            self.backbone,
            self.cut,
            self.transfer,
            answers,
            self.choice,
            level(merit, lesson.groups_of(rows)),
            self.cost,
            self.note,
        )


@contextmanager
def priced(found: list[Candidate]) -> Iterator[None]:
    """Add to each candidate found in the block what the block took."""
    before, wall, cpu = len(found), time.perf_counter(), _cpu()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = Cost(round(time.perf_counter() - wall, 3), round(_cpu() - cpu, 3), round(peak, 1))
    found[before:] = [replace(candidate, cost=cost) for candidate in found[before:]]


def constant(lesson: Lesson) -> Candidate:
    """Always the same answer: what is likeliest where nothing is looked at.

    The classes' shares among the rows that may be fitted to (add-one smoothed), the tags' shares,
    the mean value, or the most frequent transcript.
    """
    labels = lesson.labels_of(lesson.pool)
    if isinstance(lesson.task, Continuing):
        return followed(lesson, CONSTANT[lesson.task.kind], memory=0)
    coded = lesson.task.coded(labels)
    usual = coded.mean(axis=0)
    if isinstance(lesson.task, Labeling):
        tags = coded[coded >= 0].astype(int)
        usual = np.r_[1.0, np.full(coded.shape[1], np.bincount(tags).argmax())]
    elif isinstance(lesson.task, Sequencing):
        different, counts = np.unique(coded, axis=0, return_counts=True)
        usual = np.r_[counts.max() / len(coded), different[counts.argmax()]]
    if lesson.task.kind == Classification.kind:
        usual = (coded.sum(axis=0) + 1) / (len(coded) + lesson.task.width)
    elif lesson.task.kind == Valuing.kind:
        usual = lesson.labels_of(lesson.pool).double().numpy().mean(axis=0)

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        return np.tile(usual, (len(rows), 1))

    choice = float(lesson.task.losses(answer(lesson.pool), labels.numpy()).mean())
    name = CONSTANT[lesson.task.kind]
    return Candidate(name, "none", "", None, False, answer, choice)


def followed(lesson: Lesson, name: str = "what followed before", memory: int = 2) -> Candidate:
    """Each token as likely as it was behind the same few, in the rows that may be learned from.

    It is judged on validation rows by what training rows hold, as networks are.
    """
    train, val = lesson.partition.train, lesson.partition.val
    least = Followed(np.asarray(lesson.labels_of(train)), memory)
    labels = np.asarray(lesson.labels_of(val))
    held = lesson.task.losses(least.judged(labels), labels)
    every = Followed(np.asarray(lesson.labels_of(lesson.pool)), memory)

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        return every.judged(np.asarray(lesson.labels_of(rows)))

    return Candidate(name, "none", "", None, False, answer, float(held.mean()))


def repeated(lesson: Lesson, modality: Modality) -> Candidate:
    """The source itself, as it was read: what a summary or a correction is held against."""

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        shown = (modality.show(item)[1].decode() for item in lesson.items.take(rows))
        return _writing(lesson).answered(list(shown))

    return _without_network(lesson, "the source itself", answer, lesson.pool[:JUDGED])


def nearest(lesson: Lesson, modality: Modality) -> Candidate:
    """What was written for the source with the most similar words (TF-IDF, cosine)."""
    pool, task = lesson.pool, _writing(lesson)
    known = task.texts(lesson.labels_of(pool).numpy())
    weighed = TfidfTransformer(sublinear_tf=True)
    table = weighed.fit_transform(modality.plain(lesson.items.take(pool)))
    place = {row: position for position, row in enumerate(pool)}

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        asked = weighed.transform(modality.plain(lesson.items.take(rows)))
        said = []
        for start in range(0, len(rows), 256):
            alike = (asked[start : start + 256] @ table.T).toarray()
            for line, row in zip(alike, rows[start : start + 256], strict=True):
                line[place.get(row, [])] = -1.0  # nobody is its own neighbor
                said.append(known[int(line.argmax())])
        return task.answered(said)

    return _without_network(lesson, "the nearest source", answer, pool[:JUDGED])


def usual_tags(lesson: Lesson) -> Candidate:
    """The tag that each word had most often, by its tokens; of others, the usual tag."""
    often, usual = defaultdict[tuple[int, ...], Counter[int]](Counter), Counter[int]()

    def words(rows: Sequence[int]) -> Iterator[tuple[int, int, tuple[int, ...], int]]:
        items, labels = lesson.items.take(rows), lesson.labels_of(rows).numpy()
        for line, (item, tags) in enumerate(zip(items, labels, strict=True)):
            begins = np.flatnonzero(tags >= 0).tolist()
            for place, end in pairwise([*begins, len(item)]):
                yield line, place, tuple(item[place:end].tolist()), int(tags[place])

    for _, _, word, tag in words(lesson.pool):
        often[word][tag] += 1
        usual[tag] += 1

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        found = np.full((len(rows), 1 + lesson.labels.shape[1]), -1.0)
        found[:, 0] = 1.0
        for line, place, word, _ in words(rows):
            found[line, 1 + place] = (often.get(word) or usual).most_common(1)[0][0]
        return found

    return _without_network(lesson, "each word's usual tag", answer, lesson.pool)


def _without_network(lesson: Lesson, name: str, answer: Answer, rows: Sequence[int]) -> Candidate:
    labels = lesson.labels_of(rows).numpy()
    choice = float(lesson.task.losses(answer(rows), labels).mean())
    return Candidate(name, "none", "", None, False, answer, choice)


def _writing(lesson: Lesson) -> Writing:
    if not isinstance(lesson.task, Writing):
        raise TypeError(f"{lesson.task.kind} writes nothing")
    return lesson.task


def raw(lesson: Lesson, modality: Modality) -> Candidate:
    """A linear head on features that need no network: pixels, word counts, spectra."""
    if issparse(modality.plain(lesson.items.take(lesson.pool[:1]))):
        return words(lesson, modality)

    def plain(rows: Sequence[int]) -> Read:
        def read(positions: Sequence[int]) -> Float[Tensor, "m d"]:
            asked = [rows[p] for p in positions]
            parts = [asked[i : i + 256] for i in range(0, len(asked), 256)]
            found = [torch.as_tensor(modality.plain(lesson.items.take(part))) for part in parts]
            return torch.cat(found)

        return read

    table = _kept(plain)
    fit = _fit(lesson, table, lesson.pool)
    answer, refit = _answer(lesson, table, fit), _refit(lesson, table, fit.way)
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


def words(lesson: Lesson, modality: Modality) -> Candidate:
    """A linear head on weighted counts: the way without a network that texts have."""
    name = f"linear on {modality.plain_name}"

    def refit(rows: Sequence[int]) -> Answer:
        counts, labels = modality.plain(lesson.items.take(rows)), lesson.labels_of(rows)
        fitted, _, _ = words_fit(lesson.task, counts, labels, lesson.groups_of(rows), strength)
        return lambda asked: fitted(modality.plain(lesson.items.take(asked)))

    counts, labels = modality.plain(lesson.items.take(lesson.pool)), lesson.labels_of(lesson.pool)
    fitted, strength, choice = words_fit(lesson.task, counts, labels, lesson.groups_of(lesson.pool))

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        return fitted(modality.plain(lesson.items.take(rows)))

    return Candidate(name, "linear", "", None, False, answer, choice, refit=refit)


def from_fit(lesson: Lesson, fitted: Fitted, strategy: str, tell: Tell = quiet) -> Candidate:
    """A fitted network as an arm."""
    labels = lesson.labels_of(fitted.held_rows).numpy()
    choice = float(lesson.task.losses(fitted.held.numpy().astype(float), labels).mean())

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        found: np.ndarray = predict(lesson, fitted, rows, tell).numpy().astype(float)
        if isinstance(lesson.task, Labeling):
            return lesson.task.at_words(found, lesson.labels_of(rows).numpy())
        return found

    backbone = fitted.backbone
    transfer = backbone.origin.pretrained
    trained = len(fitted.suffix) or isinstance(lesson.task, Sequencing)
    way, refit = fitted.chosen.way, None
    if not trained and way is not None:
        refit = _refit(lesson, _features(lesson, backbone), way)
    return Candidate(
        strategy, strategy, backbone.name, fitted.at, transfer, answer, choice, refit=refit
    )


def untrained(
    lesson: Lesson,
    backbone: Backbone,
    seed: int,
    pretrained: Float[np.ndarray, "p c"],
    tell: Tell = quiet,
) -> Candidate:
    """A probe on the same architecture with random weights: what the architecture alone gives.

    Its forward pass would cost as much as the pretrained one. So it is first run on items of half
    the size, at about a quarter of that; only where the lead of the pretrained probe (its
    answers to the pool, out of fold) is not clear (see `CLEAR`) is it run at full size, and
    the better of the two on held-out rows is the arm.
    """
    yardstick = fresh(backbone, seed + 1)
    half = yardstick.modality.half()
    if half is None or not takes(yardstick.stages, half):
        return _untrained(lesson, yardstick, tell)[0]
    smaller = replace(lesson, items=Halved(lesson.items, yardstick.modality))
    coarse, held = _untrained(smaller, replace(yardstick, modality=half), tell)
    ahead = _lead(lesson, pretrained, held)
    if ahead.low > CLEAR:
        text = f"lead of the pretrained probe on held-out rows {ahead.value:+.1%}: clear"
        note(tell, f"random weights on items of half the size settle it ({text})")
        return replace(coarse, note=f"items of half the size; {text}")
    whole, _ = _untrained(lesson, yardstick, tell)
    return min(whole, coarse, key=lambda candidate: candidate.choice)


@dataclass(frozen=True, eq=False)
class Halved:
    """Kept items at half the size: a quarter of the work for a network that takes any size."""

    items: Items
    modality: Modality

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """Other names than the whole items have, so that tables don't mix them."""
        return tuple(f"{digest}-halved" for digest in self.items.digests)

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        """Halved items of these rows."""
        return [self.modality.halved(item) for item in self.items.take(rows)]


def _untrained(
    lesson: Lesson, yardstick: Backbone, tell: Tell
) -> tuple[Candidate, Float[np.ndarray, "p c"]]:
    """The arm, and its out-of-fold answers to the pool."""
    table = _features(lesson, yardstick, tell)
    fit = _fit(lesson, table, lesson.pool)
    answer, refit = _answer(lesson, table, fit), _refit(lesson, table, fit.way)
    name, depth = yardstick.name, yardstick.depth
    arm = Candidate(
        "probe on random weights", "probe", name, depth, False, answer, fit.loss, refit=refit
    )
    return arm, fit.answers


def _features(lesson: Lesson, backbone: Backbone, tell: Tell = quiet) -> Table:
    """What all stages make of rows."""

    def table(rows: Sequence[int]) -> Read:
        feed = lesson.rows_feed(rows, backbone, backbone.depth, tell)
        return lambda positions: feed(positions, ())

    return table


def _fit(lesson: Lesson, table: Table, rows: Sequence[int]) -> LinearFit:
    return lesson.fit_head(lesson.gathered(table(rows), len(rows)), rows)


def _refit(lesson: Lesson, table: Table, way: Way) -> Callable[[Sequence[int]], Answer]:
    def refit(rows: Sequence[int]) -> Answer:
        found = lesson.gathered(table(rows), len(rows))
        return _answer(lesson, table, lesson.fit_again(found, rows, way))

    return refit


def _answer(lesson: Lesson, table: Table, fit: LinearFit) -> Answer:
    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        parts = blocks_of(table(rows), len(rows))
        scores = torch.cat([part.float() @ fit.weight.T + fit.bias for part in parts])
        found: np.ndarray = lesson.task.answers(scores).numpy().astype(float)
        return found

    return answer


def _lead(lesson: Lesson, one: np.ndarray, other: np.ndarray) -> Interval:
    labels = lesson.labels_of(lesson.pool).numpy()
    merit = lesson.task.merit
    return lead(merit(one, labels), merit(other, labels), lesson.groups_of(lesson.pool))


def _cpu() -> float:
    return sum(resource.getrusage(who)[i] for who in _WHO for i in (0, 1))


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
