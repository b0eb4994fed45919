"""Items on their way to a device: few bytes over the bus, the rest of the work done there."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from headstart.modality.image import Image
from headstart.modality.masks import Masks
from headstart.modality.protocol import Modality
from headstart.modality.views import Variation, augment


def batch_on(device: torch.device, modality: Modality, items: Sequence[Tensor]) -> Any:
    """What `modality.batch` gives, on a device: pixels cross as bytes and are normalized there.

    Division differs in the last bit on some devices; on the CPU it is the same to the bit.
    """
    if device.type == "cpu":
        return modality.batch(items)
    if isinstance(modality, Image) and items:
        return modality.normalized(moved(torch.stack(list(items)), device))
    return moved(modality.batch(items), device)


def seen_on(
    device: torch.device,
    modality: Modality,
    items: Sequence[Tensor],
    keys: Sequence[int],
    views: Variation | None,
) -> Any:
    """The same, each item in the view that its key draws; sound is varied on the CPU."""
    if views is None:
        return batch_on(device, modality, items)
    there = torch.device("cpu") if isinstance(views, Masks) else device
    return augment(batch_on(there, modality, items), keys, views).to(device)


def moved(batch: Any, device: torch.device) -> Any:
    """A batch on a device; the copy to a graphics processor does not wait, nor do its callers."""
    if device.type != "cuda" or not isinstance(batch, Tensor):
        return batch.to(device)
    return batch.pin_memory().to(device, non_blocking=True)
