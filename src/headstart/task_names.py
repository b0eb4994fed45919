"""The words that `--task` takes, which a command judges before it imports anything heavy."""

from collections.abc import Mapping

TASK_NAMES: Mapping[str, tuple[str, ...]] = {
    "classification": ("class", "classes", "sentiment", "pairs"),
    "balanced": (),
    "ordinal": ("ordered", "grades", "ratings", "stars"),
    "multilabel": ("tags", "multi-label"),
    "regression": ("value", "values", "score"),
    "transcribe": ("asr", "speech-recognition", "speech-to-text"),
    "text-to-text": ("translation", "summarization", "seq2seq", "summary"),
    "entities": ("ner", "pos", "tokens", "token-classification", "tagging"),
    "generation": ("language-modeling", "text-generation", "causal-lm", "continue"),
}
"""Each with what others call it."""
