"""A small tokenizer and a small network for texts, with random weights."""

import json
from pathlib import Path

WORDS = (
    *("the", "a", "cat", "dog", "is", "not", "very", "good", "bad", "film", "runs", "sleeps"),
    *("red", "blue", "big", "and", "it", "was", "they"),
)

ENCODERS = ("bert", "roberta", "electra", "mpnet", "camembert", "xlm-roberta", "modernbert")
DECODERS = ("llama", "qwen2", "gemma")
SMALL = {
    "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64,
    "max_position_embeddings": 64, "pad_token_id": 0,
}  # fmt: skip
OWN = {
    "distilbert": {"dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 64},
    "gpt2": {"n_embd": 32, "n_layer": 3, "n_head": 4},
    "bart": {
        "d_model": 32, "encoder_layers": 3, "encoder_attention_heads": 4, "encoder_ffn_dim": 64,
        "decoder_layers": 1, "decoder_attention_heads": 4, "decoder_ffn_dim": 64,
    },
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 3, "num_heads": 4},
    "albert": {**SMALL, "embedding_size": 16},
    "deberta-v2": {
        **SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8,
        "norm_rel_ebd": "layer_norm", "share_att_key": True, "conv_kernel_size": 3,
    },
    "deberta": {**SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
}  # fmt: skip
FAMILIES = {
    **dict.fromkeys(ENCODERS, SMALL),
    **{kind: {**SMALL, "num_key_value_heads": 2, "head_dim": 8} for kind in DECODERS},
    **OWN,
}
"""Small networks of each family that reads texts."""


def save_tokenizer(folder: Path) -> Path:
    """Whole words, in the form that hubs have."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: i for i, word in enumerate([*special, *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.add_special_tokens(special)
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.decoder = decoders.WordPiece()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


def save_network(folder: Path, kind: str = "bert", **settings: object) -> Path:
    """A folder as hubs have them: configuration, weights and tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModel

    usual = {
        "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4,
        "intermediate_size": 64, "max_position_embeddings": 64, "pad_token_id": 0,
    }  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = AutoConfig.for_model(kind, vocab_size=40, **(settings or usual))
        AutoModel.from_config(config).save_pretrained(folder)
    save_tokenizer(folder)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 24}))
    return folder
