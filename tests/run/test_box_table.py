"""Boxes as a column of a table."""

from headstart.run.box_table import box_column


def test_pictures_without_boxes_and_unread_ones_differ() -> None:
    box = {"label": "cat", "probability": 0.9, "box": (1, 2, 3, 4)}
    column = box_column([(box,), (), None])
    assert column.to_pylist() == [[{**box, "box": [1, 2, 3, 4]}], [], None]


def test_a_column_has_the_same_type_where_nothing_is_found() -> None:
    assert (
        box_column([()]).type == box_column([({"label": "a", "probability": 1.0, "box": ()},)]).type
    )
