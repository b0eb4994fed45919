"""A sample of the campaigns of damage; `make torture` runs them whole."""

import pytest
from damage import harm
from damaged_runs import checkpoints, runs, tables


def test_harm_follows_from_its_number_and_changes_something(tmp_path) -> None:
    seen = set()
    for number in range(60):
        (tmp_path / "a").write_bytes(bytes(range(200)))
        (tmp_path / "b").write_bytes(bytes(300))
        told = harm(tmp_path, number)
        now = [f.read_bytes() for f in sorted(tmp_path.iterdir())]
        seen.add(told.split()[2])
        if told.split()[1:] not in (["b", "zeros"], ["a", "swap"], ["b", "swap"]):
            assert now != [bytes(range(200)), bytes(300)] or "byte" in told, told
    assert seen >= {"bit", "byte", "cut", "zeros", "block", "empty", "longer", "swapped", "gone"}


@pytest.mark.journey
def test_no_damaged_table_is_believed(tmp_path) -> None:
    found = tables(range(40), tmp_path)
    assert found.right and not found.refused, str(found)


@pytest.mark.journey
def test_no_damaged_checkpoint_is_believed(tmp_path, task_data, tiny) -> None:
    found = checkpoints(range(3), tmp_path, task_data, tiny)
    assert found.right and not found.refused, str(found)


@pytest.mark.slow
def test_no_damaged_run_is_given_back(tmp_path, photos, tiny_folder) -> None:
    found = runs(range(3), tmp_path, photos, tiny_folder, ends=True)
    assert found.right and not found.refused, str(found)
