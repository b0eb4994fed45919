import pytest

from headstart.data.tag_marks import are_lists, many_in, separator_of, shown, split_by


@pytest.mark.parametrize(
    ("labels", "marks"),
    [
        (["a, b", "b; a", "a"], ";|,"),
        (["salt, pepper; oil", "oil", "salt, pepper"], ";|"),
        (["a b", "c"], ";|"),
    ],
)
def test_marks_are_those_that_leave_the_fewest_tags(labels, marks):
    assert separator_of(labels) == marks


def test_tags_come_once_each():
    assert split_by("a, b,a,", ",") == ["a", "b"]


@pytest.mark.parametrize("mark", [" and ", ", and", " - ", "::", ":", "_", " ", "\t", "、"])
def test_marks_that_names_have_too_part_tags_that_stand_alone(mark):
    said = {", and": " and "}.get(mark, mark)
    labels = ["food", "noise", "staff", f"food{said}noise", f"noise{said}staff", f"food{said}staff"]
    labels += [f"food, noise{said}staff"] if mark == ", and" else [f"food{said}noise{said}staff"]
    assert {t for label in labels for t in split_by(label, separator_of(labels))} == {*labels[:3]}
    assert {*many_in(dict.fromkeys(labels, 3))[1]} == {*labels[:3]}
    assert shown(mark)


def test_words_of_names_that_do_not_stand_alone_are_no_tags():
    names = ["very good", "very bad", "good", "bad", "rather good", "rather bad", "fair"]
    assert many_in(dict.fromkeys(names, 5)) == ("", ()) and separator_of(names) == ";|"


def test_hashtags_need_not_stand_alone():
    tagged = dict.fromkeys(["#red", "#red #old", "#red #big", "#big #old", "#red #big #old"], 2)
    tagged |= dict.fromkeys(["#old #big", "#old #red"], 2)
    assert many_in(tagged) == (" ", ("#red", "#old", "#big"))


def test_labels_are_lists_where_several_have_tags_that_come_again():
    assert are_lists(["a;b", "b;a", "a"]) and not are_lists(["a;b", "c", "d"])
