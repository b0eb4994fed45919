"""What figures are called, whether they are shares, and between which bounds they lie."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """How a figure of `metrics.json` is shown."""

    title: str
    share: bool = True
    """Whether it is shown in percent."""
    least: float = 0.0
    most: float = 1.0


FIGURES: Mapping[str, Figure] = {
    "accuracy": Figure("Accuracy"),
    "balanced_accuracy": Figure("Balanced accuracy"),
    "f1": Figure("F1 of an example's tags"),
    "r2": Figure("Explained variance", least=-math.inf),
    "word_accuracy": Figure("Words right", least=-math.inf),
    "wer": Figure("Word error rate", most=math.inf),
    "cer": Figure("Letter error rate", most=math.inf),
    "sentence_f1": Figure("Entity F1 of a sentence"),
    "entity_f1": Figure("F1 of all entities"),
    "tags_right": Figure("Tags right"),
    "chrf": Figure("chrF"),
    "next_token": Figure("Next tokens right"),
    "perplexity": Figure("Perplexity", share=False, most=math.inf),
    "bleu": Figure("BLEU"),
    "rouge_l": Figure("ROUGE-L"),
    "macro_f1": Figure("Macro F1"),
    "mcc": Figure("Matthews' correlation", share=False, least=-1.0),
    "exact": Figure("Without a mistake"),
    "log_loss": Figure("Log-loss", share=False, most=math.inf),
    "ece": Figure("Calibration error"),
    "mae": Figure("Mean error", share=False, most=math.inf),
    "rmse": Figure("Root mean squared error", share=False, most=math.inf),
}
"""Those that several tasks have, or had before tasks named their own (`Task.own_figures`)."""
