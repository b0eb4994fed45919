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
    "detection": ("boxes", "object-detection", "objects", "bounding-boxes"),
    "generation": ("language-modeling", "text-generation", "causal-lm", "continue"),
}
"""Each with what others call it."""
SPOKEN = "transcribe"
"""The task of labels that are what is said."""
WRITTEN = "text-to-text"
"""The task of labels that are texts: translations, summaries."""
ENTITIES = "entities"
"""The task of labels that are a tag for each word."""
GENERATED = "generation"
"""The task of texts without labels: more of the same."""
DETECTED = "detection"
"""The task of boxes on pictures."""
TOLD = (SPOKEN, WRITTEN, ENTITIES, GENERATED)
"""Tasks whose labels are no classes: nearly every one is different."""
