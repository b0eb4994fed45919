"""One shape for every way to do many things."""

import pytest
import work

from headstart.scale import On, map_at


@pytest.mark.parametrize("on", [On("here"), On("local", 2)], ids=lambda on: on.kind)
def test_all_maps_do_the_same(on: On) -> None:
    assert sorted(map_at(on)(work.squared, [1, 2, 3])) == [1, 4, 9]


def test_here_nothing_is_done_before_it_is_asked_for() -> None:
    assert next(map_at(On("here"))(work.squared, [2])) == 4
