"""Connectionist temporal classification (Graves et al. 2006): frame scores and decoding."""

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from headstart.head.codes import NOTHING
from headstart.head.lexicon import WordPrior

BEAM, LIKELY = 8, 1e-3
"""Beam width, and the least probability of a letter that extends a prefix."""
WEIGHT = 0.5
"""Weight of the word prior beside the frames' probabilities."""
_NEVER = 1e-300


class FrameHead(nn.Module):
    """A linear layer over the features of each frame, which may emit several codes.

    Its weight has `per_frame` rows for each score.
    """

    def __init__(self, width: int, scores: int, per_frame: int) -> None:
        super().__init__()
        self.linear = nn.utils.skip_init(nn.Linear, width, scores * per_frame)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.per_frame = per_frame

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b s c"]:
        """Scores of every code; the last column marks frames that are not padding."""
        said = self.linear(rows[..., :-1]).unflatten(-1, (self.per_frame, -1)).flatten(1, 2)
        there = rows[..., -1:].repeat_interleave(self.per_frame, dim=1)
        return torch.cat([said, there.to(said)], dim=-1)


def frames_needed(codes: Int[Tensor, "n l"]) -> Int[Tensor, " n"]:
    """The least frames of each transcript: a repeated letter needs a blank between."""
    there = codes != NOTHING
    twice = (codes[:, 1:] == codes[:, :-1]) & there[:, 1:]
    return there.sum(dim=1) + twice.sum(dim=1)


def greedy(said: Float[np.ndarray, "t c"]) -> list[int]:
    """The likeliest letter of each frame, without repeats and blanks."""
    best = [letter for letter, _ in groupby(said.argmax(axis=1).tolist())]
    return [letter - 1 for letter in best if letter]


def searched(
    said: Float[np.ndarray, "t c"], width: int, language: WordPrior | None = None
) -> list[int]:
    """The likeliest transcript over all alignments, by beam search with `width` prefixes.

    Prefix search (Hannun et al. 2014): each prefix has the probability that it ends in a blank
    and that it ends in its last letter; prefixes are ranked by both and by the word prior.
    """

    def rank(pair: tuple[tuple[int, ...], Sequence[float]]) -> float:
        words = language.begun(pair[0]) if language else 0.0
        return math.log(sum(pair[1]) or _NEVER) + WEIGHT * words

    def last(pair: tuple[tuple[int, ...], Sequence[float]]) -> float:
        words = language.ended(pair[0]) if language else 0.0
        return math.log(sum(pair[1]) or _NEVER) + WEIGHT * words

    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for frame in np.exp(said):
        grown: dict[tuple[int, ...], list[float]] = {}
        likely = np.flatnonzero(frame[1:] >= LIKELY).tolist()
        for text, (silent, spoken) in beams.items():
            both = silent + spoken
            own = grown.setdefault(text, [0.0, 0.0])
            own[0] += both * frame[0]
            if text:
                own[1] += spoken * frame[text[-1] + 1]
            for letter in likely:
                before = silent if text and letter == text[-1] else both
                longer = grown.setdefault((*text, letter), [0.0, 0.0])
                longer[1] += before * frame[letter + 1]
        ranked = sorted(grown.items(), key=rank, reverse=True)[:width]
        most = max(sum(pair[1]) for pair in ranked) or 1.0  # nothing vanishes over a long recording
        beams = {text: (chance[0] / most, chance[1] / most) for text, chance in ranked}
    return list(max(beams.items(), key=last)[0])
