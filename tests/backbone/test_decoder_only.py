"""Decoders that write without a half that reads."""

from pathlib import Path

import pytest
import torch
from language import save_tokenizer

from headstart.backbone import (
    Alone,
    Frames,
    fresh,
    load_backbone,
    read_backbone,
    save_backbone,
    seen_as,
)
from headstart.backbone.decoder_only import Tokens, meant_for, spelled_out
from headstart.data import InMemory
from headstart.errors import BackboneError

transformers = pytest.importorskip("transformers")
ENDS = {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0, "vocab_size": 40}
KINDS = {
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64},
    "llama": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 64, "num_key_value_heads": 2, "max_position_embeddings": 64,
    },
    "qwen2": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 64, "num_key_value_heads": 2, "max_position_embeddings": 64,
    },
}  # fmt: skip
TEXTS = ("the cat is good", "a dog", "it was not a good film and they")


def save(place: Path, kind: str) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = transformers.AutoConfig.for_model(kind, **KINDS[kind], **ENDS)
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(place)
    save_tokenizer(place)
    return place


@pytest.fixture(scope="module", params=KINDS)
def place(request, tmp_path_factory) -> Path:
    return save(tmp_path_factory.mktemp("hub") / request.param, request.param)


def given(backbone) -> torch.Tensor:
    read = [backbone.modality.read(InMemory("x", text)) for text in TEXTS]
    return seen_as(backbone, Frames).stages(backbone.modality.batch(read))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_token_numbers_stay_exact_in_any_precision(kind: torch.dtype) -> None:
    stage, codes = Tokens(), [[0, 255, 256, 65_535, 65_536, 256_000], [7]]
    stage.pooling = False
    rows = torch.full((2, 6), -1)
    for row, some in zip(rows, codes, strict=True):
        row[: len(some)] = torch.tensor(some)
    assert spelled_out(stage(rows).to(kind).float()) == codes


@torch.inference_mode()
def test_tokens_are_told_as_the_network_itself_tells_them(place: Path) -> None:
    backbone = load_backbone(str(place), writes="generation")
    network = transformers.AutoModelForCausalLM.from_pretrained(place).eval()
    found = backbone.writer(given(backbone))
    for row, text in zip(found, TEXTS, strict=True):
        codes = torch.tensor([[2, *backbone.writer.codes(text)]])
        nats = float(network(codes, labels=codes).loss) * (codes.shape[1] - 1)
        assert row[1] == pytest.approx(nats, rel=1e-4)
        assert row[3] == codes.shape[1] - 1 and 0 <= row[2] <= row[3]
        assert row[0] == pytest.approx(float(torch.exp(-row[1] / row[3])), rel=1e-5)


@torch.inference_mode()
def test_answers_are_those_of_the_network_s_own_search(place: Path) -> None:
    backbone = load_backbone(str(place), writes="text-to-text")
    writer, network = backbone.writer, transformers.AutoModelForCausalLM.from_pretrained(place)
    found = writer(given(backbone))
    for row, text in zip(found, TEXTS, strict=True):
        asked = [*backbone.modality.read(InMemory("x", text)).tolist(), 3]  # no token is a new line
        own = network.eval().generate(
            torch.tensor([asked]), max_new_tokens=backbone.modality.max_tokens, num_beams=4,
            do_sample=False, eos_token_id=3, pad_token_id=0,
        )[0, len(asked) :].tolist()  # fmt: skip
        own = own[: own.index(3) + 1] if 3 in own else own
        assert [int(code) - 1 for code in row[1:] if code > 0] == own


@torch.inference_mode()
def test_each_token_is_told_all_before_it_and_company_changes_nothing(place: Path) -> None:
    backbone = load_backbone(str(place), writes="text-to-text")
    writer, rows = backbone.writer, given(backbone)
    answers = [writer.codes(text) for text in ("a cat", "it is a very big dog", "red")]
    labels = torch.full((3, 8), -1)
    for row, answer in zip(labels, answers, strict=True):
        row[: len(answer)] = torch.tensor(answer)
    together = writer.forced(rows, labels)
    for i, answer in enumerate(answers):
        there = rows[i : i + 1, : int(rows[i, :, -1].sum())]
        alone = writer.forced(there, labels[i : i + 1, : len(answer)])
        torch.testing.assert_close(together[i, : len(answer)], alone[0], rtol=0, atol=1e-5)
        asked = torch.tensor([[*spelled_out(there)[0], 3, *answer[:-1]]])
        own = writer.network(asked).logits[0, -len(answer) :]
        torch.testing.assert_close(alone[0], own, rtol=0, atol=1e-5)


def test_it_comes_back_and_fresh_weights_are_others(place: Path, tmp_path: Path) -> None:
    backbone = load_backbone(str(place), writes="generation")
    save_backbone(tmp_path / "saved", backbone, "# card")
    again = read_backbone(tmp_path / "saved")
    assert isinstance(again.writer, Alone) and again.writer.task == "generation"
    rows = given(backbone)
    assert torch.equal(again.writer(rows), backbone.writer(rows))
    codes = backbone.modality.read(InMemory("x", TEXTS[0])).tolist()
    assert again.writer.continued([codes]) == backbone.writer.continued([codes])
    assert not torch.equal(fresh(backbone, 3).writer(rows), backbone.writer(rows))
    turned = load_backbone(str(tmp_path / "saved"), writes="text-to-text")
    assert turned.writer.task == "text-to-text" and again.writer.task == "generation"
    with pytest.raises(BackboneError, match="M409"):
        meant_for(again, "")


def test_what_reads_is_no_decoder(tiny_bert: Path) -> None:
    assert load_backbone(str(tiny_bert), writes="generation").writer is None
