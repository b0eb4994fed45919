"""Arms without a network: what is answered where nothing is learned, or little is counted."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int

from headstart.evaluate.candidates import Answer, Candidate
from headstart.evaluate.ngram import Followed
from headstart.evaluate.probes import raw
from headstart.head import NOTHING, folds_of, strata_in
from headstart.modality import Modality
from headstart.task import (
    Seq2Seq,
)
from headstart.train import TaskData

Positions = Int[np.ndarray, " p"]
"""Of rows in the data's pool."""
Counted = Callable[[Positions], Answer]
"""Rows that are counted -> how other rows are answered then."""
JUDGED = 1000
"""Rows by which arms that write without a network are judged, at most."""


def constant(task_data: TaskData) -> Candidate:
    """Always the same answer: what is likeliest where nothing is looked at.

    The classes' shares among the rows that may be fitted to (add-one smoothed), the tags' shares,
    the mean value, or the most frequent transcript.
    """
    if task_data.task.continues:
        return followed(task_data, task_data.task.constant_name, memory=0)

    def counted(positions: Positions) -> Answer:
        labels = task_data.labels_of([task_data.pool[p] for p in positions])
        usual = task_data.task.constant(torch.as_tensor(labels))
        return lambda rows: np.tile(usual, (len(rows), 1))

    return _counted(task_data, task_data.task.constant_name, counted)


def followed(task_data: TaskData, name: str = "what followed before", memory: int = 2) -> Candidate:
    """Each token as likely as it was behind the same few, in the rows that may be learned from.

    It is judged on validation rows by what training rows hold, as networks are.
    """
    train, val = task_data.partition.train, task_data.partition.val
    least = Followed(np.asarray(task_data.labels_of(train)), memory)
    labels = np.asarray(task_data.labels_of(val))
    held = task_data.task.losses(least.judged(labels), labels)
    every = Followed(np.asarray(task_data.labels_of(task_data.pool)), memory)

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        return every.judged(np.asarray(task_data.labels_of(rows)))

    return Candidate(name, "none", "", None, False, answer, float(held.mean()))


def repeated(task_data: TaskData, modality: Modality) -> Candidate:
    """The source itself, as it was read: what a summary or a correction is held against."""

    def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
        shown = (modality.show(item)[1].decode() for item in task_data.items.take(rows))
        return _writing(task_data).answered(list(shown))

    rows = task_data.pool[:JUDGED]
    labels = task_data.labels_of(rows).numpy()
    selection_loss = float(
        task_data.task.losses(answer(rows), labels).mean()
    )  # nothing was counted
    return Candidate("the source itself", "none", "", None, False, answer, selection_loss)


def nearest(task_data: TaskData, modality: Modality) -> Candidate:
    """What was written for the source with the most similar words (TF-IDF, cosine)."""
    from sklearn.feature_extraction.text import TfidfTransformer  # takes a second

    pool, task = task_data.pool, _writing(task_data)
    known = task.texts(task_data.labels_of(pool).numpy())
    counts = modality.plain(task_data.items.take(pool))

    def counted(positions: Positions) -> Answer:
        weighed = TfidfTransformer(sublinear_tf=True)
        table = weighed.fit_transform(counts[positions])
        place = {pool[position]: line for line, position in enumerate(positions)}

        def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
            asked = weighed.transform(modality.plain(task_data.items.take(rows)))
            said = []
            for start in range(0, len(rows), 256):
                alike = (asked[start : start + 256] @ table.T).toarray()
                for line, row in zip(alike, rows[start : start + 256], strict=True):
                    line[place.get(row, [])] = -1.0  # nobody is its own neighbor
                    said.append(known[positions[int(line.argmax())]])
            return task.answered(said)

        return answer

    return _counted(task_data, "the nearest source", counted, JUDGED)


def usual_tags(task_data: TaskData) -> Candidate:
    """The tag that each word had most often, by its tokens; of others, the usual tag."""
    lines = _words(task_data, task_data.pool)

    def counted(positions: Positions) -> Answer:
        often, usual = defaultdict[tuple[int, ...], Counter[int]](Counter), Counter[int]()
        for _, word, tag in (one for position in positions for one in lines[position]):
            often[word][tag] += 1
            usual[tag] += 1

        def answer(rows: Sequence[int]) -> Float[np.ndarray, "m c"]:
            found = np.full((len(rows), 1 + task_data.labels.shape[1]), -1.0)
            found[:, 0] = 1.0
            for line, words in enumerate(_words(task_data, rows)):
                for place, word, _ in words:
                    found[line, 1 + place] = (often.get(word) or usual).most_common(1)[0][0]
            return found

        return answer

    return _counted(task_data, "each word's usual tag", counted)


def _words(
    task_data: TaskData, rows: Sequence[int]
) -> list[list[tuple[int, tuple[int, ...], int]]]:
    """Of each row its words: where the first token is, all tokens, and the tag."""
    found, labels = [], task_data.labels_of(rows).numpy()
    for item, tags in zip(task_data.items.take(rows), labels, strict=True):
        begins = np.flatnonzero(tags >= 0).tolist()
        ends = pairwise([*begins, len(item)])
        found.append([(at, tuple(item[at:end].tolist()), int(tags[at])) for at, end in ends])
    return found


def _counted(
    task_data: TaskData, name: str, counted: Counted, most: int | None = None
) -> Candidate:
    """An arm that counts rows, judged on the first `most` of the pool by counts without them.

    Infinite where there is one row to learn from, since no other could be counted.
    """
    pool, selection_loss = task_data.pool, math.inf
    labels = task_data.labels_of(pool)
    ordered = task_data.task.coded_rows
    strata = np.zeros(len(pool), dtype=int) if ordered else strata_in(labels)
    places, answers = [], []
    for fit, held in folds_of(strata, task_data.groups_of(pool), 0):
        judged = held[held < most] if most else held
        places.append(judged)
        answers.append(counted(fit)([pool[p] for p in judged]))
    if places:
        every = np.concatenate(places)
        found = np.concatenate(_alike(answers))
        selection_loss = float(task_data.task.losses(found, labels.numpy()[every]).mean())
    answer = counted(np.arange(len(pool)))
    return Candidate(name, "none", "", None, False, answer, selection_loss)


def _alike(answers: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Answers of several lengths as wide as the longest, -1 behind the shorter."""
    wide = max(part.shape[1] for part in answers)
    shape = [((0, 0), (0, wide - part.shape[1])) for part in answers]
    return [np.pad(p, s, constant_values=NOTHING) for p, s in zip(answers, shape, strict=True)]


def _writing(task_data: TaskData) -> Seq2Seq:
    if not isinstance(task_data.task, Seq2Seq):
        raise TypeError(f"{task_data.task.kind} writes nothing")
    return task_data.task


BASELINES: Mapping[str, Callable[[TaskData, Modality], Candidate]] = {
    "constant": lambda task_data, _: constant(task_data),
    "raw": raw,
    "usual_tags": lambda task_data, _: usual_tags(task_data),
    "followed": lambda task_data, _: followed(task_data),
    "repeated": repeated,
    "nearest": nearest,
}
"""By the names that tasks have for them."""
