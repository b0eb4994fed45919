"""A tag for each word of a text: names of people and places, parts of speech."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from headstart.backbone import Backbone, Writer
from headstart.data import Examples, InMemory, WordTagTruth
from headstart.head import NOTHING, Known, Labels
from headstart.modality import Text
from headstart.stats import Interval, Merit, level, share
from headstart.task.codes import CodesTask
from headstart.task.intervals import micro_f1, resampled

OUTSIDE = "O"
"""The tag of words that are part of nothing."""


@dataclass(frozen=True)
class TokenClassification(CodesTask):
    """One tag a word. With tags such as B-PER and I-PER, an answer is as good as its entities.

    An answer is its confidence, then a tag for each token, then -1. A label is a row of tags, each
    where its word's first token is, and -1 everywhere else.
    """

    kind: ClassVar[str] = "entities"
    pipeline: ClassVar[str] = "token-classification"
    heads: ClassVar[tuple[str, ...]] = ("tokens",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    noun: ClassVar[str] = "Tags of words"
    baselines: ClassVar[tuple[str, ...]] = ("constant", "usual_tags")
    constant_name: ClassVar[str] = "the usual tag"
    graded: ClassVar[bool] = True
    per_word: ClassVar[bool] = True

    classes: tuple[str, ...]
    """The tags."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["TokenClassification", Labels]:
        """Tags by the tokens of the backbone's tokenizer."""
        if backbone is None or not isinstance(backbone.modality, Text):
            raise TypeError("tags of words need a backbone that reads texts")
        told = list(map(" ".join, examples.truth_as(WordTagTruth).tags))
        texts = [str(s.content) if isinstance(s, InMemory) else "" for s in examples.sources]
        task = cls.of(told)
        return task, tag_codes(task, texts, told, backbone.modality)

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "TokenClassification":
        """By its tags."""
        return cls(classes)

    @classmethod
    def of(cls, sentences: Sequence[str]) -> "TokenClassification":
        """The task that these tags pose, " " between them."""
        found = {tag for tags in sentences for tag in tags.split(" ")}
        return cls(tuple(sorted(found, key=lambda tag: (tag != OUTSIDE, tag))))

    @property
    def spans(self) -> bool:
        """Whether tags say where something begins and goes on."""
        return any(name.startswith(("B-", "I-")) for name in self.classes)

    @property
    def figure(self) -> str:
        """F1 of a sentence's entities; of other tags, how many are right."""
        return "sentence_f1" if self.spans else "tags_right"

    @property
    def phrase(self) -> str:  # type: ignore[override]  # it depends on the tags
        """Of entities or of tags."""
        return "entity F1 of a sentence " if self.spans else "tags right "

    def loss(
        self, scores: Float[Tensor, "n t c"], labels: Int[Tensor, "n l"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Cross-entropy, the mean over words; the last column of scores says what is there."""
        wide = min(scores.shape[1], labels.shape[1])
        flat, wanted = scores[:, :wide, :-1].flatten(0, 1), labels[:, :wide].flatten()
        if not bool((wanted != NOTHING).any()):
            return flat.sum() * 0
        return cross_entropy(flat, wanted, ignore_index=NOTHING, label_smoothing=smoothing)

    def answers(self, scores: Float[Tensor, "n t c"]) -> Float[Tensor, "n m"]:
        """The likeliest tag of each token; the confidence is the mean of their shares."""
        share, code = scores[..., :-1].softmax(dim=-1).max(dim=-1)
        there = scores[..., -1] > 0
        sure = (share * there).sum(dim=1) / there.sum(dim=1).clamp_min(1)
        return torch.cat([sure[:, None], torch.where(there, code, NOTHING).to(sure)], dim=1)

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, " n"]:
        """Share of a sentence's words with a wrong tag."""
        pairs = zip(*self._both(answers, labels), strict=True)
        return np.array([np.mean([a != b for a, b in zip(*p, strict=True)] or [0]) for p in pairs])

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]) -> Merit:
        """F1 of each sentence's entities, 1 where there are none and none is said; or tags right.

        Entities count where begin, end and type are right (CoNLL: Tjong Kim Sang 2002).
        """
        if not self.spans:
            right: Float[np.ndarray, " n"] = 1 - self.losses(answers, labels)
            return right
        hits, told, there = self.counts(answers, labels).T
        of = told + there
        merit: Float[np.ndarray, " n"] = np.where(of > 0, 2 * hits / np.maximum(of, 1), 1.0)
        return merit

    def constant(self, labels: Labels) -> Float[np.ndarray, " m"]:
        """The most frequent tag, everywhere."""
        tags = labels[labels >= 0].numpy().astype(int)
        usual: Float[np.ndarray, " m"]
        usual = np.r_[1.0, np.full(labels.shape[1], np.bincount(tags).argmax())]
        return usual

    def correct(self, answers: Float[np.ndarray, "n m"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether every word of a sentence has the right tag."""
        return super().correct(self.at_words(answers, labels), labels)

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """F1 of all entities together, tags that are right, sentences without a mistake."""
        found = {"tags_right": level(1 - self.losses(answers, labels), groups)}
        if self.spans:
            counted = self.counts(answers, labels)
            drawn = resampled(lambda rows: micro_f1(counted[rows]), len(counted), groups)
            found = {"entity_f1": drawn, **found}
        return {**found, "exact": share(self.correct(answers, labels), groups)}

    def counts(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Int[np.ndarray, "n 3"]:
        """Entities of each sentence that are right, that were said, and that there are."""
        rows = []
        for said, true in zip(*self._both(answers, labels), strict=True):
            one, other = entities(said), entities(true)
            rows.append((len(one & other), len(one), len(other)))
        return np.array(rows, dtype=np.int64).reshape(-1, 3)

    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows of tags as people write them."""
        return [" ".join(self.classes[int(code)] for code in row if code >= 0) for row in codes]

    def at_words(
        self, answers: Float[np.ndarray, "n m"], labels: Int[np.ndarray, "n l"]
    ) -> Float[np.ndarray, "n m"]:
        """Answers without tags for tokens that begin no word."""
        kept, wide = answers.copy(), min(answers.shape[1] - 1, labels.shape[1])
        kept[:, 1 : wide + 1][labels[:, :wide] < 0] = NOTHING
        kept[:, wide + 1 :] = NOTHING
        return kept

    def schedule(self, *, probe: bool) -> tuple[int, int] | None:
        """A probe begins at nothing and takes longer."""
        return (30, 5) if probe else None

    def _both(self, answers: np.ndarray, labels: np.ndarray) -> tuple[list[list[str]], ...]:
        """Tags of words as they were said and as they are."""
        said, true = [], []
        for answer, label in zip(answers[:, 1:], labels, strict=True):
            places = np.flatnonzero(label >= 0).tolist()
            codes = [int(answer[at]) if at < len(answer) else NOTHING for at in places]
            said.append([self.classes[code] if code >= 0 else OUTSIDE for code in codes])
            true.append([self.classes[int(label[at])] for at in places])
        return said, true


def tag_codes(
    task: TokenClassification, texts: Sequence[str], tags: Sequence[str], tokens: Text
) -> Int[Tensor, "n l"]:
    """Each tag where the first token of its word is, -1 everywhere else."""
    known = {tag: code for code, tag in enumerate(task.classes)}
    codes = torch.full((len(texts), tokens.max_tokens), NOTHING)
    for row, text, own in zip(codes, texts, tags, strict=True):
        for place, tag in zip(tokens.starts(text), own.split(" "), strict=True):
            if place >= 0:
                row[place] = known[tag]
    return codes


def entities(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """Type, first word and the word behind the last of each entity.

    >>> sorted(entities(["B-PER", "I-PER", "O", "I-LOC"]))
    [('LOC', 3, 4), ('PER', 0, 2)]
    """
    found, begun = set[tuple[str, int, int]](), -1
    for place, tag in enumerate([*tags, OUTSIDE]):
        mark, _, kind = tag.partition("-")
        before = tags[begun].partition("-")[2] if begun >= 0 else ""
        goes_on = mark == "I" and begun >= 0 and kind == before
        if begun >= 0 and not goes_on:
            found.add((before, begun, place))
            begun = -1
        if not goes_on and mark in ("B", "I"):
            begun = place
    return found
