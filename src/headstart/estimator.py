"""The main job as a scikit-learn classifier: pictures, texts or recordings in, classes out."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from headstart.backbone import Backbone, load_backbone
from headstart.data import ClassTruth, Examples, InMemory, Partition, Problem, Source, hold_out
from headstart.errors import DataError
from headstart.features import survey
from headstart.model import Model
from headstart.run import recipe_of
from headstart.run.settings import cache_root
from headstart.task import Classification, calibrate
from headstart.train import Probe, TaskData, fit, strategy_of


class TransferClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A pretrained backbone with a head fitted to your classes.

    Which of them `X` holds follows from the backbone. For texts ("all-MiniLM-L6-v2") it holds
    strings; for recordings ("headstart_dscnn") paths or (samples, rate); for pictures paths (str or
    Path), PIL images, an array of pictures, shape (n, h, w) or
    (n, h, w, 3), as uint8 or as floats from 0 to 1, or a table of numbers, shape (n, d): each row
    is then a gray picture of `picture_shape`, scaled by the least and greatest number seen in
    `fit`. Errors in the arguments are `ValueError`s, as scikit-learn has them; files that can't be
    read raise `DataError`.

    >>> TransferClassifier(strategy="unfreeze:1").get_params()["strategy"]
    'unfreeze:1'
    """

    def __init__(
        self,
        backbone: str = "shipped",
        *,
        weights: str | Path | None = None,
        strategy: str = "probe",
        random_state: int = 0,
        picture_shape: tuple[int, ...] | None = None,
        offline: bool = False,
        cache: str | Path | None = None,
    ) -> None:
        self.backbone = backbone
        self.weights = weights
        self.strategy = strategy
        self.random_state = random_state
        self.picture_shape = picture_shape
        self.offline = offline
        self.cache = cache

    def fit(self, X: Any, y: Any, groups: Sequence[object] | None = None) -> "TransferClassifier":
        """Fit head, and backbone where the strategy says so; `groups` are not torn apart.

        A probe learns from all rows. Other strategies hold some out to choose the rate and the
        epoch.
        """
        X, y = self._checked(X, y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds 1 class ({self.classes_[0]!r}), a classifier needs two")
        backbone = load_backbone(self.backbone, self.weights, self.random_state, self.offline)
        task_data = self._task_data(X, labels, groups, backbone)
        self.model_ = self._fitted(task_data, backbone)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, shape (n, classes), columns in the order of `classes_`."""
        check_is_fitted(self, "model_")
        if _is_table(X):
            X = validate_data(self, X, reset=False)
        found = self.model_.probabilities(
            self._sources(X, self.model_.backbone.modality.kind)
        ).double()
        likely: np.ndarray = (found / found.sum(dim=1, keepdim=True)).numpy()
        return likely

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each, shape (n,)."""
        likely = self.predict_proba(X)
        found: np.ndarray = self.classes_[likely.argmax(axis=1)]
        return found

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        tags.non_deterministic = False
        return tags

    def _checked(self, pictures: Any, y: Any) -> tuple[Any, np.ndarray]:
        """Tables by scikit-learn's rules, which also learn the range; anything else by length."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        if _is_table(pictures):
            pictures, y = validate_data(self, pictures, y)
            self._range = float(pictures.min()), float(pictures.max())
        check_classification_targets(y)
        labels = np.asarray(y)
        if labels.ndim != 1 or type_of_target(labels) not in ("binary", "multiclass"):
            raise ValueError(f"y has shape {labels.shape}, need one class for each picture")
        if len(pictures) != len(labels):
            raise ValueError(f"{len(pictures)} pictures, but {len(labels)} labels")
        return pictures, labels

    def _task_data(
        self, pictures: Any, labels: np.ndarray, groups: Sequence[object] | None, backbone: Backbone
    ) -> TaskData:
        names = tuple(map(str, self.classes_))
        named = tuple(map(str, groups)) if groups is not None else ()
        modality = backbone.modality
        sources = self._sources(pictures, modality.kind)
        examples = Examples(sources, ClassTruth(names, tuple(labels.tolist())), named)
        root = cache_root(Path(self.cache) if self.cache else None)
        seen = survey(examples, modality, cache=root)
        unread = [look for look in seen.looks if isinstance(look, Problem)]
        if unread:
            first = unread[0]
            raise DataError(
                "D172",
                f"{len(unread)} of {len(examples)} inputs can't be read as {modality.things}",
                "leave them out of X",
                where=first.name,
                why=first.reason,
            )
        task = Classification(names)
        partition = self._partition(examples)
        return TaskData(seen.items, torch.tensor(labels), named, partition, task, root)

    def _partition(self, examples: Examples) -> Partition:
        if isinstance(strategy_of(self.strategy), Probe):
            return Partition(tuple(range(len(examples))), (), (), "all rows")
        return hold_out(examples, seed=self.random_state)

    def _fitted(self, task_data: TaskData, backbone: Backbone) -> Model:
        strategy = strategy_of(self.strategy)
        recipe = recipe_of(strategy, backbone, task_data.task, self.random_state)
        with TemporaryDirectory() as work:
            fitted = fit(task_data, backbone, strategy, recipe, work=Path(work))
        held = fitted.held.numpy(), task_data.labels_of(fitted.held_rows).numpy()
        trust = calibrate(task_data.task, *held)
        return Model(fitted.joined(), fitted.head, task_data.task, trust, fitted.at)

    def _sources(self, pictures: Any, kind: str) -> tuple[Source, ...]:
        if _is_table(pictures):
            pictures = self._drawn(np.asarray(pictures, dtype=float))
        return tuple(_source(index, thing, kind) for index, thing in enumerate(pictures))

    def _drawn(self, table: np.ndarray) -> np.ndarray:
        """Rows of numbers as gray pictures."""
        low, high = self._range
        gray = np.clip((table - low) / ((high - low) or 1.0), 0, 1) * 255
        shape = self.picture_shape or (1, table.shape[1])
        if int(np.prod(shape)) != table.shape[1]:
            raise ValueError(f"rows of {table.shape[1]} numbers are no pictures of shape {shape}")
        pictures: np.ndarray = gray.round().astype(np.uint8).reshape(len(table), *shape)
        return pictures


def _source(index: int, thing: Any, kind: str) -> Source:
    if isinstance(thing, Path) or (isinstance(thing, str) and kind != "text"):
        return Path(thing)
    return InMemory(f"X[{index}]", thing)


def _is_table(pictures: Any) -> bool:
    """Whether it is a table of numbers rather than a row of pictures or paths."""
    if hasattr(pictures, "__array__") or hasattr(pictures, "iloc"):
        numbers = np.asarray(pictures)
        return numbers.ndim not in {3, 4} and not _paths(numbers)
    if hasattr(pictures, "toarray"):  # sparse: validate_data says what is wrong with it
        return True
    first = next(iter(pictures), None)
    sound = isinstance(first, tuple) and len(first) == 2 and np.ndim(first[0]) > 0
    return isinstance(first, list | tuple | int | float) and not sound


def _paths(things: np.ndarray) -> bool:
    return things.ndim == 1 and len(things) > 0 and not isinstance(things[0], int | float)
