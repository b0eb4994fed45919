"""More of the same kind of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from headstart.backbone import Backbone, Writer, need_writer
from headstart.data import Examples
from headstart.head import Known, Labels
from headstart.modality.text import content_of
from headstart.stats import Interval, Merit
from headstart.task.intervals import resampled
from headstart.task.seq2seq import WriterTask


@dataclass(frozen=True)
class LanguageModeling(WriterTask):
    """More of the same kind of text. An answer is as good as each next token was predicted.

    An answer is four numbers: the confidence in a text (the geometric mean of its tokens'
    probabilities), its nats, how many of its tokens were the likeliest, and how many there are.
    """

    kind: ClassVar[str] = "generation"
    pipeline: ClassVar[str] = "text-generation"
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    phrase: ClassVar[str] = "next tokens right "
    baselines: ClassVar[tuple[str, ...]] = ("constant", "followed")
    constant_name: ClassVar[str] = "how often tokens are"
    graded: ClassVar[bool] = True
    needs_writer: ClassVar[bool] = True
    continues: ClassVar[bool] = True

    writer: Writer

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["LanguageModeling", Labels]:
        """Labels are the tokens of the texts themselves."""
        name = backbone.name if backbone else "no backbone"
        task = cls(need_writer(name, backbone.writer if backbone else None))
        return task, task.codes([content_of(source) for source in examples.sources])

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "LanguageModeling":
        """By the backbone's writer."""
        return cls(need_writer("this backbone", writer))

    @property
    def figure(self) -> str:
        """Next tokens that are predicted right."""
        return "next_token"

    def answers(self, scores: Float[Tensor, "n m"]) -> Float[Tensor, "n m"]:
        """As they are."""
        return scores

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """Tokens predicted right over the mean number of tokens: the mean is over all tokens."""
        merit: Float[np.ndarray, " n"] = answers[:, 2] / answers[:, 3].mean()
        return merit

    def shown_merit(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Merit:
        """Of each text's own tokens those that are predicted right."""
        right: Float[np.ndarray, " n"] = answers[:, 2] / answers[:, 3]
        return right

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Nats over the mean number of tokens: e to the mean is the perplexity."""
        lost: Float[np.ndarray, " n"] = answers[:, 1] / answers[:, 3].mean()
        return lost

    def correct(self, answers: Float[np.ndarray, "n m"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether every next token was the likeliest."""
        return np.asarray(answers[:, 2] == answers[:, 3])

    def comparable(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> tuple[Merit, Float[np.ndarray, " n"]]:
        """The probability that each letter of a text was given, the geometric mean, and its nats:
        tokens differ from network to network, letters do not.
        """  # noqa: D205 - one sentence
        each = np.array([max(1, len(text)) for text in self.texts(labels)])
        share: Float[np.ndarray, " n"] = np.exp(-answers[:, 1] / each)
        return share, -np.log(share)

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Perplexity of all texts together."""
        n = len(labels)
        worst = (1.0, max(_perplexity(answers[[row]]) for row in range(n)))
        return {"perplexity": resampled(lambda rows: _perplexity(answers[rows]), n, groups, worst)}

    def texts_of(self, answers: Float[np.ndarray, "n m"]) -> list[str]:
        """How surprising each text was."""
        return [f"perplexity {1 / max(float(row[0]), 1e-30):.3g}" for row in answers]

    def continuation(self, codes: Sequence[int]) -> tuple[str, str, str]:
        """The first third of a text, how it goes on, and how the network goes on."""
        third = max(1, len(codes) // 3)
        begun, rest = codes[:third], codes[third:]
        writer: Any = self.writer  # an `Alone`
        (new,) = writer.continued([begun])
        first, second, third_text = (writer.tokens.spelled(part) for part in (begun, rest, new))
        return first, second, third_text


def _perplexity(answers: np.ndarray) -> float:
    return float(np.exp(answers[:, 1].sum() / answers[:, 3].sum()))
