"""Boxes as a column of a table."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def box_column(boxes: Sequence[Any]) -> pa.Array:
    """Of each row a list of label, probability and box (left, top, right, bottom in pixels).

    Null where nothing is known of a row; a picture without boxes has an empty list.
    """
    box = [("label", pa.string()), ("probability", pa.float64()), ("box", pa.list_(pa.float64()))]
    return pa.array(boxes, type=pa.list_(pa.struct(box)))
