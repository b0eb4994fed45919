"""Transcripts, letter by letter: connectionist temporal classification (Graves et al. 2006)."""

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import ctc_loss, log_softmax

from headstart.backbone import Backbone, Writer
from headstart.data import Examples, TextTruth
from headstart.errors import needs
from headstart.head import (
    BEAM,
    NOTHING,
    Known,
    Labels,
    WordPrior,
    frames_needed,
    greedy,
    padded,
    searched,
    words_in,
)
from headstart.stats import Interval, Merit, level, share
from headstart.task.codes import CodesTask
from headstart.task.intervals import mirrored

PER_FRAME, ROOM, FITTING = (1, 2, 4, 8), 1.5, 0.98
"""Letters that a frame may hold; frames that a transcript should find for each that it needs; the
share of transcripts that should find them."""
_KEPT = frozenset("'’-")


@dataclass(frozen=True)
class CTC(CodesTask):
    """What is said, letter by letter. An answer is as good as its words are right.

    An answer is its confidence, then its letters, then -1. A label is a row of letters.
    """

    kind: ClassVar[str] = "transcribe"
    pipeline: ClassVar[str] = "automatic-speech-recognition"
    figure: ClassVar[str] = "word_accuracy"
    heads: ClassVar[tuple[str, ...]] = ("ctc",)
    modalities: ClassVar[tuple[str, ...]] = ("audio",)
    noun: ClassVar[str] = "Letters"
    phrase: ClassVar[str] = "words right "
    baselines: ClassVar[tuple[str, ...]] = ("constant",)
    constant_name: ClassVar[str] = "the usual words"
    joins: ClassVar[bool] = True
    masks: ClassVar[bool] = True

    classes: tuple[str, ...]
    """The letters, a space among them."""
    beam: int = BEAM
    """Beginnings that decoding keeps; 1 takes the likeliest letter of each frame."""
    words: tuple[tuple[str, int], ...] = ()
    """Those that were learned from, each with how often it was there: decoding favors them."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["CTC", Labels]:
        """Letters and words of the rows to learn from."""
        told = examples.truth_as(TextTruth).texts
        task = cls.of([told[row] for row in rows])
        return task, task.codes(told)

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "CTC":
        """By its letters, and the words that decoding favors."""
        return cls(classes, words=tuple(map(tuple, facts["words"])))

    @classmethod
    def of(cls, texts: Sequence[str]) -> "CTC":
        """The task that these transcripts pose: their letters and words."""
        plain = [spelled(text) for text in texts]
        letters = tuple(sorted({letter for text in plain for letter in text}))
        return cls(letters, words=words_in(plain))

    @property
    def width(self) -> int:
        """A score a letter, and one for none, which comes first."""
        return len(self.classes) + 1

    def loss(
        self, scores: Float[Tensor, "n t c"], labels: Int[Tensor, "n l"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean negative log-probability of a transcript, in nats a letter.

        The last column of scores says which frames there are. What has more letters than frames
        can't be told and counts nothing.
        """
        there = scores[..., -1].sum(dim=1).long()
        length = (labels != NOTHING).sum(dim=1)
        said = log_softmax(scores[..., :-1], dim=2).transpose(0, 1)  # (t, n, c)
        each = ctc_loss(
            said, labels.clamp_min(0) + 1, there, length, reduction="none", zero_infinity=True
        )
        return (each / length.clamp_min(1)).mean()

    def answers(self, scores: Float[Tensor, "n t c"]) -> Float[Tensor, "n m"]:
        """The likeliest transcripts; the confidence is the mean of each letter's share."""
        found = []
        for row in scores:
            said = log_softmax(row[row[:, -1] > 0, :-1].double(), dim=1).numpy()
            codes = greedy(said) if self.beam < 2 else searched(said, self.beam, self._language)
            sure = math.exp(float(said.max(axis=1).mean())) if len(said) else 0.0
            found.append(torch.tensor([sure, *codes], dtype=torch.float32))
        return padded(found)

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Letters that are wrong, over the mean number of letters: the mean is the error rate."""
        pairs = zip(self.texts(labels), self.texts_of(answers), strict=True)
        wrong = np.array([distance(list(true), list(said)) for true, said in pairs], float)
        return wrong / max(1.0, float((labels != NOTHING).sum(axis=1).mean()))

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """1 less words that are wrong, over the mean number of words: the mean is 1 - WER."""
        return words_right(self.texts(labels), self.texts_of(answers))

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Word and letter error rates, transcripts without a mistake."""
        return {
            "wer": mirrored(level(self.merit(answers, labels), groups)),
            "cer": mirrored(level(1 - self.losses(answers, labels), groups)),
            "exact": share(self.correct(answers, labels), groups),
        }

    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows of letters as people write them."""
        return ["".join(self.classes[int(c)] for c in row if c != NOTHING) for row in codes]

    def codes(self, texts: Sequence[str]) -> Int[Tensor, "n l"]:
        """Transcripts as rows of letters; letters that are not known are left out."""
        known = {letter: i for i, letter in enumerate(self.classes)}
        rows = [[known[c] for c in spelled(text) if c in known] for text in texts]
        longest = max((len(row) for row in rows), default=0)
        codes = torch.full((len(rows), max(1, longest)), NOTHING)
        for place, row in zip(codes, rows, strict=True):
            place[: len(row)] = torch.tensor(row, dtype=torch.int64)
        return codes

    def schedule(self, *, probe: bool) -> tuple[int, int] | None:
        """The first epochs go into finding out that silence is no letter."""
        return 60, 12

    def quick(self) -> "CTC":
        """Without search, which takes longer than an epoch."""
        return replace(self, beam=1)

    def unaided(self) -> "CTC":
        """Without search, and without the words that were learned from."""
        return replace(self, beam=1, words=())

    def codes_per_frame(self, labels: Labels, frames: Callable[[], Float[Tensor, " n"]]) -> int:
        """So many letters a frame that nearly all of these transcripts fit in."""
        there, room = frames(), ROOM * frames_needed(labels).double()
        fits = [n for n in PER_FRAME if float((there * n >= room).double().mean()) >= FITTING]
        return fits[0] if fits else PER_FRAME[-1]

    def record(self) -> dict[str, Any]:
        """The words that decoding favors."""
        return {"words": list(self.words)}

    @cached_property
    def _language(self) -> WordPrior | None:
        return WordPrior(self.words, self.classes) if self.words else None


def words_right(true: Sequence[str], said: Sequence[str]) -> Float[np.ndarray, " n"]:
    """1 less words that are wrong, over the mean number of words: the mean is 1 - WER."""
    words = [text.split() for text in true]
    wrong = [distance(a, b.split()) for a, b in zip(words, said, strict=True)]
    mean = max(1.0, float(np.mean([len(some) for some in words])))
    right: Float[np.ndarray, " n"] = 1 - np.array(wrong) / mean
    return right


def spelled(text: str) -> str:
    """A transcript by rule: composed, in small letters, one space between words, no punctuation.

    Apostrophes and hyphens within words stay.

    >>> spelled("Well -- don't  worry, it's twenty-one!")
    "well don't worry it's twenty-one"
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = "".join(c if c.isalnum() or c in _KEPT or _is_mark(c) else " " for c in plain)
    words = (word.strip("'-") for word in kept.split())
    return " ".join(word for word in words if word)


def distance(true: Sequence[str], said: Sequence[str]) -> int:
    """How many letters or words have to be put in, left out or exchanged."""
    with needs("audio"):
        from rapidfuzz.distance import Levenshtein
    return int(Levenshtein.distance(true, said))


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
