import re
from dataclasses import replace

import pytest

from headstart.evaluate import ClassRow
from headstart.report import figures, page
from headstart.report.axis import axis
from headstart.stats import Interval

NUMBERS = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "dx", "dy")


def numbers(attributes):
    """The coordinates of a tag, in its own unit."""
    places = [attributes[name] for name in NUMBERS if name in attributes]
    places += attributes.get("points", "").replace(",", " ").split()
    return [float(place.removesuffix("%")) for place in places]


@pytest.mark.parametrize("size", ["flowers", "binary", "many"])
def test_all_coordinates_are_finite_and_inside_the_frame(request, parse, size):
    seen = parse(page(request.getfixturevalue(size)))
    drawn = [n for tag, a in seen.tags if tag not in ("meta", "input") for n in numbers(a)]
    assert len(drawn) > 200
    assert all(-10 <= number <= 1000 for number in drawn)


def test_each_row_of_a_table_has_one_drawing(flowers, parse):
    kinds = [a.get("class") for a in parse(page(flowers)).all("svg")]
    assert kinds.count("bar") == len(flowers.arms)
    assert kinds.count("forest") == len(flowers.arms) + len(flowers.learned.knows)
    assert kinds.count("counts") == len(flowers.classes)
    assert kinds.count("mark") == 3 * len(flowers.classes)
    assert kinds.count("lines") == 2 * len(flowers.curves)
    assert kinds.count("calibration") == kinds.count("difference") == kinds.count("strip") == 1


def test_arms_share_one_axis():
    scale = axis(0.0, 1.0)
    drawn = figures.forest(Interval(0.5, 0.4, 0.75), scale, "transfer")
    assert 'class="whisker transfer" x1="40%" y1="50%" x2="75%"' in drawn
    assert 'cx="50%"' in drawn


def test_the_difference_is_told_in_words_and_crosses_zero_where_it_does(flowers):
    verdict = replace(flowers.verdict, difference=0.02, low=-0.05, high=0.1, word="no evidence")
    drawn = figures.difference(verdict)
    assert "Difference +2.0 points, 95% interval -5.0 to +10.0" in drawn
    zero = float(re.search(r'class="zero" x1="([\d.]+)%', drawn).group(1))
    low, high = re.search(
        r'thick no-evidence" x1="([\d.]+)%" y1="37" x2="([\d.]+)%', drawn
    ).groups()
    assert float(low) < zero < float(high)


def test_counts_fill_the_frame_of_the_largest_class():
    row = ClassRow("a", 6, 1, 3, None, None, None)
    widths = re.findall(r' width="([\d.]+)%"', figures.counts(row, 10))
    assert widths == ["60", "10", "30"]


def test_counts_of_no_rows_at_all_are_an_empty_bar():
    drawn = figures.counts(ClassRow("a", 0, 0, 0, None, None, None), 0)
    assert re.findall(r' width="([\d.]+)%"', drawn) == ["0", "0", "0"]
    assert 'width="0%"' in figures.bar(0.0, 0.0)


def test_a_matrix_draws_the_picked_classes_and_links_open_cells(parse):
    grid = ((3, 1, 0), (0, 2, 5), (0, 0, 4))
    drawn = figures.matrix(grid, ("a", "b", "c"), {(1, 2)}, (1, 2))
    seen = parse(drawn)
    assert [a["href"] for a in seen.all("a")] == ["#cell-1-2"]
    assert len([a for a in seen.all("rect") if a["class"] in ("hit", "miss")]) == 3
    assert "b taken for c: 5" in seen.text and "a" not in seen.text.split()


def test_shades_of_a_matrix_are_shares_of_the_whole_line(parse):
    drawn = figures.matrix(((5, 5), (0, 0)), ("a", "b"), (), (0,))
    (cell,) = (a for a in parse(drawn).all("rect") if a["class"] == "hit")
    assert float(cell["fill-opacity"]) == pytest.approx(figures.heat(0.5))


def test_names_in_a_drawing_are_escaped(parse):
    seen = parse(figures.matrix(((1,),), ('"><script>x</script>',), {(0, 0)}, (0,)))
    assert not seen.all("script")
    assert seen.all("a")[0]["aria-label"] == '"><script>x</script>: 1 right'


def test_losses_that_are_no_numbers_leave_a_gap():
    series = [("train", [1.0, float("nan"), 0.5]), ("val", [float("inf")] * 3)]
    drawn = figures.lines(series, axis(0.0, 1.0), 2, "Loss")
    assert 'points="0,0 100,50"' in drawn and 'points=""' in drawn
    assert "nan" not in drawn and "inf" not in drawn


def test_a_run_that_diverged_is_still_a_page(flowers, parse):
    lost = tuple(
        replace(row, train_loss=float("nan"), val_loss=float("inf"), val_merit=float("nan"))
        for row in flowers.curves[0].epochs
    )
    seen = parse(page(replace(flowers, curves=(replace(flowers.curves[0], epochs=lost),))))
    assert all(abs(n) < 1e4 for tag, a in seen.tags if tag == "circle" for n in numbers(a))


def test_no_figure_of_a_strip_is_marked():
    assert figures.strip((0.9, 0.8, 0.8)).count('class="dot plain"') == 3


def test_equal_seeds_are_one_place():
    assert len(set(re.findall(r'cx="([\d.]+)%"', figures.strip((0.5, 0.5))))) == 1


def test_bins_on_the_diagonal_are_drawn_on_it(flowers):
    one = replace(flowers.bins[0], confidence=0.7, accuracy=Interval(0.7, 0.5, 0.9))
    assert 'cx="70%" cy="30%"' in figures.calibration([one])


def test_no_bins_are_an_empty_diagram(parse):
    assert not parse(figures.calibration([])).all("circle")
    assert not parse(figures.histogram([])).all("rect")
