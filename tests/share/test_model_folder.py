from pathlib import Path

import pytest
from stand_ins import FIGURES, draw

from headstart.errors import BackboneError, UsageError
from headstart.model import Model
from headstart.share import export_folder, load, model_folder, save_model


@pytest.fixture
def model_place(small_model: Model, tmp_path: Path) -> Path:
    save_model(tmp_path / "run" / "model", small_model, FIGURES)
    return tmp_path / "run" / "model"


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    return sorted(draw(tmp_path / "photos", 1).rglob("*.png"))


def test_the_folder_opens_and_its_card_has_figures_and_parity(model_place, pictures) -> None:
    out = model_place.parents[1] / "alone"
    found = export_folder(model_place, pictures, out, figures=FIGURES)
    assert load(out).predict(pictures) == load(model_place).predict(pictures)
    assert {p.name for p in out.iterdir()} == {p.name for p in model_place.iterdir()}
    card = (out / "README.md").read_text()
    assert "Transfer helps" in card and "3 of 3" in card and "headstart.load" in card
    assert found.parity.same == 3 and found.parity.largest == 0


def test_nothing_is_written_over_anything(model_place, pictures) -> None:
    with pytest.raises(UsageError, match="U211"):
        export_folder(model_place, pictures, model_place)
    assert load(model_place)


def test_a_copy_that_answers_otherwise_is_not_left(model_place, pictures, monkeypatch) -> None:
    answers = model_folder._asked
    odd = lambda *given: [{"answers": answers(*given)[0]["answers"][:, ::-1]}]  # noqa: E731
    monkeypatch.setattr(model_folder, "_asked", odd)
    with pytest.raises(BackboneError, match="M704"):
        export_folder(model_place, pictures, model_place.parents[1] / "alone")
    assert not (model_place.parents[1] / "alone").exists()
