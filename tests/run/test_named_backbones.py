"""What is asked of a backbone besides its name: languages, and a kind that fits."""

from pathlib import Path

import pytest
import torch
from writers import rows, speaking, start

from headstart.backbone import (
    need_writer,
    read_backbone,
    save_backbone,
)
from headstart.errors import UsageError
from headstart.run.named_backbones import spoken

transformers = pytest.importorskip("transformers")


@pytest.mark.parametrize(
    ("single", "read", "written", "start"),
    [
        ("en_XX $A [SEP]", [24, 5, 7, 3], [24, 5, 7, 3], 3),
        ("$A [SEP] en_XX", [5, 7, 3, 24], [5, 7, 3], 24),
    ],
)
def test_texts_are_marked_with_their_languages(single, read, written, start, tmp_path) -> None:
    plain = speaking(tmp_path / "hub", single)
    backbone = spoken(plain, "de_DE, en_XX")
    assert backbone.modality.languages() == {"en_XX": 23, "de_DE": 24}
    assert backbone.modality.codes("a dog") == read
    other = spoken(plain, "en_XX,de_DE")
    writer = need_writer("mbart", other.writer)
    assert (writer.codes("a dog"), writer.started) == (written, start)
    made = writer(rows(other))
    assert (made[:, 1] == 25).all() == (start == 3)  # counted from 1
    save_backbone(tmp_path / "saved", other, "# card")
    back = read_backbone(tmp_path / "saved")
    assert back.modality == other.modality and need_writer("", back.writer).tokens == writer.tokens
    with torch.inference_mode():
        assert torch.equal(need_writer("", back.writer)(rows(back)), made)


@pytest.mark.parametrize("languages", ["en_XX", "en_XX,fr_XX", "en_XX,de_DE,en_XX", "dog,cat"])
def test_languages_that_a_network_does_not_know_are_named(languages: str, tmp_path: Path) -> None:
    known = speaking(tmp_path / "mbart", "en_XX $A [SEP]")
    with pytest.raises(UsageError, match="it knows en_XX, de_DE"):
        spoken(known, languages)
    with pytest.raises(UsageError, match="it marks no languages"):
        spoken(start(tmp_path, "t5"), languages)
