"""Texts: the same folder as transformers' `AutoModelForSequenceClassification` reads it.

Its classes take the first token through a layer and an activation of their own before the classes.
Where that activation is ReLU or GELU, a score is the difference of what it makes of the score and
of its negative, so that a head without an activation fits in exactly. BERT's and RoBERTa's is tanh,
ModernBERT's has a norm behind it: these can't say our scores. Rows that are the mean of tokens or
of unit length are in none of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone.layers import Row
from headstart.backbone.transformers_loading import quietly

_Tensors = dict[str, Float[Tensor, "..."]]
Written = tuple[dict[str, Any], dict[str, Tensor]]
"""A configuration, and tensors by transformers' names."""


def text_classifier(
    network: Any, row: Row, head: nn.Linear, classes: Sequence[str], kind: str
) -> Written | None:
    """What transformers' class of the network's family needs to give the head's scores.

    `network` is transformers' body with its weights, `kind` its problem: "regression",
    "single_label_classification" or "multi_label_classification". None where the class pools or
    scores in another way.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification

    family, wide = str(network.config.model_type), head.in_features
    told = _FAMILIES.get(family)
    if told is None or row.how != "first" or row.scaled or 2 * head.out_features > wide:
        return None
    filled, extra = told
    names = dict(enumerate(classes or map(str, range(head.out_features))))
    labels = {"id2label": names, "label2id": {name: at for at, name in names.items()}}
    config = AutoConfig.for_model(
        **{**network.config.to_dict(), **labels, **extra, "problem_type": kind}
    )
    with torch.random.fork_rng(devices=[]), quietly():
        made: Any = AutoModelForSequenceClassification.from_config(config).eval()
    body = getattr(made, made.base_model_prefix)
    body.load_state_dict(network.state_dict())
    made.load_state_dict({**made.state_dict(), **filled(head)})
    facts = {**made.config.to_dict(), "architectures": [type(made).__name__]}
    return facts, made.requires_grad_(False).state_dict()


def _both_signs(dense: str, out: str) -> Callable[[nn.Linear], _Tensors]:
    """Scores and their negatives through an activation f with f(s) - f(-s) = s."""

    def filled(head: nn.Linear) -> _Tensors:
        count, wide = head.weight.shape
        bias = torch.zeros(count) if head.bias is None else head.bias
        rows, ends = torch.zeros(wide, wide), torch.zeros(wide)
        rows[: 2 * count] = torch.cat([head.weight, -head.weight])
        ends[: 2 * count] = torch.cat([bias, -bias])
        apart = torch.zeros(count, wide)
        apart[:, : 2 * count] = torch.cat([torch.eye(count), -torch.eye(count)], dim=1)
        return {
            f"{dense}.weight": rows,
            f"{dense}.bias": ends,
            f"{out}.weight": apart,
            f"{out}.bias": torch.zeros(count),
        }

    return filled


def _unchanged(head: nn.Linear) -> _Tensors:
    """A first layer that changes nothing, whose activation is left out."""
    count, wide = head.weight.shape
    bias = torch.zeros(count) if head.bias is None else head.bias
    first = {"pooler.dense.weight": torch.eye(wide), "pooler.dense.bias": torch.zeros(wide)}
    return {**first, "classifier.weight": head.weight, "classifier.bias": bias}


_PLAIN = {"pooler_hidden_act": "linear"}
_FAMILIES: dict[str, tuple[Callable[[nn.Linear], _Tensors], dict[str, str]]] = {
    "distilbert": (_both_signs("pre_classifier", "classifier"), {}),
    "electra": (_both_signs("classifier.dense", "classifier.out_proj"), {}),
    "deberta": (_unchanged, _PLAIN),
    "deberta-v2": (_unchanged, _PLAIN),
}
"""Families whose class can say our scores: what its layers are given, and what it is told."""
