"""Small networks that write, as transformers saves them."""

from pathlib import Path

import torch
from language import save_network

from headstart.backbone import (
    Backbone,
    Frames,
    load_backbone,
    seen_as,
)
from headstart.data import InMemory

BART = {
    "d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64,
    "decoder_layers": 2, "decoder_attention_heads": 4, "decoder_ffn_dim": 64, "pad_token_id": 0,
    "eos_token_id": 3, "decoder_start_token_id": 2, "bos_token_id": 2,
}  # fmt: skip


FAMILIES = {
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
           "eos_token_id": 3, "pad_token_id": 0},
    "bart": BART, "marian": BART, "mbart": BART,
}  # fmt: skip


TEXTS = ("the cat is very good", "a dog", "it was not a good film and they sleeps")


def start(folder: Path, kind: str) -> Backbone:
    return load_backbone(str(save_network(folder / kind, kind, **FAMILIES[kind])))


def rows(backbone: Backbone) -> torch.Tensor:
    apart = seen_as(backbone, Frames)
    batch = apart.modality.batch([apart.modality.read(InMemory("x", text)) for text in TEXTS])
    with torch.inference_mode():
        return apart.stages(batch)


def speaking(folder: Path, single: str) -> Backbone:
    """An mBART whose tokenizer marks texts with the code of English."""
    from tokenizers import Tokenizer, processors

    save_network(folder, "mbart", **{**BART, "decoder_start_token_id": 3})
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens(["en_XX", "de_DE"])
    codes = [(name, tokenizer.token_to_id(name)) for name in ("[SEP]", "en_XX")]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=codes)
    tokenizer.save(str(folder / "tokenizer.json"))
    return load_backbone(str(folder))
