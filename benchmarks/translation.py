"""A small network learns to translate 6,000 captions, and starts from there on 1,500 others.

`python -m benchmarks translation`. A Marian-type network of 2.5 million parameters with tokens of
its own (byte pairs, from both languages of Multi30k's training part) is trained from random weights
on one part of Multi30k; on another part it is fine-tuned, and trained from random weights
once more, each for at most 20 epochs at the best of four rates by validation loss. BLEU on the
whole test part (1,000 captions), and the difference with a paired bootstrap. Some 50 CPU minutes.
"""

import json
import random
import tempfile
from pathlib import Path

import torch

from benchmarks.measuring import SHARED, command, figure, here

PARTS = {"first": (2000, 8000), "then": (0, 1500)}
"""Which of the shuffled training rows each part has; 1,500 to 1,800 choose."""
WORDS, WIDTH = 4000, 192
SHAPE = {
    "d_model": WIDTH, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 6,
    "decoder_attention_heads": 6, "encoder_ffn_dim": 512, "decoder_ffn_dim": 512,
    "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0, "forced_eos_token_id": None,
    "scale_embedding": True, "dropout": 0.1, "max_position_embeddings": 128,
    "activation_function": "gelu",
}  # fmt: skip


def main() -> None:
    place = SHARED / "data" / "text" / "multi30k_en_de"
    if here(place):
        with tempfile.TemporaryDirectory() as folder:
            _measure(place, Path(folder))


def _measure(place: Path, root: Path) -> None:
    rows = {part: _rows(place / f"{part}.tsv") for part in ("train", "val", "test")}
    every = list(rows["train"])
    random.Random(0).shuffle(every)
    first, then = (every[slice(*PARTS[name])] for name in PARTS)
    _table(root / "first.tsv", train=first, val=rows["val"][:200], test=rows["val"][200:400])
    _table(root / "then.tsv", train=then, val=every[1500:1800], test=rows["test"])
    network(rows["train"], root / "net")
    asked = ("--task", "text-to-text", "--source", "source", "--target", "target")
    fresh = ("--backbone", str(root / "net"), "--weights", "random", "--strategy", "scratch")
    spent = command("train", str(root / "first.tsv"), *asked, *fresh, "--out", str(root / "one"),
                    cache=root / "cache")  # fmt: skip
    metrics = json.loads((root / "one" / "metrics.json").read_text())
    figure("pre-trained on 6,000 captions", cpu_s=round(spent.cpu),
           bleu=round(metrics["test"]["bleu"]["value"], 4))  # fmt: skip
    start = ("--backbone", str(root / "one"), "--strategy", "full", "--compare", "scratch")
    spent = command("train", str(root / "then.tsv"), *asked, *start, "--out", str(root / "two"),
                    cache=root / "cache")  # fmt: skip
    metrics = json.loads((root / "two" / "metrics.json").read_text())
    for arm in metrics["arms"]:
        led = [round(x, 4) for x in arm["bleu_behind_by"].values()]
        figure(f"{arm['name']}, 1,500 captions", bleu=round(arm["bleu"], 4), behind_by=led,
               chrf=round(arm["chrf"]["value"], 4))  # fmt: skip
    figure("verdict", said=metrics["verdict"]["sentence"], cpu_s=round(spent.cpu))


def _rows(path: Path) -> list[str]:
    return path.read_text().rstrip("\n").split("\n")[1:]


def _table(path: Path, **parts: list[str]) -> None:
    lines = [f"{row}\t{part}" for part, some in parts.items() for row in some]
    path.write_text("\n".join(["source\ttarget\tsplit", *lines]) + "\n")


def network(pairs: list[str], place: Path) -> None:
    """Random weights and tokens of both languages, in a folder as hubs have them."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from tokenizers.trainers import BpeTrainer
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.normalizer = normalizers.NFKC()
    pieces = [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()]
    made.pre_tokenizer, made.decoder = pre_tokenizers.Sequence(pieces), decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = BpeTrainer(vocab_size=WORDS, special_tokens=special, show_progress=False)
    made.train_from_iterator((text for pair in pairs for text in pair.split("\t")), trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    place.mkdir()
    made.save(str(place / "tokenizer.json"))
    torch.manual_seed(0)
    config = AutoConfig.for_model("marian", vocab_size=made.get_vocab_size(), **SHAPE)
    AutoModelForSeq2SeqLM.from_config(config).save_pretrained(place)


if __name__ == "__main__":
    main()
