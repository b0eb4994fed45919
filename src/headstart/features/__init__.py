"""Room 4. The frozen prefix, run once.

Takes: examples, a modality, and the stages left of the cut.
Gives: looks and items of all sources, each opened once; rows of features in a table on disk.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.features.batches import Prefix
    from headstart.features.cap import most_bytes, trim
    from headstart.features.clearing import Cleared, clear, guarded, in_use, sizes
    from headstart.features.engine import milliseconds
    from headstart.features.extraction import MISSED, ROWS, Features, extract, settled
    from headstart.features.folding import fast, noise
    from headstart.features.graphics_card import card
    from headstart.features.halved import Halved
    from headstart.features.running import Engine
    from headstart.features.shared import Shared, shared_at, unit_of
    from headstart.features.store import address_of
    from headstart.features.survey import Items, Survey, file_digests, noted, survey
    from headstart.features.table import Row, Table
    from headstart.features.varied import Varied, key_in

__all__ = [
    "MISSED",
    "ROWS",
    "Cleared",
    "Engine",
    "Features",
    "Halved",
    "Items",
    "Prefix",
    "Row",
    "Shared",
    "Survey",
    "Table",
    "Varied",
    "address_of",
    "card",
    "clear",
    "extract",
    "fast",
    "file_digests",
    "guarded",
    "in_use",
    "key_in",
    "milliseconds",
    "most_bytes",
    "noise",
    "noted",
    "settled",
    "shared_at",
    "sizes",
    "survey",
    "trim",
    "unit_of",
]

lazy.attach(__name__)
