"""Halves of networks that write."""

from pathlib import Path

import pytest
import torch
from language import save_network
from writers import FAMILIES, TEXTS, rows, start

from headstart.backbone import (
    Writer,
    fresh,
    load_backbone,
    need_writer,
    read_backbone,
    save_backbone,
)
from headstart.errors import BackboneError

transformers = pytest.importorskip("transformers")


every_family = pytest.mark.parametrize("kind", FAMILIES)


@pytest.mark.journey
@every_family
def test_it_writes_what_the_whole_network_writes(kind: str, tmp_path: Path) -> None:
    backbone = start(tmp_path, kind)
    writer = need_writer(kind, backbone.writer)
    plain = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / kind).eval()
    plain.generation_config = transformers.GenerationConfig()
    codes = [backbone.modality.codes(text) for text in TEXTS]
    longest = max(map(len, codes))
    given = torch.tensor([c + [0] * (longest - len(c)) for c in codes])
    mask = torch.tensor([[1] * len(c) + [0] * (longest - len(c)) for c in codes])
    plan = transformers.GenerationConfig(
        max_new_tokens=24, num_beams=4, do_sample=False, eos_token_id=3, pad_token_id=0,
        decoder_start_token_id=writer.start,
    )  # fmt: skip
    expected = plain.generate(input_ids=given, attention_mask=mask, generation_config=plan)[:, 1:]
    found = writer(rows(backbone))[:, 1:].long() - 1
    for one, other in zip(found.tolist(), expected.tolist(), strict=True):
        ends = other.index(3) + 1 if 3 in other else len(other)
        assert one[:ends] == other[:ends] and set(one[ends:]) <= {-1}


@every_family
def test_each_token_is_told_those_before_it_and_none_behind(kind: str, tmp_path: Path) -> None:
    backbone = start(tmp_path, kind)
    writer = need_writer(kind, backbone.writer)
    codes = writer.codes("the dog runs")
    assert codes[-1] == writer.end
    labels = torch.tensor([codes, [*codes[:2], writer.end, *[-1] * (len(codes) - 3)], codes])
    with torch.inference_mode():
        scores = writer.forced(rows(backbone), labels)
    assert scores.shape[1] == len(codes)
    labels[0, -2] = 9
    with torch.inference_mode():
        other = writer.forced(rows(backbone), labels)
    assert torch.equal(scores[0, : len(codes) - 1], other[0, : len(codes) - 1])
    assert not torch.equal(scores[0, -1], other[0, -1])


@pytest.mark.journey
@every_family
def test_it_comes_back_from_its_folder(kind: str, tmp_path: Path) -> None:
    backbone = start(tmp_path, kind)
    save_backbone(tmp_path / "saved", backbone, "# card")
    back = read_backbone(tmp_path / "saved")
    assert torch.equal(back.writer(rows(back)), backbone.writer(rows(backbone)))
    drawn = fresh(backbone, 1)
    assert not torch.equal(drawn.writer(rows(backbone)), backbone.writer(rows(backbone)))
    state = fresh(backbone, 1).writer.state_dict()
    assert all(torch.equal(t, state[name]) for name, t in drawn.writer.state_dict().items())


@torch.inference_mode()
def test_how_sure_it_is_is_what_it_gave_its_tokens(tmp_path: Path) -> None:
    backbone = start(tmp_path, "t5")
    writer, memory = need_writer("t5", backbone.writer), rows(backbone)
    found = writer(memory)
    codes = found[:, 1:].long() - 1
    said = writer.forced(memory, codes).log_softmax(-1)
    there = codes[:, : said.shape[1]]
    each = said.gather(2, there.clamp_min(0)[..., None])[..., 0]
    mean = torch.stack([row[ok].mean() for row, ok in zip(each, there >= 0, strict=True)]).exp()
    torch.testing.assert_close(found[:, 0], mean)


def test_a_network_that_only_reads_says_so(tiny_bert: Path) -> None:
    backbone = load_backbone(str(tiny_bert))
    assert backbone.writer is None
    with pytest.raises(BackboneError, match="does not write"):
        need_writer("bert", backbone.writer)


def test_half_a_network_without_a_decoder_still_reads(tmp_path: Path) -> None:
    folder = save_network(tmp_path / "t5", "t5", **FAMILIES["t5"])
    transformers.T5EncoderModel.from_pretrained(folder).save_pretrained(folder)
    assert load_backbone(str(folder)).writer is None


def test_a_file_of_other_tensors_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    backbone = start(tmp_path, "t5")
    save_backbone(tmp_path / "saved", backbone, "# card")
    (tmp_path / "saved" / "MANIFEST.json").unlink(missing_ok=True)
    save_file({"a": torch.zeros(2)}, tmp_path / "saved" / "writer.safetensors")
    with pytest.raises(BackboneError, match="damaged"):
        read_backbone(tmp_path / "saved")


def test_writers_are_modules_that_can_be_copied(tmp_path: Path) -> None:
    import copy

    writer = start(tmp_path, "t5").writer
    assert isinstance(copy.deepcopy(writer), Writer)
