"""Room 1. From a place on disk to labeled examples.

Takes: a folder, a table, an archive, a data set of another library, or things in memory.
Gives: `Examples`, which name sources and hold no pixels, words or samples; their `Partition`;
and, once each was looked at, an `Audit`.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.data.asked import Asked, asked_of, source_of
    from headstart.data.at_hand import from_data_set, is_at_hand, labeled_sources
    from headstart.data.audit import Audit, audit, leaks
    from headstart.data.boxes import Boxes, BoxTruth, boxes_of, iou
    from headstart.data.clusters import cluster_names, count_once
    from headstart.data.column_settings import Columns
    from headstart.data.dataset import Dataset, content_of, dataset_of
    from headstart.data.discovery import find
    from headstart.data.encodings import text_in
    from headstart.data.examples import (
        Examples,
        InMemory,
        Page,
        Pair,
        Partition,
        Source,
        Span,
        name_of,
    )
    from headstart.data.extensions import TABLES
    from headstart.data.found import Found
    from headstart.data.label_hints import far_values
    from headstart.data.labels import need_task, tags_in, with_task
    from headstart.data.markup import PAGES
    from headstart.data.memory import Frame, from_boxes, from_frame, from_memory
    from headstart.data.presence import need_place
    from headstart.data.problem import Problem
    from headstart.data.sealing import Seal, SealedError, SealedStrata
    from headstart.data.sounds import with_sounds
    from headstart.data.splitting import divide, folds, hold_out, spread
    from headstart.data.text_truth import TextTruth, WordTagTruth
    from headstart.data.truth import ClassTruth, TagTruth, Truth, ValueTruth
    from headstart.data.unlabeled import collect, merge, unlike
    from headstart.data.unseen import with_unseen, without_classes

__all__ = [
    "PAGES",
    "TABLES",
    "Asked",
    "Audit",
    "BoxTruth",
    "Boxes",
    "ClassTruth",
    "Columns",
    "Dataset",
    "Examples",
    "Found",
    "Frame",
    "InMemory",
    "Page",
    "Pair",
    "Partition",
    "Problem",
    "Seal",
    "SealedError",
    "SealedStrata",
    "Source",
    "Span",
    "TagTruth",
    "TextTruth",
    "Truth",
    "ValueTruth",
    "WordTagTruth",
    "asked_of",
    "audit",
    "boxes_of",
    "cluster_names",
    "collect",
    "content_of",
    "count_once",
    "dataset_of",
    "divide",
    "far_values",
    "find",
    "folds",
    "from_boxes",
    "from_data_set",
    "from_frame",
    "from_memory",
    "hold_out",
    "iou",
    "is_at_hand",
    "labeled_sources",
    "leaks",
    "merge",
    "name_of",
    "need_place",
    "need_task",
    "source_of",
    "spread",
    "tags_in",
    "text_in",
    "unlike",
    "with_sounds",
    "with_task",
    "with_unseen",
    "without_classes",
]

lazy.attach(__name__)
