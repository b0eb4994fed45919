"""A section of a page."""

from headstart.evaluate import Tradeoff
from headstart.report import tradeoff_section
from headstart.stats import Interval

WHOLE = Tradeoff(
    "the model itself", 8.9e6, 16.6, Interval(0.857, 0.79, 0.906), Interval(0.0, 0.0, 0.0), 1.0
)
SMALL = Tradeoff(
    "first 5 <b>stages", 1e6, 14.2, Interval(0.821, 0.75, 0.876), Interval(0.036, -0.04, 0.11), 0.8
)


def test_every_way_has_a_line_a_dot_and_its_interval() -> None:
    page = str(tradeoff_section(WHOLE, [SMALL], SMALL.way, "accuracy"))
    assert page.count("<circle") == 2 and page.count('<th scope="row">') == 2
    for told in ("1.0", "14.2", "82.1% (75.0% to 87.6%)", "+3.6 (-4.0 to +11.0)"):
        assert told in page
    assert page.count("dot transfer") == 1  # what was taken


def test_no_name_of_a_way_is_markup() -> None:
    page = str(tradeoff_section(WHOLE, [SMALL], SMALL.way, "accuracy"))
    assert "<b>" not in page and "&lt;b&gt;" in page


def test_a_smaller_network_stands_further_left_and_a_worse_one_lower() -> None:
    page = str(tradeoff_section(WHOLE, [SMALL], SMALL.way, "accuracy"))
    at = [part.split('"')[:3] for part in page.split("cx=")[1:]]
    (whole_x, whole_y), (small_x, small_y) = ((float(part[1].rstrip("%")), part[2]) for part in at)
    assert small_x < whole_x and whole_y == small_y == " cy="
    heights = [float(part.split('%"')[0]) for part in page.split('cy="')[1:]]
    assert heights[1] > heights[0]
