"""Words for tasks: each stands for one, and every form of labels has a usual task."""

from headstart.task import TASKS
from headstart.task_names import FREE, TASK_NAMES, LabelForm, form_of, task_of


def test_every_word_stands_for_one_task() -> None:
    words = [word for task, name in TASK_NAMES.items() for word in (task, *name.others)]
    assert len(words) == len(set(words)) and all(word == word.casefold() for word in words)


def test_the_words_are_those_that_tasks_have() -> None:
    assert TASK_NAMES.keys() == TASKS.keys() and {*LabelForm} > FREE


def test_each_form_of_labels_has_a_usual_task() -> None:
    assert [form_of(task_of(form)) for form in LabelForm] == [*LabelForm]
    assert task_of(LabelForm.CLASS) == "classification" and form_of("") is None
