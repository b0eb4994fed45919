"""A tokenizer of one's own, learned from the texts that a network is pre-trained on."""

from collections.abc import Iterable
from pathlib import Path

from headstart import durable
from headstart.errors import needs
from headstart.modality.text import Text, text_of

SPECIAL = ("[PAD]", "[UNK]", "[BOS]", "[EOS]")


def learned_vocabulary(
    texts: Iterable[str], place: Path, *, words: int, max_tokens: int = 256
) -> Text:
    """Frequent words whole, others in parts (byte-pair encoding: Sennrich et al. 2016).

    Letters lose case and accents. `place` is the tokenizer.json that is written; one that is there
    is taken as it is, so that a killed run goes on with the same. Raises `MissingExtra`.
    """
    if place.exists():
        return text_of(place, max_tokens)
    with needs("text"):
        from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
        from tokenizers.trainers import BpeTrainer

    made = Tokenizer(models.BPE(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()]
    )
    made.decoder = decoders.Metaspace()
    trainer = BpeTrainer(  # of the library's trainers the one that gives the same each time
        vocab_size=words, special_tokens=list(SPECIAL), min_frequency=2, show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    ends = [(token, SPECIAL.index(token)) for token in ("[BOS]", "[EOS]")]
    made.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]", special_tokens=ends
    )
    durable.write(place, made.to_str())
    return text_of(place, max_tokens)
