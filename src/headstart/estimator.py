"""The main job as a scikit-learn classifier: pictures, texts or recordings in, classes out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from headstart.backbone import Backbone, load_backbone
from headstart.counting import counted
from headstart.data import (
    ClassTruth,
    Examples,
    InMemory,
    Partition,
    Problem,
    Source,
    hold_out,
    is_at_hand,
    labeled_sources,
)
from headstart.data.column_settings import Columns
from headstart.data.scales import LEAST_GRADES as LEAST_ORDERED
from headstart.errors import DataError
from headstart.features import survey
from headstart.modality import Modality
from headstart.model import Model
from headstart.run import recipe_of
from headstart.run.inputs import found_at
from headstart.run.named_backbones import fitting
from headstart.run.settings import cache_root
from headstart.task import calibrate, make_task
from headstart.task_names import TASK_NAMES, LabelForm, form_of, task_of
from headstart.train import Probe, TaskData, fit, strategy_of

_TASKS = [
    task for task, name in TASK_NAMES.items() if name.labels in (LabelForm.CLASS, LabelForm.GRADE)
]


class TransferClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A pretrained backbone with a head fitted to your classes.

    Which of them `X` holds follows from the backbone. For texts ("all-MiniLM-L6-v2") it holds
    strings; for recordings ("headstart_dscnn") paths or (samples, rate); for pictures paths (str or
    Path), PIL images, an array of pictures, shape (n, h, w) or
    (n, h, w, 3), as uint8 or as floats from 0 to 1, or a table of numbers, shape (n, d): each row
    is then a gray picture of `picture_shape`, scaled by the least and greatest number seen in
    `fit`. `task` is "classification", "balanced" (every class counts the same) or "ordinal"
    (numbers whose order counts). Errors in the arguments are `ValueError`s, as scikit-learn has
    them; files that can't be read raise `DataError`.

    >>> TransferClassifier(strategy="unfreeze:1").get_params()["strategy"]
    'unfreeze:1'
    """

    def __init__(
        self,
        backbone: str = "shipped",
        *,
        weights: str | Path | None = None,
        strategy: str = "probe",
        task: str = task_of(LabelForm.CLASS),
        random_state: int = 0,
        picture_shape: tuple[int, ...] | None = None,
        offline: bool = False,
        cache: str | Path | None = None,
    ) -> None:
        self.backbone = backbone
        self.weights = weights
        self.strategy = strategy
        self.task = task
        self.random_state = random_state
        self.picture_shape = picture_shape
        self.offline = offline
        self.cache = cache

    def fit(
        self, X: Any, y: Any = None, groups: Sequence[object] | None = None
    ) -> "TransferClassifier":
        """Fit head, and backbone where the strategy says so; `groups` are not torn apart.

        Without `y`, `X` says what its examples are: a folder, a table, an archive or the address of
        one, or a data set of `datasets`, torch or torchvision; a part for the test is left out. A
        probe learns from all rows. Other strategies hold some out to choose the rate and the epoch.
        """
        if y is None and (isinstance(X, str | Path) or is_at_hand(X)):
            found = found_at(X, Columns(task=self.task), cache_root(_path(self.cache)))
            X, y, own = labeled_sources(found)
            groups = own if groups is None else groups
        X, y = self._checked(X, y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        self._need_classes()
        backbone = load_backbone(self.backbone, self.weights, self.random_state, self.offline)
        sources = self._sources(X, backbone.modality.kind)
        backbone = replace(backbone, modality=fitting(backbone.modality, sources))
        task_data = self._task_data(sources, labels, groups, backbone)
        self.model_ = self._fitted(task_data, backbone)
        return self

    def _need_classes(self) -> None:
        if self.task not in _TASKS:
            raise ValueError(f"task is {self.task!r}, need one of {', '.join(_TASKS)}")
        least = LEAST_ORDERED if form_of(self.task) is LabelForm.GRADE else 2
        if (count := len(self.classes_)) < least:
            many = counted(count, "class", "classes")
            raise ValueError(f"y holds {many} ({self.classes_[0]!r} …), this task needs {least}")
        if form_of(self.task) is LabelForm.GRADE and not np.issubdtype(
            self.classes_.dtype, np.number
        ):
            raise ValueError("task='ordinal' needs numbers in y: words have no order of their own")

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
        found: np.ndarray = self.classes_[self.model_.task.likely(likely)]
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
            raise ValueError(
                f"{counted(len(pictures), 'picture')}, but {counted(len(labels), 'label')}"
            )
        return pictures, labels

    def _task_data(
        self,
        sources: tuple[Source, ...],
        labels: np.ndarray,
        groups: Sequence[object] | None,
        backbone: Backbone,
    ) -> TaskData:
        names = tuple(map(str, self.classes_))
        named = tuple(map(str, groups)) if groups is not None else ()
        modality = backbone.modality
        examples = Examples(
            sources, ClassTruth(names, tuple(labels.tolist())), named, kind=self.task
        )
        root = cache_root(_path(self.cache))
        seen = survey(examples, modality, cache=root)
        need_read(seen.looks, modality)
        partition = self._partition(examples)
        task, coded = make_task(examples, partition.train + partition.val, backbone)
        return TaskData(seen.items, coded, named, partition, task, root)

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


def need_read(looks: Sequence[object], modality: Modality) -> None:
    """Raise `DataError` where one of the inputs was not read."""
    unread = [look for look in looks if isinstance(look, Problem)]
    if unread:
        first = unread[0]
        raise DataError(
            "D172",
            f"{len(unread)} of {len(looks)} inputs can't be read as {modality.things}",
            "leave them out of X",
            where=first.name,
            why=first.reason,
        )


def _path(cache: str | Path | None) -> Path | None:
    return Path(cache) if cache else None


def _source(index: int, thing: Any, kind: str) -> Source:
    if isinstance(thing, InMemory):
        return thing
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
