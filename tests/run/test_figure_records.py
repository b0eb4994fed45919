"""Records are what a file holds, read by attributes and by keys."""

import pytest

from headstart.run.figure_records import BoxRows, Figure, Figures


def test_a_part_is_the_record_that_its_annotation_names() -> None:
    interval = {"value": 0.5, "low": 0.4, "high": 0.6}
    found = BoxRows({"by_class": [{"name": "cat", "boxes": 3, "said": 2, "ap": interval}]})
    assert found.by_class[0].ap.low == 0.4 and isinstance(found.by_class[0].ap, Figure)
    assert found["by_class"][0]["ap"] == interval


def test_a_figure_that_the_task_does_not_have_is_named_with_those_it_has() -> None:
    with pytest.raises(AttributeError, match="no 'bleu', but map"):
        _ = Figures({"map": {"value": 0.5, "low": 0.4, "high": 0.6}}).bleu
