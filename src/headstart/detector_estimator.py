"""Boxes as a scikit-learn estimator: pictures and what is on them in, boxes out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from headstart.backbone import Backbone, detector, load_backbone
from headstart.counting import counted
from headstart.data import Columns, Found, asked_of, audit, from_boxes, from_frame, hold_out
from headstart.data.box_tables import boxes_in_memory
from headstart.estimator import need_read
from headstart.features import survey
from headstart.model import Model
from headstart.run import recipe_of
from headstart.run.named_backbones import fitting
from headstart.run.settings import cache_root
from headstart.share import save_model
from headstart.task import Detection, FoundBox, calibrate, make_task, matched
from headstart.train import TaskData, fit, strategy_of


class TransferDetector(BaseEstimator):  # type: ignore[misc]
    """A pretrained detector, or any picture network with a fresh pyramid, that learns your boxes.

    `X` holds paths (str or Path), PIL images or uint8 arrays of shape (h, w, 3); `y` holds what is
    on each: `[{"label": "cat", "box": [x0, y0, x1, y1]}, ...]` in pixels of the upright picture,
    from its top left edge; an empty list is a picture with nothing on it. Or `X` is a DataFrame
    with a row for each box and columns such as `path`, `label`, `xmin`, `ymin`, `xmax`, `ymax`, and
    `y` is left out. `predict` gives a list of `FoundBox` for each picture. `strategy` and
    `backbone` are those of `headstart train`. A part is held out to choose thresholds by. Raises
    `DataError` for pictures that can't be read and boxes that make no sense, `UsageError` for
    arguments that don't.

    >>> TransferDetector(size=320).get_params()["backbone"]
    'headstart_detector'
    """

    def __init__(
        self,
        backbone: str = "headstart_detector",
        *,
        weights: str | Path | None = None,
        strategy: str = "probe",
        size: int | None = None,
        random_state: int = 0,
        offline: bool = False,
        cache: str | Path | None = None,
    ) -> None:
        self.backbone = backbone
        self.weights = weights
        self.strategy = strategy
        self.size = size
        self.random_state = random_state
        self.offline = offline
        self.cache = cache

    def fit(
        self, X: Any, y: Any = None, groups: Sequence[object] | None = None
    ) -> "TransferDetector":
        """Learn where things are; `groups`, one a picture, are not torn apart."""
        found = from_frame(X, Columns(task=Detection.kind)) if y is None else from_boxes(X, y)
        if groups is not None:
            named = tuple(map(str, groups))
            if len(named) != len(found.examples):
                raise ValueError(
                    f"{counted(len(found.examples), 'picture')}, but {counted(len(named), 'group')}"
                )
            found = replace(found, examples=replace(found.examples, groups=named))
        backbone = load_backbone(
            self.backbone, self.weights, self.random_state, self.offline, size=self.size
        )
        backbone = detector(backbone, self.size)
        modality = fitting(backbone.modality, found.examples.sources)
        backbone = replace(backbone, modality=modality)
        self.model_ = self._fitted(self._task_data(found, backbone), backbone)
        self.classes_ = self.model_.classes
        return self

    def predict(self, X: Any) -> list[list[FoundBox]]:
        """What is said to be on each picture, likeliest first, in its own pixels.

        Raises `DataError` for a picture that can't be read.
        """
        check_is_fitted(self, "model_")
        told = self.model_.predict_sources(asked_of(X, "image").sources)
        return [list(one.boxes or ()) for one in told]

    def score(self, X: Any, y: Any) -> float:
        """F1 of a picture's boxes at IoU 1/2, the mean over `X`; a picture of which `y` says None
        is passed over.
        """  # noqa: D205 - one sentence
        check_is_fitted(self, "model_")
        told = boxes_in_memory(asked_of(X, "image").sources, y)
        asked = [(p.source, p.boxes) for p in told.pictures if p.boxes is not None]
        number = {n: i for i, n in enumerate(dict.fromkeys((*self.classes_, *told.names)))}
        merits = list[float]()
        found = self.model_.predict_sources([source for source, _ in asked])
        for one, (_, true) in zip(found, asked, strict=True):
            rows = [(number[b.label], b.probability, *b.box) for b in one.boxes or ()]
            labels = [number[told.names[label]] for label in true.labels]
            known = np.column_stack([np.array(labels, float), true.corners])
            merits.append(matched(np.array(rows, float).reshape(-1, 6), known).f1())
        return float(np.mean(merits))

    def save(self, folder: str | Path) -> None:
        """Write the model as a folder without pickles, which `headstart.load` opens.

        Raises `FileExistsError` for one that is there already.
        """
        check_is_fitted(self, "model_")
        if Path(folder).exists():
            raise FileExistsError(f"{folder} is there already: give a new folder")
        save_model(Path(folder), self.model_, {})

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.target_tags.required = True
        return tags

    def _task_data(self, found: Found, backbone: Backbone) -> TaskData:
        root = cache_root(Path(self.cache) if self.cache else None)
        seen = survey(found.examples, backbone.modality, cache=root)
        need_read(seen.looks, backbone.modality)
        checked = audit(found, seen.looks).needed()
        examples = checked.found.examples
        partition = hold_out(
            examples, seed=self.random_state, rows=checked.usable, together=checked.together
        )
        task, coded = make_task(examples, partition.train + partition.val, backbone)
        return TaskData(seen.items, coded, examples.groups, partition, task, root)

    def _fitted(self, task_data: TaskData, backbone: Backbone) -> Model:
        strategy = strategy_of(self.strategy)
        recipe = recipe_of(strategy, backbone, task_data.task, self.random_state)
        with TemporaryDirectory() as work:
            fitted = fit(task_data, backbone, strategy, recipe, work=Path(work))
        held = fitted.held.numpy(), task_data.labels_of(fitted.held_rows).numpy()
        return Model(
            fitted.joined(),
            fitted.head,
            task_data.task,
            calibrate(task_data.task, *held),
            fitted.at,
        )
