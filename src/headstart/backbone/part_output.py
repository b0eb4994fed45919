"""The outputs of a network's parts, told apart by what differs between examples and what does not.

A stage that does not run a part puts such an output in its place: see `partial_runs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as trees

EXAMPLES = 2
"""Examples that outputs are recorded for: their first dimension tells which tensors differ."""


@dataclass(frozen=True, eq=False)
class Form:
    """The structure of a part's output for `EXAMPLES` examples, and the values that all share."""

    spec: Any
    leaves: tuple[Any, ...]

    def crossing(self) -> list[torch.Size]:
        """Shapes, per example, of the tensors that differ between examples."""
        return [leaf.shape[1:] for leaf in self.leaves if _differs(leaf)]

    def filled(self, like: Tensor, values: Sequence[Tensor] = ()) -> Any:
        """An output for as many examples as `like` has, with these values, or zeros."""
        rest, told = iter(values), []
        for leaf in self.leaves:
            if not isinstance(leaf, Tensor):
                told.append(leaf)
            elif _differs(leaf):
                zeros = like.new_zeros(1).expand(len(like), *leaf.shape[1:])
                told.append(next(rest) if values else zeros)
            else:
                own = leaf.to(like.device)
                alike = leaf.ndim and len(leaf) == EXAMPLES
                told.append(own[:1].expand(len(like), *leaf.shape[1:]) if alike else own)
        return trees.tree_unflatten(told, self.spec)


def form_of(output: Any) -> Form:
    """The form of an output for `EXAMPLES` examples."""
    leaves, spec = trees.tree_flatten(output)
    return Form(spec, tuple(x.detach() if isinstance(x, Tensor) else x for x in leaves))


def _differs(leaf: Any) -> bool:
    numbers = isinstance(leaf, Tensor) and leaf.is_floating_point()
    return numbers and leaf.ndim > 1 and len(leaf) == EXAMPLES
