"""Networks of strangers are built no larger than the files that hold their weights."""

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.modules import module as registry

from headstart.untrusted import Damaged

Shapes = Mapping[str, tuple[int, ...]]
TIMES, BESIDES = 4, 16_000_000
"""A network may have so many times the numbers in its files, and so many more: the half that writes
is built with the one that reads, and then left away."""
_PARTS, _MORE = 40, 50_000
"""So many parameters, buffers and modules a tensor in the files, and so many more."""


@dataclass
class _Count:
    numbers: int
    parts: int
    thread: int

    def take(self, numbers: int) -> None:
        if threading.get_ident() != self.thread:
            return
        self.numbers -= numbers
        self.parts -= 1
        if self.numbers < 0 or self.parts < 0:
            raise Damaged("this configuration makes a larger network than its weights are for")


@contextmanager
def bounded(shapes: Shapes) -> Iterator[None]:
    """Building a network inside raises `Damaged` once it is far larger than these tensors."""
    numbers = TIMES * sum(map(math.prod, shapes.values())) + BESIDES
    count = _Count(numbers, _PARTS * len(shapes) + _MORE, threading.get_ident())

    def tensor(_: nn.Module, name: str, given: Any) -> None:
        count.take(given.numel() if isinstance(given, Tensor) else 0)

    def part(_: nn.Module, name: str, given: Any) -> None:
        count.take(0)

    hooks = [
        registry.register_module_parameter_registration_hook(tensor),
        registry.register_module_buffer_registration_hook(tensor),
        registry.register_module_module_registration_hook(part),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
