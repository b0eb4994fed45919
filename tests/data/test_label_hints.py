import math

import pytest
from places import labels as labels_of

from headstart.data import find, from_memory, with_task
from headstart.data.label_hints import (
    comma_number,
    far_values,
    folder_hints,
    hints,
    number_in,
    tag_hints,
)
from headstart.errors import DataError


def told(labels):
    return " ".join(hints({label: labels.count(label) for label in dict.fromkeys(labels)}))


@pytest.mark.parametrize(
    "labels",
    [
        [str(i * 7 % 80 + 1) for i in range(75)],
        [f"{i},5" for i in range(1, 40)],
        [str(1990 + i) for i in range(30)] * 20,
        [str(i) for i in range(40)] + ["unknown"],
    ],
)
def test_many_numbers_look_like_values(labels):
    assert "--task regression" in told(labels)


@pytest.mark.parametrize(
    "labels",
    [
        [str(i % 5 + 1) for i in range(200)],
        [str(i % 10) for i in range(200)],
        [str(i % 26) for i in range(260)],
        ["cat", "dog"] * 9,
    ],
)
def test_numbers_that_are_names_are_left_without_a_word(labels):
    assert told(labels) == ""


@pytest.mark.parametrize(("distinct", "hint"), [(10, False), (11, True)])
def test_eleven_numbers_are_enough_for_a_hint(distinct, hint):
    assert ("regression" in told([str(i * 3) for i in range(distinct)])) == hint


@pytest.mark.parametrize(("each", "hint"), [(9, True), (10, False)])
def test_numbers_that_count_up_are_classes_where_each_has_ten(each, hint):
    assert ("regression" in told([str(i) for i in range(30)] * each)) == hint


def test_the_cell_that_is_no_number_is_named():
    assert "'unknown'" in told([str(i / 2) for i in range(30)] + ["unknown"])


def test_combinations_of_few_words_look_like_tags():
    tags = ["food", "price", "staff", "noise"]
    labels = [f"{a}, {b}" for a in tags for b in tags if a != b] + tags
    assert "4 tags" in told(labels) and "--task multilabel" in told(labels)
    assert "multilabel" not in told(["Paris, France", "Rome, Italy", "Bonn, Germany"])


@pytest.mark.parametrize(
    "label", ["N/A", "null", "?", "None", "unknown", "-", "#REF!", "unbekannt"]
)
def test_words_for_nothing_are_told_with_their_count(label):
    assert f"2 labels are {label!r}" in told([label, "cat", label, "dog"])
    assert f"1 label is {label!r}" in told([label, "cat", "dog"])


def test_minus_one_beside_numbers_that_count_up_stands_for_none():
    assert "2 labels are '-1', which often stands for none" in told(["0", "1", "-1", "-1"])
    assert (
        told(["A", "A-", "+", "-1"]) == ""
        and told(["1", "-1"]) == ""
        and told(["-2", "-1", "0", "1"]) == ""
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("1", "1.0"), ("Cat", "cat"), ("cat", "cat "), ("very good", "very-good")),
        *(("a_b", "a b"), ("cat", "cat."), ("cat", '"cat"'), ("cat", "ｃａｔ"), ("1", "True")),
    ],
)
def test_twins_are_told_with_their_counts(one, other):
    assert f"{one!r} (2) and {other!r} (1)" in told([one, one, other, "dog"])


@pytest.mark.parametrize(
    ("text", "number"),
    [("34,5", 34.5), ("-1,25", -1.25), ("1.234,5", 1234.5), ("7", 7.0), ("1,234", math.nan)],
)
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(text, number):
    assert comma_number(text) == pytest.approx(number, nan_ok=True)
    assert math.isnan(number_in(text)) or "," not in text


@pytest.mark.parametrize(("value", "far"), [(5 + 50.5 * 5, True), (5 + 49.5 * 5, False)])
def test_fifty_times_the_quartiles_distance_is_far(value, far):
    values = [float(i % 10) for i in range(200)]
    assert bool(far_values([*values, value])) == far


def test_a_number_that_stands_for_none_is_far_sooner():
    assert "stands for none" in far_values([float(i % 10) for i in range(50)] + [-99.0])[50]
    assert far_values([float(i % 10) for i in range(50)] + [-1.0]) == {}


def memory(values):
    return from_memory([f"{i}.png" for i in range(len(values))], values)


def test_values_leave_out_words_for_none_and_name_what_is_far():
    found = with_task(memory([*(str(i) for i in range(20)), "unknown", "999999"]), "regression")
    assert len(found.examples) == 21
    assert [(p.code, p.name) for p in found.problems] == [("D289", "20.png"), ("D290", "21.png")]


def test_a_unit_is_refused_with_its_example():
    with pytest.raises(DataError, match="D163") as refused:
        with_task(memory([*(str(i) for i in range(20)), "12 kg"]), "regression")
    assert "20.png" in refused.value.why


def test_decimal_commas_are_read_as_values():
    found = with_task(memory([f"{i},5" for i in range(20)]), "regression")
    assert found.examples.truth.values[3] == 3.5 and "decimal" in found.notes[0]


def test_of_folders_only_numbers_are_told_and_can_be_values(tmp_path):
    for i in range(20):
        (tmp_path / f"{i * 3}").mkdir()
        (tmp_path / f"{i * 3}" / "1.png").write_text(f"{i}")
    (told,) = with_task(find(tmp_path)).notes
    assert "look like values: --task regression" in told and len(labels_of(find(tmp_path))) == 20
    assert with_task(find(tmp_path), "regression").examples.truth.values[:3] == (0.0, 3.0, 6.0)


@pytest.mark.parametrize("names", ["a;b c;a", "A a", "cat dog"])
def test_folders_that_look_like_tags_or_twins_are_classes_without_a_word(tmp_path, names):
    for name in names.split():
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_text(name)
    assert with_task(find(tmp_path)).notes == ()


@pytest.mark.parametrize("form", ["${}", "{} kg", "{}%", "1,{:03d}", "{} m/s", "€ {}"])
def test_numbers_with_units_or_marks_are_told_from_eleven_different_on(form):
    counts = {form.format(number): 1 for number in range(11)}
    assert any("look like values" in line for line in hints(counts))
    assert not any("look like values" in line for line in hints(dict(list(counts.items())[:10])))


def test_names_with_numbers_behind_are_no_values():
    told_of = hints({f"site {number}": 1 for number in range(20)})
    assert not any("regression" in note for note in told_of)


def test_labels_that_nearly_all_differ_are_told():
    assert "nearly each has one of its own" in told([f"id{i}x" for i in range(12)])
    assert told([f"id{i}x" for i in range(10)]) == ""
    assert "of its own" not in told([f"id{i % 12}x" for i in range(18)])


def test_letters_of_two_alphabets_that_look_alike_are_told():
    assert "may be one class" in told(["pos", "pоs", "neg"])


def test_a_minus_sign_as_people_type_it_is_one():
    assert number_in("−3.5") == -3.5


def test_a_tag_that_stands_for_none_is_told() -> None:
    (told,) = tag_hints({"red": 3, "none": 2})
    assert told.startswith("2 examples have the tag 'none'")
    assert tag_hints({"none": 1})[0].startswith("1 example has the tag 'none'")
    assert tag_hints({"red": 3, "nonesuch": 2}) == ()


def test_objects_are_told_instead_of_marks_between_tags() -> None:
    counts = {"{'a': 0.5, 'b': 0.5}": 9, "{'a': 0.2, 'b': 0.8}": 9}
    assert [told[:17] for told in hints(counts)] == ["2 labels are obje"]


def test_a_folder_that_is_called_after_none_is_told() -> None:
    (told,) = folder_hints({"pos": 3, "unsup": 2})
    assert told.startswith("2 examples lie in unsup") and "--without unsup" in told
    assert folder_hints({"pos": 3, "unsup": 1})[0].startswith("1 example lies in unsup")
    assert folder_hints({"pos": 3, "supper": 2}) == ()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (range(20, 31), "look like values"),
        (range(20, 30), ""),
        ([f"{n:03d}" for n in range(20, 40)], ""),
    ],
)
def test_folders_called_by_numbers_are_told(names, told) -> None:
    said = folder_hints(dict.fromkeys(map(str, names), 3))
    assert bool(said) == bool(told) and (not told or told in said[0])
