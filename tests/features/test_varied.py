"""Names and views of items that are kept several times."""

from headstart.features import Halved, Varied
from headstart.features.varied import key_in
from headstart.modality import Image
from headstart.train import TaskData


def test_views_of_an_item_do_not_depend_on_its_place(task_data: TaskData) -> None:
    names = Varied(task_data.items, 2, 0).digests
    assert names[2:4] == Varied(task_data.items, 3, 0).digests[3:5]
    assert len(set(names)) == len(names) and names != Varied(task_data.items, 2, 1).digests


def test_names_of_items_are_made_once(task_data: TaskData) -> None:
    """Made anew for each row that is looked up, they take the square of the number of rows."""
    varied = Varied(task_data.items, 2, 0)
    assert varied.digests is varied.digests
    halved = Halved(task_data.items, Image(size_px=32))
    assert halved.digests is halved.digests


def test_a_name_ends_in_the_key_that_draws_the_view(task_data: TaskData) -> None:
    varied = Varied(task_data.items, 2, 0)
    assert [key_in(name) for name in varied.digests[2:4]] == list(varied.keys(1))
    first, second, third = (item[0, 0, 0] for item in varied.take([2, 3, 4]))
    assert first == second != third
