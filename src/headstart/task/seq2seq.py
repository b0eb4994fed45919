"""Texts for texts or recordings: translations, summaries, answers, and what Whisper hears."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from headstart.backbone import Backbone, Writer, need_writer
from headstart.data import Examples, TextTruth
from headstart.errors import needs
from headstart.head import NOTHING, Known, Labels, padded
from headstart.stats import Interval, Merit, level, share
from headstart.task.bleu import bleu_of, bleu_records, counts_of
from headstart.task.codes import CodesTask
from headstart.task.ctc import distance, spelled, words_right
from headstart.task.intervals import mirrored, resampled
from headstart.task.task import Arms

_WORD = re.compile(r"\w+")


class WriterTask(CodesTask):
    """A task whose head is the backbone's writer. A label is a row of tokens."""

    heads: ClassVar[tuple[str, ...]] = ("writer",)
    classes: ClassVar[tuple[str, ...]] = ()
    width: ClassVar[int] = 1
    noun: ClassVar[str] = "Texts"
    writes: ClassVar[bool] = True

    writer: Writer

    def loss(
        self, scores: Float[Tensor, "n m v"], labels: Int[Tensor, "n l"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean negative log-probability of a token, in nats, given those before it."""
        wanted = labels[:, : scores.shape[1]].flatten()
        flat = scores.flatten(0, 1)
        return cross_entropy(flat, wanted, ignore_index=NOTHING, label_smoothing=smoothing)

    def answers(self, scores: Float[Tensor, "n m"]) -> Float[Tensor, "n m"]:
        """What was written, as a label has it, behind its confidence."""
        return torch.cat([scores[:, :1], scores[:, 1:] - 1], dim=1)

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """1 less the merit."""
        lost: Float[np.ndarray, " n"] = 1 - self.merit(answers, labels)
        return lost

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

    def schedule(self, *, probe: bool) -> tuple[int, int] | None:
        """The half that writes learns whatever is frozen."""
        return 20, 4

    @property
    def summary(self) -> str:
        """What is written."""
        return "texts"


@dataclass(frozen=True)
class Seq2Seq(WriterTask):
    """A text for a text. An answer is as good as the letters it shares with the reference."""

    kind: ClassVar[str] = "text-to-text"
    pipeline: ClassVar[str] = "text2text-generation"
    modalities: ClassVar[tuple[str, ...]] = ("text", "audio")
    needs_writer: ClassVar[bool] = True
    phrase: ClassVar[str] = "chrF "
    baselines: ClassVar[tuple[str, ...]] = ("constant", "repeated", "nearest")
    constant_name: ClassVar[str] = "the usual text"
    graded: ClassVar[bool] = True

    writer: Writer

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Seq2Seq", Labels]:
        """Labels are the tokens of the backbone's writer."""
        return _posed(cls, examples, backbone)

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Seq2Seq":
        """By the backbone's writer."""
        return cls(need_writer("this backbone", writer))

    @property
    def figure(self) -> str:
        """Overlap of letters, six of them in a row at most."""
        return "chrf"

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """ChrF of each text by itself (Popović 2015), from 0 to 1."""
        with needs("text"):
            from sacrebleu.metrics.chrf import CHRF

        score = CHRF(eps_smoothing=True).sentence_score
        pairs = zip(self.texts_of(answers), self.texts(labels), strict=True)
        merit: Float[np.ndarray, " n"] = np.array([score(a, [b]).score / 100 for a, b in pairs])
        return merit

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """BLEU of all texts together, ROUGE-L, texts without a mistake."""
        pairs = list(zip(self.texts_of(answers), self.texts(labels), strict=True))
        shared = np.array([overlap(said, true) for said, true in pairs])
        counted = counts_of(*zip(*pairs, strict=True))
        return {
            "bleu": resampled(lambda rows: bleu_of(counted[rows]), len(pairs), groups),
            "rouge_l": level(shared, groups),
            "exact": share(self.correct(answers, labels), groups),
        }

    def beside(
        self, arms: Arms, labels: Known, model: str, groups: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """BLEU of each arm, and by how much the model leads it: a figure of a set, resampled."""
        said = {name: self.texts_of(answers) for name, answers in arms.items()}
        return bleu_records(said, self.texts(labels), model, groups)


@dataclass(frozen=True)
class SpeechToText(WriterTask):
    """What is said, by a network that writes. An answer is as good as its words are right."""

    kind: ClassVar[str] = "transcribe"
    pipeline: ClassVar[str] = "automatic-speech-recognition"
    modalities: ClassVar[tuple[str, ...]] = ("audio",)
    phrase: ClassVar[str] = "words right "
    baselines: ClassVar[tuple[str, ...]] = ("constant",)
    constant_name: ClassVar[str] = "the usual words"
    joins: ClassVar[bool] = True

    writer: Writer

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["SpeechToText", Labels]:
        """Labels are the tokens of the backbone's writer."""
        return _posed(cls, examples, backbone)

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "SpeechToText":
        """By the backbone's writer."""
        return cls(need_writer("this backbone", writer))

    @property
    def figure(self) -> str:
        """Words that are right."""
        return "word_accuracy"

    @property
    def summary(self) -> str:
        """What is written."""
        return "transcripts"

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """1 less words that are wrong, over the mean number of words: the mean is 1 - WER."""
        true, heard = self.texts(labels), self.texts_of(answers)
        return words_right([spelled(text) for text in true], [spelled(text) for text in heard])

    def letters_wrong(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Letters that are wrong, over the mean number of letters: the mean is the error rate."""
        true = [spelled(text) for text in self.texts(labels)]
        heard = [spelled(text) for text in self.texts_of(answers)]
        wrong = np.array([distance(a, b) for a, b in zip(true, heard, strict=True)], float)
        return wrong / max(1.0, float(np.mean([len(text) for text in true])))

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Word and letter error rates, transcripts without a mistake."""
        return {
            "wer": mirrored(level(self.merit(answers, labels), groups)),
            "cer": mirrored(level(1 - self.letters_wrong(answers, labels), groups)),
            "exact": share(self.correct(answers, labels), groups),
        }

    def comparable(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[Merit, Float[np.ndarray, " n"]]:
        """Words that are right, and letters that are wrong."""
        return self.merit(answers, labels), self.letters_wrong(answers, labels)


def _posed(kind: Any, examples: Examples, backbone: Backbone | None) -> tuple[Any, Labels]:
    name = backbone.name if backbone else "no backbone"
    task = kind(need_writer(name, backbone.writer if backbone else None))
    return task, task.codes(examples.truth_as(TextTruth).texts)


def overlap(said: str, true: str) -> float:
    """ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, without case.

    >>> overlap("a man sleeps", "The man sleeps well.")
    0.5714285714285714
    """
    with needs("text"):
        from rapidfuzz.distance import LCSseq

    one, other = (_WORD.findall(text.casefold()) for text in (said, true))
    return 2 * LCSseq.similarity(one, other) / max(1, len(one) + len(other))
