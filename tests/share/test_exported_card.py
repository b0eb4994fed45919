from pathlib import Path

import pytest
from stand_ins import FIGURES

from headstart.model import Model
from headstart.share.exported_card import card_name, exported_card, is_card
from headstart.share.parity import Parity

FOUND = Parity(1_234, 3.21e-6, 1_234, "onnxruntime 1.2")


def test_the_card_says_how_alike_it_answers_and_in_what(small_model: Model) -> None:
    card = exported_card(small_model, FIGURES, FOUND, ("    python predict.py PICTURE",))
    assert "| largest difference, of a probability | 3.2e-06 | 0.0001 |" in card
    assert "1,234 of 1,234" in card and "onnxruntime 1.2" in card and "PICTURE" in card
    assert "Transfer helps: +10 points" in card and "headstart.load" not in card


def test_a_card_without_figures_says_none(small_model: Model) -> None:
    assert "accuracy" not in exported_card(small_model, None, FOUND, ())


def test_a_card_of_ours_is_told_from_other_files(small_model: Model, tmp_path: Path) -> None:
    place = tmp_path / card_name(Path("a/model.onnx"))
    place.write_text(exported_card(small_model, None, FOUND, ()))
    assert place.name == "model.md" and is_card(place)
    place.write_text("# mine\n\n\n\n\nlibrary_name: headstart")
    assert not is_card(place)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe" * 100, b"x" * 10_000])
def test_any_file_may_lie_there(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(content)
    assert not is_card(tmp_path / "a.md")
