"""Names of classes and files that every file system takes."""

import pytest

from headstart.serve import Refusal
from headstart.studio.naming import LONGEST, class_name, same_name, stored_name


@pytest.mark.parametrize("name", ["cat", " Ärger & Lob (2) ", "猫", "a.b", "x" * LONGEST])
def test_names_that_people_give_are_kept(name) -> None:
    assert class_name(name) == name.strip()


ODD = ["", " ", ".", "..", ".git", "a/b", "a\\b", "../x", "a\0", "a\nb", "con", "NUL.txt", "a."]


@pytest.mark.parametrize("name", [*ODD, "x" * (LONGEST + 1), "a:b", "\u202eabc", "\ud800"])
def test_names_that_no_folder_has_are_refused(name) -> None:
    with pytest.raises(Refusal, match="H601"):
        class_name(name)


@pytest.mark.parametrize("name", ["test", "Train", "validation"])
def test_names_of_parts_are_refused_since_they_would_be_read_as_such(name) -> None:
    with pytest.raises(Refusal, match="H602"):
        class_name(name)


def test_names_are_compared_as_file_systems_do() -> None:
    assert same_name("Ä") == same_name("ä") == same_name("a\u0308")


def test_files_are_stored_by_their_contents_below_a_harmless_name() -> None:
    assert stored_name("../../etc/pass wd.JPG", "ab" * 32, ".jpg") == "pass-wd-abababab.jpg"
    assert stored_name("C:\\x\\.htaccess.png", "cd" * 32, ".png") == "htaccess-cdcdcdcd.png"
