"""Cells of the matrix open examples; of many classes the worst are shown."""

import pytest

from headstart.report import page


@pytest.mark.parametrize("size", ["flowers", "binary", "many"])
def test_cells_of_the_confusion_matrix_open_the_examples_behind_them(request, parse, size):
    report = request.getfixturevalue(size)
    seen = parse(page(report))
    panels = {a["id"] for a in seen.all("article")}
    assert panels == {f"cell-{s.label}-{s.predicted}" for s in report.shown}
    linked = {a["href"][1:] for a in seen.all("a") if a["href"].startswith("#cell-")}
    assert linked and linked <= panels


def test_many_classes_get_a_matrix_of_the_worst_confusions(many, parse):
    seen = parse(page(many))
    assert "24 classes most often confused, of 100" in seen.text
    worst = max(
        (count, -i, -j)
        for i, line in enumerate(many.confusion)
        for j, count in enumerate(line)
        if i != j
    )
    told = f"species {-worst[1]} taken for species {-worst[2]}: {worst[0]}"
    assert told in seen.text
