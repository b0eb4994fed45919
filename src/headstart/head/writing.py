"""Texts that are written: translations, summaries, answers, and what Whisper hears."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from headstart.backbone import Writer
from headstart.errors import needs
from headstart.head.sequencing import NOTHING, Sequencing
from headstart.head.transcript import distance, padded, spelled
from headstart.stats import Merit

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Writing(Sequencing):
    """A text for a text. An answer is as good as the letters it shares with the reference.

    An answer is a row of numbers: how sure it is, then its tokens, then -1. A label is a row of
    tokens.
    """

    kind: ClassVar[str] = "text-to-text"
    heads: ClassVar[tuple[str, ...]] = ("writer",)
    classes: ClassVar[tuple[str, ...]] = ()
    width: ClassVar[int] = 1

    writer: Writer
    """Knows the tokens."""

    @property
    def figure(self) -> str:
        """Overlap of letters, six of them in a row at most."""
        return "chrf"

    def loss(
        self, scores: Float[Tensor, "n m v"], labels: Int[Tensor, "n l"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean negative log-probability of a token, in nats, told those before it."""
        wanted = labels[:, : scores.shape[1]].flatten()
        flat = scores.flatten(0, 1)
        return cross_entropy(flat, wanted, ignore_index=NOTHING, label_smoothing=smoothing)

    def answers(self, scores: Float[Tensor, "n m"]) -> Float[Tensor, "n m"]:
        """What was written, as a label has it, behind how sure it is."""
        return torch.cat([scores[:, :1], scores[:, 1:] - 1], dim=1)

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """1 less the merit."""
        lost: Float[np.ndarray, " n"] = 1 - self.merit(answers, labels)
        return lost

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """ChrF of each text by itself (Popović 2015), from 0 to 1."""
        with needs("text"):
            from sacrebleu.metrics.chrf import CHRF

        score = CHRF(eps_smoothing=True).sentence_score
        pairs = zip(self.said(answers), self.texts(labels), strict=True)
        merit: Float[np.ndarray, " n"] = np.array([score(a, [b]).score / 100 for a, b in pairs])
        return merit

    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows of tokens as people write them."""
        rows = [[int(code) for code in row if code >= 0] for row in codes]
        return [self.writer.tokens.spelled(row).strip() for row in rows]

    def codes(self, texts: Sequence[str]) -> Int[Tensor, "n l"]:
        """Texts as rows of tokens, cut where the network can write no more."""
        rows = [torch.tensor(self.writer.codes(text)) for text in texts]
        return padded(rows) if rows else torch.full((0, 1), NOTHING)

    def answered(self, texts: Sequence[str]) -> Float[np.ndarray, "n m"]:
        """Texts of somebody who is sure, as answers."""
        codes: np.ndarray = self.codes(texts).numpy()
        return np.hstack([np.ones((len(codes), 1)), codes])


@dataclass(frozen=True)
class Dictating(Writing):
    """What is said, by a network that writes. An answer is as good as its words are right."""

    kind: ClassVar[str] = "transcribe"

    @property
    def figure(self) -> str:
        """Words that are right."""
        return "word_accuracy"

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """1 less words that are wrong, over the mean number of words: the mean is 1 - WER."""
        true = [spelled(text).split() for text in self.texts(labels)]
        heard = [spelled(text).split() for text in self.said(answers)]
        wrong = np.array([distance(a, b) for a, b in zip(true, heard, strict=True)], float)
        mean = max(1.0, float(np.mean([len(words) for words in true])))
        merit: Float[np.ndarray, " n"] = 1 - wrong / mean
        return merit

    def letters_wrong(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Letters that are wrong, over the mean number of letters: the mean is the error rate."""
        true = [spelled(text) for text in self.texts(labels)]
        heard = [spelled(text) for text in self.said(answers)]
        wrong = np.array([distance(a, b) for a, b in zip(true, heard, strict=True)], float)
        return wrong / max(1.0, float(np.mean([len(text) for text in true])))


@dataclass(frozen=True)
class Continuing(Writing):
    """More of the same kind of text. An answer is as good as each next token was told.

    An answer is four numbers: how sure the network is of a text (the geometric mean of its tokens'
    shares), its nats, how many of its tokens were the likeliest, and how many there are.
    """

    kind: ClassVar[str] = "generation"

    @property
    def figure(self) -> str:
        """Next tokens that are told right."""
        return "next_token"

    def answers(self, scores: Float[Tensor, "n m"]) -> Float[Tensor, "n m"]:
        """As they are."""
        return scores

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """Tokens told right over the mean number of tokens: the mean is over all tokens."""
        merit: Float[np.ndarray, " n"] = answers[:, 2] / answers[:, 3].mean()
        return merit

    def shares(self, answers: Float[np.ndarray, "n m"]) -> Float[np.ndarray, " n"]:
        """Of each text's own tokens those that are told right."""
        right: Float[np.ndarray, " n"] = answers[:, 2] / answers[:, 3]
        return right

    def letters(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """The share that each letter of a text was given, the geometric mean: it does not go by
        tokens, of which every network has its own.
        """  # noqa: D205 - one sentence
        each = np.array([max(1, len(text)) for text in self.texts(labels)])
        share: Float[np.ndarray, " n"] = np.exp(-answers[:, 1] / each)
        return share

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Nats over the mean number of tokens: e to the mean is the perplexity."""
        lost: Float[np.ndarray, " n"] = answers[:, 1] / answers[:, 3].mean()
        return lost

    def said(self, answers: Float[np.ndarray, "n m"]) -> list[str]:
        """How surprising each text was."""
        return [f"perplexity {1 / max(float(row[0]), 1e-30):.3g}" for row in answers]


def overlap(said: str, true: str) -> float:
    """ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, without case.

    >>> overlap("a man sleeps", "The man sleeps well.")
    0.5714285714285714
    """
    with needs("text"):
        from rapidfuzz.distance import LCSseq

    one, other = (_WORD.findall(text.casefold()) for text in (said, true))
    return 2 * LCSseq.similarity(one, other) / max(1, len(one) + len(other))
