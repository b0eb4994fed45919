"""Transcripts: letters over time, by connectionist temporal classification (Graves et al. 2006)."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import ctc_loss, log_softmax

from headstart.errors import needs
from headstart.head.lexicon import Language, words_in
from headstart.head.sequencing import NOTHING, Sequencing
from headstart.stats import Merit

BEAM, LIKELY = 8, 1e-3
"""Beginnings that are kept at a moment, and the least probability of a letter that is tried."""
WEIGHT = 0.5
"""What a word's likelihood counts beside that of its sounds."""
_KEPT = frozenset("'’-")
_NEVER = 1e-300


@dataclass(frozen=True)
class Transcribing(Sequencing):
    """What is said, letter by letter. An answer is as good as its words are right.

    An answer is a row of numbers: how sure it is, then its letters, then -1. A label is a row of
    letters.
    """

    kind: ClassVar[str] = "transcribe"
    figure: ClassVar[str] = "word_accuracy"
    heads: ClassVar[tuple[str, ...]] = ("ctc",)

    classes: tuple[str, ...]
    """The letters, a space among them."""
    beam: int = BEAM
    """Beginnings that decoding keeps; 1 takes the likeliest letter of each moment."""
    words: tuple[tuple[str, int], ...] = ()
    """Those that were learned from, each with how often it was there: decoding favors them."""

    @property
    def width(self) -> int:
        """A score a letter, and one for none, which comes first."""
        return len(self.classes) + 1

    def loss(
        self,
        scores: Float[Tensor, "n t c"],
        labels: Int[Tensor, "n l"],
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Mean negative log-probability of a transcript, in nats a letter.

        The last column of scores says which moments there are. What has more letters than moments
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
        """The likeliest transcripts, and how sure they are: the mean of each letter's share."""
        found = []
        for row in scores:
            said = log_softmax(row[row[:, -1] > 0, :-1].double(), dim=1).numpy()
            codes = _greedy(said) if self.beam < 2 else _searched(said, self.beam, self._language)
            sure = math.exp(float(said.max(axis=1).mean())) if len(said) else 0.0
            found.append(torch.tensor([sure, *codes], dtype=torch.float32))
        return padded(found)

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Letters that are wrong, over the mean number of letters: the mean is the error rate."""
        pairs = zip(self.texts(labels), self.said(answers), strict=True)
        wrong = np.array([distance(list(true), list(said)) for true, said in pairs], float)
        return wrong / max(1.0, float((labels != NOTHING).sum(axis=1).mean()))

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """1 less words that are wrong, over the mean number of words: the mean is 1 - WER."""
        true = [text.split() for text in self.texts(labels)]
        wrong = [distance(a, b.split()) for a, b in zip(true, self.said(answers), strict=True)]
        merit: Float[np.ndarray, " n"] = 1 - np.array(wrong) / max(
            1.0, float(np.mean([len(words) for words in true]))
        )
        return merit

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

    @cached_property
    def _language(self) -> Language | None:
        return Language(self.words, self.classes) if self.words else None


def transcribing(texts: Sequence[str]) -> Transcribing:
    """The task that these transcripts pose: their letters and words."""
    plain = [spelled(text) for text in texts]
    letters = tuple(sorted({letter for text in plain for letter in text}))
    return Transcribing(letters, words=words_in(plain))


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


class Reciting(nn.Module):
    """A linear layer over what a backbone makes of each moment, which may hold several letters.

    It has a weight and a bias as other heads have, `per_moment` times as many rows as scores.
    """

    def __init__(self, width: int, scores: int, per_moment: int) -> None:
        super().__init__()
        self.linear = nn.utils.skip_init(nn.Linear, width, scores * per_moment)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.per_moment = per_moment

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b s c"]:
        """Scores of every letter, and in the last column which moments there are."""
        said = self.linear(rows[..., :-1]).unflatten(-1, (self.per_moment, -1)).flatten(1, 2)
        there = rows[..., -1:].repeat_interleave(self.per_moment, dim=1)
        return torch.cat([said, there.to(said)], dim=-1)


def moments_needed(codes: Int[Tensor, "n l"]) -> Int[Tensor, " n"]:
    """How many moments each transcript takes at least: a letter said twice needs one between."""
    there = codes != NOTHING
    twice = (codes[:, 1:] == codes[:, :-1]) & there[:, 1:]
    return there.sum(dim=1) + twice.sum(dim=1)


def padded(rows: Sequence[Tensor]) -> Tensor:
    """Rows of different lengths as one, -1 behind the shorter."""
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=NOTHING)


def distance(true: Sequence[str], said: Sequence[str]) -> int:
    """How many letters or words have to be put in, left out or exchanged."""
    with needs("audio"):
        from rapidfuzz.distance import Levenshtein
    return int(Levenshtein.distance(true, said))


def _greedy(said: Float[np.ndarray, "t c"]) -> list[int]:
    best = [letter for letter, _ in groupby(said.argmax(axis=1).tolist())]
    return [letter - 1 for letter in best if letter]


def _searched(
    said: Float[np.ndarray, "t c"], width: int, language: Language | None = None
) -> list[int]:
    """The likeliest transcript over all ways to time it, among `width` beginnings at a moment.

    Prefix search (Hannun et al. 2014): each beginning has a probability that it ended in silence
    and one that it ended in its last letter; beginnings are ranked by both and by their words.
    """

    def rank(pair: tuple[tuple[int, ...], Sequence[float]]) -> float:
        words = language.begun(pair[0]) if language else 0.0
        return math.log(sum(pair[1]) or _NEVER) + WEIGHT * words

    def last(pair: tuple[tuple[int, ...], Sequence[float]]) -> float:
        words = language.ended(pair[0]) if language else 0.0
        return math.log(sum(pair[1]) or _NEVER) + WEIGHT * words

    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for moment in np.exp(said):
        grown: dict[tuple[int, ...], list[float]] = {}
        likely = np.flatnonzero(moment[1:] >= LIKELY).tolist()
        for text, (silent, spoken) in beams.items():
            both = silent + spoken
            own = grown.setdefault(text, [0.0, 0.0])
            own[0] += both * moment[0]
            if text:
                own[1] += spoken * moment[text[-1] + 1]
            for letter in likely:
                before = silent if text and letter == text[-1] else both
                longer = grown.setdefault((*text, letter), [0.0, 0.0])
                longer[1] += before * moment[letter + 1]
        ranked = sorted(grown.items(), key=rank, reverse=True)[:width]
        most = max(sum(pair[1]) for pair in ranked) or 1.0  # nothing vanishes over a long recording
        beams = {text: (chance[0] / most, chance[1] / most) for text, chance in ranked}
    return list(max(beams.items(), key=last)[0])


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
