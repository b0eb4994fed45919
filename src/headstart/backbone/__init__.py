"""Room 3. From a name to a pretrained network.

Takes: a name, a folder, or a file of weights.
Gives: a `Backbone`: a row of stages, with its input contract, its origin and its digest.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.backbone.backbone import (
        Architecture,
        Backbone,
        Frozen,
        Origin,
        in_writer,
        tensors_of,
    )
    from headstart.backbone.building import build, contract
    from headstart.backbone.costs import multiply_adds
    from headstart.backbone.decoder_only import Alone
    from headstart.backbone.detector import (
        LEAST_PX,
        detector,
        detects,
        fresh_stages,
        learning_stages,
        placing_of,
        with_own_statistics,
    )
    from headstart.backbone.digests import Digests, digests_of, moved
    from headstart.backbone.fetching import Fetch
    from headstart.backbone.folder import (
        digests_in,
        fresh,
        read_backbone,
        read_described,
        save_backbone,
        write_backbone,
        write_record,
    )
    from headstart.backbone.listing import Listed, listed
    from headstart.backbone.loading import load_backbone, output_of, resized
    from headstart.backbone.places import DETECTING, HEARING, LANGUAGE, shipped
    from headstart.backbone.profile import early_exit, inner_stages, widths
    from headstart.backbone.pyramid import ANCHORS, GRID, PLACED, QUERIES, STRIDES, side_of
    from headstart.backbone.record import validated
    from headstart.backbone.recurrent import LSTM as RECURRENT
    from headstart.backbone.recurrent import Pooled, Recurrent, Words, is_recurrent
    from headstart.backbone.spectrogram_images import TOLD as CROSSED
    from headstart.backbone.spectrogram_images import hears
    from headstart.backbone.view import Frames, Points, Rows, Stages, View, kind_of, seen_as
    from headstart.backbone.vision import names, sized
    from headstart.backbone.weights import read_tensors
    from headstart.backbone.writing import Writer, need_writer

__all__ = [
    "ANCHORS",
    "CROSSED",
    "DETECTING",
    "GRID",
    "HEARING",
    "LANGUAGE",
    "LEAST_PX",
    "PLACED",
    "QUERIES",
    "RECURRENT",
    "STRIDES",
    "Alone",
    "Architecture",
    "Backbone",
    "Digests",
    "Fetch",
    "Frames",
    "Frozen",
    "Listed",
    "Origin",
    "Points",
    "Pooled",
    "Recurrent",
    "Rows",
    "Stages",
    "View",
    "Words",
    "Writer",
    "build",
    "contract",
    "detector",
    "detects",
    "digests_in",
    "digests_of",
    "early_exit",
    "fresh",
    "fresh_stages",
    "hears",
    "in_writer",
    "inner_stages",
    "is_recurrent",
    "kind_of",
    "learning_stages",
    "listed",
    "load_backbone",
    "moved",
    "multiply_adds",
    "names",
    "need_writer",
    "output_of",
    "placing_of",
    "read_backbone",
    "read_described",
    "read_tensors",
    "resized",
    "save_backbone",
    "seen_as",
    "shipped",
    "side_of",
    "sized",
    "tensors_of",
    "validated",
    "widths",
    "with_own_statistics",
    "write_backbone",
    "write_record",
]

lazy.attach(__name__)
