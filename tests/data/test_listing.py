import pytest
from places import put

from headstart.data.listing import is_junk, visible_files, visible_folders


def test_what_is_in_a_folder_comes_as_people_count_without_litter(tmp_path):
    put(tmp_path, "10.png", "9.png", ".hidden", "Thumbs.db", "b10/x", "b9/x", ".git/x")
    assert [path.name for path in visible_files(tmp_path)] == ["9.png", "10.png"]
    assert [path.name for path in visible_folders(tmp_path)] == ["b9", "b10"]


@pytest.mark.parametrize(("name", "junk"), [("THUMBS.DB", True), ("thumb.db", False)])
def test_litter_is_known_in_any_case(name, junk):
    assert is_junk(name) == junk
