"""A model whose network is a file predicts, and comes back from its folder."""

import pytest
from stand_ins import FIGURES
from torch import nn

from headstart.errors import BackboneError, UsageError
from headstart.model import Model
from headstart.share import Exported, FileModel, load, save_model
from headstart.share.file_model import NETWORK

pytestmark = pytest.mark.journey


@pytest.fixture
def made(exported: Exported, small_model: Model) -> FileModel:
    parts = (small_model.backbone, nn.Identity(), small_model.task, small_model.trust, 5)
    return FileModel(*parts, place=exported.path)


def test_a_model_in_a_file_predicts_and_comes_back_as_it_was(made, exported, tmp_path) -> None:
    save_model(tmp_path / "model", made, FIGURES)
    back = load(tmp_path / "model")
    assert isinstance(back, FileModel) and back.task == made.task
    pictures = sorted((exported.path.parents[1] / "photos").rglob("*.png"))
    assert back.predict(pictures) == made.predict(pictures)
    names = {p.name for p in (tmp_path / "model").iterdir()}
    assert NETWORK in names and not any(name.endswith(".safetensors") for name in names)


def test_a_flipped_byte_of_the_file_is_damage(made, tmp_path) -> None:
    save_model(tmp_path / "model", made, FIGURES)
    file = tmp_path / "model" / NETWORK
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    with pytest.raises(BackboneError, match="M452"):
        load(tmp_path / "model")


def test_nothing_to_judge_is_no_answer(made) -> None:
    assert made.probabilities([]).shape == (0, 3)


def test_its_file_looks_once(made) -> None:
    with pytest.raises(UsageError, match="U353"):
        made.asking(looks=2)
    assert made.asking(threshold=0.9).trust.sure_above == 0.9
