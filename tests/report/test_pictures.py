"""Pictures inside a page."""

from dataclasses import replace

from headstart.report.pictures import kept_of, pictures_of


def test_mistakes_are_kept_first_and_only_as_many_as_fit(flowers) -> None:
    shown = [replace(flowers.shown[0], data=bytes([i]) * 10, right=i < 2) for i in range(4)]
    assert kept_of(shown, 20) == {2, 3} and kept_of(shown, 29) == {2, 3}
    assert kept_of(shown, 30) == {0, 2, 3} and kept_of([], 0) == frozenset()


def test_the_same_picture_is_inside_once(flowers) -> None:
    one = replace(flowers.shown[0], data=b"x", mime="image/png")
    style, classes = pictures_of([one, one], range(2), "q")
    assert classes == {0: "q0", 1: "q0"} and style.count("{") == 1
