"""The options of the front door as types, for type checkers and editors.

Python has no way to make these from the settings, so they are written out; a test holds that they
name the fields of `run/settings.py`, with their types.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict


class ExampleColumnOptions(TypedDict, total=False):
    """Which columns of a table hold examples and what is true of them: `ExampleColumns`."""

    path: str | None
    text: str | None
    second: str | None
    label: str | None
    start: str | None
    end: str | None


class ColumnOptions(ExampleColumnOptions, total=False):
    """The same, and which columns and names say what else: `Columns`."""

    split: str | None
    task: str | None
    classes: str | Sequence[str] | None
    group: str | None
    parts: str | None
    without: str | Sequence[str] | None
    pages: str | None
    negatives: str | None


class GivenOptions(TypedDict, total=False):
    """What a backbone is given: `Given`."""

    size: int | None
    channels: int | None
    prefix: str | None
    languages: str | None


class TrainingOptions(TypedDict, total=False):
    """How heads are fitted, and what every trained arm goes by: `Hyperparameters`."""

    head: str | None
    epochs: int | None
    rate: float | None
    batch: int | None
    patience: int | None
    weight_decay: float | None
    augment: str | None


class TrainOptions(ColumnOptions, GivenOptions, TrainingOptions, total=False):
    """Those of `train` and `plan`: `Settings`."""

    backbone: str | Path | None
    weights: str | Path | None
    strategy: str | None
    budget: str | None
    compare: str | Sequence[str] | None
    seed: int | None
    test_size: float | None
    folds: int | None
    offline: bool | None
    fetch: str | None
    shared: str | Path | None
    on: str | None


class RankOptions(ColumnOptions, GivenOptions, total=False):
    """Those of `rank`: `RankSettings`."""

    backbones: str | None
    budget: float | str | None
    max_params: float | str | None
    max_ms: float | None
    max_mb: float | None
    license: str | None
    seed: int | None
    test_size: float | None
    offline: bool | None
    fetch: str | None
    on: str | None


class FeatureOptions(ColumnOptions, GivenOptions, total=False):
    """Those of `features`: `FeatureSettings`."""

    part: str | None
    backbone: str | Path | None
    weights: str | Path | None
    strategy: str | None
    seed: int | None
    offline: bool | None
    fetch: str | None
    shared: str | Path | None


class PretrainOptions(TypedDict, total=False):
    """Those of `pretrain`: `PretrainSettings`."""

    arch: str | None
    backbone: str | Path | None
    teacher: str | Path | None
    weights: str | Path | None
    watch: str | Path | None
    epochs: int | None
    size: int | None
    words: int | None
    seed: int | None
    offline: bool | None
    fetch: str | None


class CompressOptions(TypedDict, total=False):
    """Those of `Run.compress`: `CompressSettings`."""

    int8: bool | None
    distill: str | Path | None
    unlabeled: str | Path | None
    stages: int | None
    size: int | None
    budget: str | None
    fetch: str | None
