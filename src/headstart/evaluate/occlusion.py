"""Which words an answer rests on: each is left out once (Zeiler and Fergus 2014, for pictures)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from headstart.data import InMemory, Source
from headstart.modality import Modality, Text
from headstart.task import Task
from headstart.train import Fitted

WORDS = 60
"""Of a text, from its beginning, at most."""
Weighed = tuple[tuple[str, float], ...]
"""Each word, and by how much the class's probability falls without it, from -1 to 1."""


@torch.inference_mode()
def weighed(fitted: Fitted, task: Task, source: Source, said: int) -> Weighed:
    """What each word of a text does for the class that it was said to be.

    Nothing of anything else than one text and its one class.
    """
    modality = fitted.backbone.modality
    held = source.content if isinstance(source, InMemory) else None
    single = task.single_label and isinstance(modality, Text)
    if not (single and isinstance(modality, Text) and isinstance(held, str)):
        return ()
    words = held.split()[:WORDS]
    item = modality.read(InMemory("a text", " ".join(words)))
    places = modality.starts(" ".join(words))
    if len(words) < 2 or -1 in places:
        return ()
    end = len(item) - (1 if len(item) > places[-1] + 1 else 0)
    spans = zip(places, [*places[1:], end], strict=True)
    without = [torch.cat([item[:start], item[stop:]]) for start, stop in spans]
    whole, *less = _shares(fitted, task, modality, [item, *without], said)
    return tuple((word, whole - share) for word, share in zip(words, less, strict=True))


def _shares(
    fitted: Fitted, task: Task, modality: Modality, items: Sequence[Tensor], said: int
) -> list[float]:
    network = nn.Sequential(*fitted.prefix, *fitted.suffix, fitted.head).eval()
    found: list[float] = task.answers(network(modality.batch(items)))[:, said].tolist()
    return found
