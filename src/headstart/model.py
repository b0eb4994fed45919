"""The trained model: backbone, head and task, and how it predicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
import PIL.Image
import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import Backbone
from headstart.data import InMemory, Source, asked_of, source_of
from headstart.errors import HeadstartError, UsageError
from headstart.features import fast, noise
from headstart.head import Familiar, padded
from headstart.modality import Prepared, Sound, longest_s, windows
from headstart.modality.further_looks import further_looks
from headstart.modality.text import content_of
from headstart.prediction import WAITING, joined, unanswered
from headstart.prediction import Prediction as Prediction
from headstart.task import (
    Calibration,
    FoundBox,
    Task,
    answer_of,
    boxes_told,
    found_in_tiles,
    placed,
)

One = str | bytes | Path | InMemory | PIL.Image.Image
"""One input of a prediction."""
Given = Any
"""Inputs of `predict`: a path, a text, two texts, a picture, (samples, rate), bytes; or several."""


@dataclass(frozen=True, eq=False)
class Model:
    """A backbone, the head trained on it, and the task that gives scores their meaning."""

    backbone: Backbone
    """The trained weights, with the input contract of training."""
    head: nn.Module
    task: Task
    trust: Calibration
    cut: int
    """Stages before it are unchanged from the backbone that training started from."""
    familiar: Familiar | None = None
    """Statistics of the training data, which tell whether a new input resembles it."""
    said_above: float | None = None
    """The probability from which on a tag or box is said, where that was asked for."""
    looks: int = 1
    """Looks at each picture, whose answers are averaged."""

    def asking(self, *, threshold: float | None = None, looks: int = 1) -> "Model":
        """The same model: sure, or saying tags and boxes, from this probability on; by the mean
        over `looks` at a picture (`further_looks`). Raises `UsageError` where that is nonsense.
        """  # noqa: D205 - one sentence
        if threshold is not None and self.task.numeric:
            raise UsageError("U349", "values have no threshold", "leave --threshold out")
        if looks > 1 and (self.task.locates or self.backbone.modality.kind != "image"):
            raise UsageError("U351", "pictures alone, without boxes, have looks", "leave --tta out")
        several = self.task.link == "sigmoid" or self.task.locates
        sure = self.trust.sure_above if threshold is None or several else threshold
        trust = replace(self.trust, sure_above=sure)
        return replace(self, trust=trust, said_above=threshold, looks=looks)

    @torch.inference_mode()
    def probabilities(
        self, sources: Sequence[Given], batch: int = 32
    ) -> Float[Tensor, "n classes"]:
        """Read sources and return their probabilities, or values, in the order given.

        Strings are texts where the model reads texts, else paths; two of them are a pair. Raises
        `DataError` for one it can't read.
        """
        parts = [sources[i : i + batch] for i in range(0, len(sources), batch)]
        found = [self._judged(self._items(part))[0] for part in parts]
        return self.task.stacked(found)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes or tags, in the order of `probabilities`; none where answers are
        values or texts.
        """  # noqa: D205 - one sentence
        return () if self.task.numeric else self.task.classes

    @overload
    def predict(self, given: One) -> Prediction: ...

    @overload
    def predict(self, given: list[Any]) -> list[Prediction]: ...

    @overload
    def predict(self, given: Any) -> Any: ...

    def predict(self, given: Any) -> Any:
        """A prediction for one thing, a list of them for several, in the order given.

        One thing is a path, a text, a picture (PIL, an array, a tensor), bytes, `(samples, rate)`
        of a recording, or a pair of texts where that is what was learned from. Several are any
        sequence of these, a Series, or a DataFrame with a column of them. Of several, one that
        can't be read has its reason in `error` and harms no other. Raises `DataError` where
        nothing can be read.
        """
        modality = self.backbone.modality
        asked = asked_of(
            given,
            modality.kind,
            paired=getattr(modality, "paired", False),
            channels=getattr(modality, "channels", 3),
        )
        try:
            found = self.predict_sources(asked.sources)
        except HeadstartError:
            if asked.single or len(asked.sources) == 1:
                raise
            return self._despite_errors(asked.sources)
        return found[0] if asked.single else found

    def _despite_errors(self, sources: Sequence[Source]) -> list[Prediction]:
        """One prediction or error per source. Raises the first error where all failed."""
        each = [self.predict_each(sources[i : i + 32]) for i in range(0, len(sources), 32)]
        found = [one for some in each for one in some]
        errors = [one for one in found if isinstance(one, HeadstartError)]
        if len(errors) == len(found):
            raise errors[0]
        return [unanswered(one) if isinstance(one, HeadstartError) else one for one in found]

    def predict_each(self, sources: Sequence[Source]) -> list[Prediction | HeadstartError]:
        """One prediction per source, or the error where it can't be read; others are unaffected."""
        modality = self.backbone.modality
        if self._in_parts or self.task.per_word or self.task.locates:
            return [self._or_error(source) for source in sources]
        found: list[Prediction | HeadstartError] = []
        items = list[Tensor]()
        for source in sources:
            try:
                items.append(modality.read(source))
            except HeadstartError as error:
                found.append(error)
                continue
            found.append(WAITING)
        if not items:
            return found
        answers, shares = self._judged(items)
        told = iter(self._all_told(answers.numpy(), shares))
        return [next(told) if one is WAITING else one for one in found]

    @property
    def _in_parts(self) -> bool:
        """Whether a source may be predicted in several parts."""
        parted = isinstance(self.backbone.modality, Sound | Prepared)
        return self.task.continues or self.task.joins or parted

    def _or_error(self, source: Source) -> Prediction | HeadstartError:
        try:
            return self.predict_sources([source])[0]
        except HeadstartError as error:
            return error

    def predict_sources(self, sources: Sequence[Source]) -> list[Prediction]:
        """One prediction a source, in the order given. Raises `DataError` for one it can't read.

        What is said in a long recording is written down part by part, cut where it is quiet. Of
        what else there is in one, the mean over windows as long as the backbone hears, of which
        each shares a quarter or more with the next.
        """
        if self.task.continues:
            return self._continued(sources)
        if self.task.locates:
            return self._located(sources)
        if self.task.joins:
            most = longest_s(self.backbone.modality)
            parts = [windows(self._source(given), most) for given in sources]
            every = self.probabilities([part for some in parts for part in some])
            told = iter(self._all_told(every.numpy()))
            return [joined([next(told) for _ in some]) for some in parts]
        answers, shares = self._seen(sources)
        if self.task.per_word:
            answers = self._at_words(sources, answers)
        return self._all_told(answers, shares)

    def answers(self, sources: Sequence[Given]) -> Float[np.ndarray, "n c"]:
        """The raw answers in the order given; of a long recording, the mean over windows."""
        return self._seen(sources)[0]

    def _seen(self, sources: Sequence[Given]) -> tuple[Float[np.ndarray, "n c"], list[float]]:
        """Answers, and how familiar each source is; no shares where that is not known."""
        modality = self.backbone.modality
        if not isinstance(modality, Sound | Prepared) or not sources:
            return self._in_batches(sources)
        parts = [windows(self._source(s), modality.most_s, lapped=True) for s in sources]
        every, shares = self._in_batches([part for some in parts for part in some])
        ends = np.cumsum([len(some) for some in parts])[:-1]
        near = [float(part.mean()) for part in np.split(np.array(shares), ends)] if shares else []
        return np.stack([rows.mean(axis=0) for rows in np.split(every, ends)]), near

    @torch.inference_mode()
    def _in_batches(
        self, sources: Sequence[Given], batch: int = 32
    ) -> tuple[Float[np.ndarray, "n c"], list[float]]:
        parts = [sources[i : i + batch] for i in range(0, len(sources), batch)]
        found = [self._judged(self._items(part)) for part in parts]
        shares = [share for _, some in found for share in some]
        return self.task.stacked([answers for answers, _ in found]).numpy(), shares

    def _continued(self, sources: Sequence[Given]) -> list[Prediction]:
        """A continuation of each text, sampled with a fixed seed."""
        modality, told = self.backbone.modality, []
        for given in sources:
            codes = modality.read(self._source(given)).tolist()
            (new,) = self.head.continued([codes])  # type: ignore[operator]  # an `Alone`
            sure = float(self._judged(self._items([given]))[0][0, 0])
            label = modality.spelled([*codes, *new])  # type: ignore[attr-defined]
            told.append(Prediction(label, {}, sure >= self.trust.sure_above, sure))
        return told

    def _located(self, sources: Sequence[Given]) -> list[Prediction]:
        """The boxes on each picture, in pixels of the original."""
        answers = self.probabilities(sources).double().numpy()
        modality, every = self.backbone.modality, zip(sources, answers, strict=True)
        found = [self._boxes(placed(row, modality, self._source(one))) for one, row in every]
        told = zip(self._all_told(answers), found, strict=True)
        return [replace(one, boxes=boxes) for one, boxes in told]

    def tiled(self, given: Given, side: int) -> Prediction:
        """What is on a large picture, looked for in overlapping squares of so many pixels a side
        and in the whole of it. Raises `DataError` where it can't be read.
        """  # noqa: D205 - one sentence
        modality, source = self.backbone.modality, self._source(given)
        found = found_in_tiles(
            lambda parts: self.probabilities(parts).double().numpy(), modality, source, side
        )
        answer = answer_of([torch.from_numpy(found)]).numpy()
        return replace(
            self._all_told(answer)[0], boxes=boxes_told(found, self.task, self.said_above)
        )

    def _boxes(self, found: Float[np.ndarray, "k 6"]) -> tuple[FoundBox, ...]:
        return boxes_told(found, self.task, self.said_above)

    def _all_told(
        self, answers: Float[np.ndarray, "n c"], shares: Sequence[float] = ()
    ) -> list[Prediction]:
        belief = self.task.belief(answers).tolist()
        told = [self._told(row, sure) for row, sure in zip(answers, belief, strict=True)]
        if not shares:
            return told
        return [replace(one, familiar=float(s)) for one, s in zip(told, shares, strict=True)]

    def fold(self) -> None:
        """Prepare the network for inference now instead of at the first prediction."""
        _ = self._network

    @cached_property
    def _network(self) -> nn.Sequential:
        return fast(self.backbone.stages, noise(self.backbone.modality))

    def _items(self, sources: Sequence[Given]) -> list[Tensor]:
        return [self.backbone.modality.read(self._source(given)) for given in sources]

    @torch.inference_mode()
    def _judged(self, items: Sequence[Tensor]) -> tuple[Float[Tensor, "n classes"], list[float]]:
        """Answers, and how much each item resembles the training data."""
        batch = self.backbone.modality.batch(items)
        rows = self._network(batch)
        shares = self.familiar.shares(rows) if self.familiar else []
        answers = self.task.answers(self.head(rows))
        for seen in further_looks(batch, self.looks) if self.looks > 1 else ():
            answers = answers + self.task.answers(self.head(self._network(seen)))
        return answers / self.looks, shares

    def _at_words(self, sources: Sequence[Given], answers: np.ndarray) -> np.ndarray:
        """One tag a word, in order; the first tag for words that could not be read any more."""
        rows = []
        for given, answer in zip(sources, answers, strict=True):
            words = " ".join(content_of(self._source(given)).split())
            places = self.backbone.modality.starts(words)  # type: ignore[attr-defined]
            rows.append([answer[0], *(answer[1 + at] if at >= 0 else 0 for at in places)])
        return padded([torch.tensor(row) for row in rows]).double().numpy()

    def _source(self, given: Given) -> Source:
        return source_of(given, self.backbone.modality.kind)

    def _told(self, answer: np.ndarray, belief: float) -> Prediction:
        above = self.said_above if self.task.link == "sigmoid" else None
        label = self.task.text(answer if above is None else (answer >= above).astype(float))
        if above is not None:
            belief = float(np.where(answer >= above, answer, 1 - answer).min())
        if self.task.numeric:
            value, margin = float(answer[0]), self.trust.margin
            return Prediction(label, {}, True, belief, value, value - margin, value + margin)
        coded, names = self.task.coded_rows, self.task.classes
        named = {} if coded else dict(zip(names, answer.tolist(), strict=True))
        return Prediction(label, named, belief >= self.trust.sure_above, belief)
