"""What a sweep consists of."""

import pytest
from finished import finished

from headstart.errors import UsageError
from headstart.run.sweep_grid import cells_of, folder_of, need_sweep


def test_every_combination_is_a_cell_seed_by_seed() -> None:
    cells = cells_of("resnet, mobilenet,resnet", "probe,lora:8", 3, 2)
    assert len(cells) == 8 and [cell.seed for cell in cells[:4]] == [3] * 4
    assert cells[1].name == "resnet_lora-8_seed3" and cells[1].group == "resnet lora:8"


def test_backbones_whose_folders_have_one_name_stay_apart() -> None:
    cells = cells_of("a/model,b/model", "probe", 0, 1)
    assert [cell.name for cell in cells] == ["model_probe_seed0", "model-2_probe_seed0"]


@pytest.mark.parametrize("seeds", [1, 100])
def test_seeds_are_at_least_one_and_at_most_a_hundred(seeds) -> None:
    assert len(cells_of("a", "probe", 0, seeds)) == seeds
    with pytest.raises(UsageError, match="U248"):
        cells_of("a", "probe", 0, 0 if seeds == 1 else 101)


def test_a_run_is_no_place_for_a_sweep(tmp_path) -> None:
    need_sweep(tmp_path)
    with pytest.raises(UsageError, match="U249"):
        need_sweep(finished(tmp_path / "run", [True]))


def test_the_folder_is_found_again_by_data_and_settings() -> None:
    assert str(folder_of(None, "my photos", "0123456789")) == "runs/sweep_my-photos_012345"
    assert str(folder_of("here", "x", "y")) == "here"
