"""Room 1. From a place on disk to labeled examples.

Takes: a folder, a table, an archive, or things in memory.
Gives: `Examples`, which name sources and hold no pixels, words or samples; their `Partition`;
and, once each was looked at, an `Audit`.
"""

from headstart.data.audit import Audit, audit, leaks
from headstart.data.clusters import cluster_names, count_once
from headstart.data.encodings import text_in
from headstart.data.examples import Examples, Held, Pair, Partition, Source, Span, name_of
from headstart.data.folders import TABLES
from headstart.data.labels import EVEN, meant, need_task, strata_of, tags_in, tags_of, values_of
from headstart.data.memory import Frame, from_frame, from_memory
from headstart.data.place import find
from headstart.data.problem import (
    ENTITIES,
    GENERATED,
    SPOKEN,
    TOLD,
    WRITTEN,
    Columns,
    Found,
    Problem,
)
from headstart.data.sounds import heard
from headstart.data.splitting import divide, folds, spread
from headstart.data.unlabeled import collect, merge

__all__ = [
    "ENTITIES",
    "EVEN",
    "GENERATED",
    "SPOKEN",
    "TABLES",
    "TOLD",
    "WRITTEN",
    "Audit",
    "Columns",
    "Examples",
    "Found",
    "Frame",
    "Held",
    "Pair",
    "Partition",
    "Problem",
    "Source",
    "Span",
    "audit",
    "cluster_names",
    "collect",
    "count_once",
    "divide",
    "find",
    "folds",
    "from_frame",
    "from_memory",
    "heard",
    "leaks",
    "meant",
    "merge",
    "name_of",
    "need_task",
    "spread",
    "strata_of",
    "tags_in",
    "tags_of",
    "text_in",
    "values_of",
]
