"""What a card says, and what data cannot make it say."""

from dataclasses import replace

from stand_ins import FIGURES

from headstart.model import Model
from headstart.share import card, card_of
from headstart.task import Classification


def test_names_from_data_are_inert_in_the_card(small_model: Model) -> None:
    card = card_of(replace(small_model, task=Classification(("x", "<script>", "a`b\nc"))), FIGURES)
    assert "<script>" not in card and "a`b" not in card and "b\nc" not in card


def test_classes_beyond_a_number_are_counted_and_not_listed(small_model: Model) -> None:
    for count, more in ((card._SHOWN, False), (card._SHOWN + 1, True)):
        names = tuple(f"class{index:04d}" for index in range(count))
        found = card_of(replace(small_model, task=Classification(names)), FIGURES)
        assert f"`class{card._SHOWN - 1:04d}`" in found and (" 1 more" in found) == more
        assert f"class{card._SHOWN:04d}" not in found


def test_of_folds_it_says_from_how_many_the_model_learned(small_model: Model) -> None:
    counts = {"train": 237, "val": 40, "test": 0, "tested": 272}
    told = card_of(small_model, {**FIGURES, "n": counts, "folds": 5})
    assert "Each of 272 examples was tested once" in told and "learned from all 277" in told
