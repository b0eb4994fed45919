"""Arms without a network: what is answered where nothing is learned, or little is counted."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from sklearn.feature_extraction.text import TfidfTransformer

from headstart.evaluate.candidates import Answer, Candidate
from headstart.evaluate.followed import Followed
from headstart.head import (
    Classification,
    Continuing,
    Labeling,
    Sequencing,
    Valuing,
    Writing,
)
from headstart.modality import Modality
from headstart.train import Lesson

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
