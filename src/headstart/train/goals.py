"""What a network is pre-trained for: classes of several sets, a teacher's rows, the next token.

A goal is what the loop needs of a task, and no more: a loss, and how good each answer is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, kl_div, linear, log_softmax, mse_loss

from headstart.backbone import Pooled, Words

ALIKE, SOFT, BESIDE = 1.0, 0.3, 0.2
"""What the squared error of a teacher's numbers counts, its probabilities, the next token."""
_LEAST = 0.05
"""Of the median spread: what hardly varies is not blown up."""


@dataclass(frozen=True, eq=False)
class Several:
    """One of the classes of the set that an example is from: a head a set, side by side."""

    figure: ClassVar[str] = "accuracy"

    ends: tuple[int, ...]
    """Where each set's classes end."""

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Int[Tensor, " n"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Cross-entropy in nats over the classes of each example's own set."""
        losses = []
        for first, end in zip((0, *self.ends), self.ends, strict=False):
            own = (labels >= first) & (labels < end)
            kept, wanted = scores[own, first:end], labels[own] - first
            losses.append(cross_entropy(kept, wanted, label_smoothing=smoothing, reduction="sum"))
        return torch.stack(losses).sum() / len(labels)

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """As they are."""
        return scores

    def merit(
        self, answers: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]
    ) -> Float[np.ndarray, " n"]:
        """Whether the likeliest class of its own set is the right one."""
        ends = np.asarray(self.ends)
        own = np.searchsorted(ends, np.arange(answers.shape[1]), side="right")
        of = np.searchsorted(ends, labels, side="right")
        allowed = np.where(own[None] == of[:, None], answers, -np.inf)
        merit: Float[np.ndarray, " n"] = (allowed.argmax(axis=1) == labels).astype(float)
        return merit


@dataclass(frozen=True, eq=False)
class Matching:
    """Say what a teacher says of the same view (Hinton et al. 2015; Beyer et al. 2022).

    Each number in units of its spread; and, where the teacher has a head, its probabilities.
    """

    figure: ClassVar[str] = "explained"

    center: Float[Tensor, " d"]
    spread: Float[Tensor, " d"]
    head: nn.Linear | None = None

    def loss(
        self, scores: Float[Tensor, "n d"], labels: Float[Tensor, "n d"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean squared error over variance, and a share of the divergence of probabilities."""
        center, spread = self.center.to(scores.device), self.spread.to(scores.device)
        loss = ALIKE * mse_loss(scores, (labels - center) / spread)
        if self.head is not None:
            layer = [tensor.to(scores.device) for tensor in (self.head.weight, self.head.bias)]
            said = log_softmax(linear(scores * spread + center, *layer), dim=1)
            wanted = log_softmax(linear(labels, *layer), dim=1)
            loss = loss + SOFT * kl_div(said, wanted, reduction="batchmean", log_target=True)
        return loss

    def answers(self, scores: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """In the teacher's units."""
        return scores * self.spread + self.center

    def merit(
        self, answers: Float[np.ndarray, "n d"], labels: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, " n"]:
        """1 less squared error over variance: the mean is the share that is explained."""
        wrong = ((answers - labels) / self.spread.numpy()) ** 2
        merit: Float[np.ndarray, " n"] = 1 - wrong.mean(axis=1)
        return merit


def matching(rows: Float[Tensor, "n d"], head: nn.Linear | None = None) -> Matching:
    """The goal that some of a teacher's rows set the units of."""
    spread = rows.std(dim=0, correction=0)
    least = _LEAST * float(spread.median()) or 1.0
    return Matching(rows.mean(dim=0), spread.clamp_min(least), head)


@dataclass(frozen=True, eq=False)
class Language:
    """Tell the next token; and say what a teacher says of the whole text, where there is one.

    Scores are `NextToken`'s, which has looked at the right answers already.
    """

    figure: ClassVar[str] = "next_token"

    teacher: Matching | None = None

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Float[Tensor, "n ..."],
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Nats a token; beside a teacher they count a fifth."""
        loss = scores[:, 0].sum() / scores[:, 2].sum().clamp_min(1)
        if self.teacher is not None:
            loss = BESIDE * loss + self.teacher.loss(scores[:, 3:], labels)
        return loss

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """As they are."""
        return scores

    def merit(
        self, answers: Float[np.ndarray, "n c"], labels: np.ndarray
    ) -> Float[np.ndarray, " n"]:
        """Of each text's tokens, those that were the likeliest: the mean is over all tokens."""
        count = answers[:, 2].mean() or 1.0
        merit: Float[np.ndarray, " n"] = answers[:, 1] / count
        return merit


class Telling(nn.Module):
    """Token numbers to what recurrent stages make of each, the mask, and the token itself."""

    def __init__(self, stages: nn.Sequential) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b s e"]:
        """Numbers of a moment, 1 or 0, and the token; as long as the longest text."""
        tokens = tokens[:, : int((tokens >= 0).sum(dim=1).max())]  # no memory of padding
        rows = self.stages(tokens)
        return torch.cat([rows, tokens[..., None].to(rows)], dim=-1)


class NextToken(nn.Module):
    """Judges each text: its nats, how many tokens were the likeliest, how many there were.

    Words are told with the numbers that they are read with (Press and Wolf 2017), which belong to
    the network and are not counted twice. A teacher's rows come from a layer of their own.
    """

    def __init__(self, words: Words, wide: int, said: int = 0) -> None:
        super().__init__()
        self.tied = (words,)
        self.pooled = Pooled()
        self.said = nn.Linear(wide, said) if said else None

    def forward(self, rows: Float[Tensor, "b t e"]) -> Float[Tensor, "b c"]:
        """Three numbers a text, then what is said to the teacher."""
        hidden, tokens, words = rows[:, :-1, :-2], rows[:, 1:, -1].long(), self.tied[0]
        there = tokens >= 0
        scores = hidden[there] @ words.weight.T + words.bias
        wanted = tokens[there].clamp_max(len(words.bias) - 1)
        nats = rows.new_zeros(tokens.shape).masked_scatter(
            there, cross_entropy(scores, wanted, reduction="none")
        )
        right = rows.new_zeros(tokens.shape).masked_scatter(
            there, (scores.argmax(dim=1) == wanted).to(rows)
        )
        told = torch.stack([nats.sum(1), right.sum(1), there.sum(1).to(rows)], dim=1)
        if self.said is None:
            return told
        return torch.cat([told, self.said(self.pooled(rows[..., :-1]))], dim=1)


def ends_of(classes: Sequence[int]) -> tuple[int, ...]:
    """Where each of several sets ends.

    >>> ends_of([3, 2])
    (3, 5)
    """
    return tuple(int(end) for end in np.cumsum(classes))
