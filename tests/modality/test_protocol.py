"""What every modality answers."""

import pytest

from headstart.modality import Image, Modality, Prepared, Sound, Text

KINDS = {Image: "image", Text: "text", Sound: "audio", Prepared: "audio"}


@pytest.mark.parametrize(
    "modality", [Image(), Sound(), Prepared("")], ids=lambda m: type(m).__name__
)
def test_every_modality_answers_the_protocol(modality) -> None:
    assert isinstance(modality, Modality) and modality.kind == KINDS[type(modality)]


def test_texts_answer_it_too(words: Text) -> None:
    assert isinstance(words, Modality) and words.kind == KINDS[Text]
    assert (Image.kind, Image.plain_name) == ("image", "pixels")
