"""What a teacher says, computed once and kept."""

import torch

from headstart.events import quiet
from headstart.train import Teacher
from headstart.train import teacher as module
from headstart.train.goals import matching
from headstart.train.teacher import rows_of, units_of_rows


def test_rows_are_what_the_teacher_says(task_data, tiny, tmp_path) -> None:
    rows = rows_of(Teacher(tiny, task_data.items), range(5), None, 0, tmp_path, quiet)
    with torch.inference_mode():
        said = tiny.stages(tiny.modality.batch(task_data.items.take(range(5))))
    assert len(rows) == 5
    torch.testing.assert_close(rows[[4, 0]], said[[4, 0]], atol=2e-3, rtol=1e-2)  # kept in half


def test_units_are_set_by_evenly_spaced_rows_up_to_a_number(
    task_data, tiny, tmp_path, monkeypatch
) -> None:
    teacher = Teacher(tiny, task_data.items)
    rows = rows_of(teacher, range(9), None, 0, tmp_path, quiet)
    monkeypatch.setattr(module, "MEASURED", 4)
    found, expected = units_of_rows(rows, teacher), matching(rows[[0, 3, 6]], None)
    assert torch.equal(found.center, expected.center)
    assert not torch.equal(found.center, matching(rows[range(9)], None).center)
