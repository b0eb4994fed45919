"""What labels are: classes, tags, values; as told, and as they say by themselves."""

from dataclasses import replace
from pathlib import Path

import pytest

from headstart.data import (
    Columns,
    Found,
    divide,
    find,
    from_memory,
    need_task,
    with_task,
)
from headstart.data.labels import KINDS, _form
from headstart.errors import DataError, UsageError
from headstart.task_names import TASK_NAMES, LabelForm, task_of


def found(*labels: object) -> Found:
    return from_memory(range(len(labels)), labels)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["cat", "dog"], "classification"),
        ([f"{n}.5" for n in range(11)], "regression"),
        (range(99), "classification"),
        ([n / 2 for n in range(8)], "classification"),
        ([*(n / 3 for n in range(30)), "n/a"], "classification"),
        (["red;round", "red", "round;green", "green"], "multilabel"),
        ([["red", "round"], ["red"], ["round", "green"], ["green"]], "multilabel"),
        (["Smith; Co", "Jones | Sons", "other"], "classification"),
        (["a;b", "c", "d"], "classification"),
    ],
)
def test_labels_say_what_they_are_or_are_classes(labels: list[object], kind: str) -> None:
    assert with_task(found(*labels)).examples.kind == kind


@pytest.mark.parametrize("form", LabelForm)
def test_what_a_reader_knew_is_kept_where_labels_are_no_classes(form: LabelForm) -> None:
    plain = found("cat", "dog")
    read = replace(plain, examples=replace(plain.examples, kind=task_of(form)))
    classes = (LabelForm.CLASS, LabelForm.GRADE, LabelForm.VALUE)
    assert _form(read, "") is (LabelForm.CLASS if form in classes else form)
    assert _form(read, "regression") is LabelForm.VALUE


def test_a_guess_is_told_with_what_undoes_it() -> None:
    told = with_task(found(*[n / 3 for n in range(30)]))
    assert any("--task classification" in note for note in told.notes)
    assert with_task(found(*[n / 3 for n in range(30)]), "classification").notes == ()


def test_class_folders_never_hold_values(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n}.5").mkdir()
        (tmp_path / f"{n}.5" / "x.png").write_bytes(b"")
    assert with_task(find(tmp_path)).examples.kind == "classification"


def test_words_are_no_values_and_one_tag_is_too_few() -> None:
    with pytest.raises(DataError, match="D163"):
        with_task(found("3", "wide"), "regression")
    with pytest.raises(DataError, match="D164"):
        with_task(found("a", []), "multilabel")
    with pytest.raises(UsageError, match="U113"):
        with_task(found("a", "b"), "ranking")


def test_an_empty_cell_is_an_empty_list_only_where_labels_are_lists(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.png").write_bytes(b"")
    (tmp_path / "t.csv").write_text("path,label\na.png,red;round\nb.png,\nc.png,red\n")
    assert len(find(tmp_path / "t.csv").examples) == 2
    read = with_task(find(tmp_path / "t.csv", Columns(task="multilabel")), "multilabel").examples
    assert len(read) == 3 and read.truth.names == ("red", "round")


def test_a_split_of_values_has_small_and_large_ones_in_every_part() -> None:
    examples = with_task(found(*[n / 3 for n in range(100)])).examples
    parts = divide(examples)
    for rows in (parts.train, parts.val, parts.test):
        assert min(rows) < 20 and max(rows) >= 80


def test_a_split_of_tags_leaves_the_rarest_to_train_and_to_test() -> None:
    labels = ["a", "b", "a;b"] * 20 + ["a;rare"] * 3
    examples = with_task(found(*labels), "multilabel").examples
    parts = divide(examples)
    rare = set(range(60, 63))
    assert rare & set(parts.train) and rare & set(parts.test)


def test_strata_of_classes_are_the_classes() -> None:
    examples = found("a", "b", "a").examples
    assert examples.truth.strata() == (0, 1, 0)


@pytest.mark.parametrize(
    ("asked", "meant_by"),
    [("translation", "text-to-text"), ("NER", "entities"), ("asr", "transcribe"),
     ("multilable", "multilabel"), ("regresion", "regression"), ("xyzzy", "multilabel")],
)  # fmt: skip
def test_a_task_by_another_name_is_told(asked: str, meant_by: str) -> None:
    with pytest.raises(UsageError, match=f"--task {meant_by}"):
        need_task(asked)


@pytest.mark.parametrize(("different", "kind"), [(10, "classification"), (11, "regression")])
def test_fractions_are_values_from_eleven_different_ones_on(different: int, kind: str) -> None:
    assert with_task(found(*[n / 2 for n in range(different)] * 3)).examples.kind == kind


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["a;b", "c;d", "a", "c"], "classification"),  # half of the tags in lists are shared
        (["a;b", "c;d", "a", "c", "d"], "multilabel"),
        (["a;b", "a", "b"], "classification"),  # a single list
        (["a;b", "b;a"], "multilabel"),
    ],
)
def test_lists_are_tags_where_most_of_them_come_again(labels: list[str], kind: str) -> None:
    assert with_task(found(*labels)).examples.kind == kind


@pytest.mark.parametrize(("count", "strata"), [(4, 1), (10, 2), (49, 9), (50, 10), (200, 10)])
def test_values_are_divided_by_tenths_of_five_at_least(count: int, strata: int) -> None:
    examples = with_task(found(*[n / 3 for n in range(count)]), "regression").examples
    assert len(set(examples.truth.strata())) == strata


def test_an_order_of_classes_is_for_tasks_that_have_them() -> None:
    assert with_task(found("a", "b"), "balanced", ("b", "a")).examples.truth.names == ("b", "a")
    with pytest.raises(UsageError, match="U118"):
        with_task(found("a;b", "b;a"), "", ("a", "b"))


def test_every_word_of_a_task_has_a_way_to_read_labels() -> None:
    assert KINDS.keys() == {name.labels for name in TASK_NAMES.values()} == set(LabelForm)
