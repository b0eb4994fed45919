"""A network as a row of stages of which each runs a part of the whole forward pass.

For networks whose graph can't be traced: a stage is the network itself, without the parts that run
in other stages. Parts that ran before it give what crossed the cut, or zeros where nothing needs
it; where its own last part has run, the pass ends. So a cut can lie behind any part whose output is
all that the rest reads, and the network's code stays as its library has it.
"""

import copy
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils import _pytree as trees

from headstart.backbone.part_output import EXAMPLES, Form, form_of
from headstart.backbone.staging import WHOLE_NETWORK

Says = Callable[[nn.Module, Float[Tensor, "b c h w"]], Float[Tensor, "b p d"]]
"""Runs a network on pictures and gives the rows that its last stage is to give."""
_TOLERANCE = 1e-4


class _EndedError(Exception):
    """The part behind which the stage ends has run."""


@dataclass(eq=False)
class _Pass:
    """One forward pass of a stage."""

    like: Tensor
    given: Mapping[str, Any] = field(default_factory=dict)
    ends: str = ""
    made: dict[str, Any] = field(default_factory=dict)


_PASS: ContextVar[_Pass] = ContextVar("forward_pass")


class Elsewhere(nn.Module):
    """In the place of a part that ran in an earlier stage."""

    def __init__(self, path: str, form: Form) -> None:
        super().__init__()
        self.path, self.form = path, form

    def forward(self, *_: object, **__: object) -> Any:
        """What crossed the cut, or zeros."""
        now = _PASS.get()
        return now.given[self.path] if self.path in now.given else self.form.filled(now.like)


class Unread(nn.Module):
    """In the place of a table whose numbers mean nothing here."""

    def __init__(self, table: nn.Module) -> None:
        super().__init__()
        for name, tensor in table.named_parameters(recurse=False):
            zeros = tensor.new_zeros(1).expand(tensor.shape)
            self.register_buffer(name, zeros, persistent=False)


class Part(nn.Module):
    """A stage: from what crosses one cut to what crosses the next, or to rows."""

    def __init__(
        self, inner: nn.Module, says: Says, side: int, came: Mapping[str, Form], ends: str
    ) -> None:
        super().__init__()
        self.inner, self.says, self.side = inner, says, side
        self.came, self.ends = dict(came), ends
        own: Any = self
        own.register_state_dict_post_hook(_once)
        own.register_load_state_dict_pre_hook(_again)

    def train(self, mode: bool = True) -> "Part":  # noqa: FBT001, FBT002 - torch's signature
        """Norms and dropout alone: detectors of others have more queries while they train."""
        super().train(False)
        for part in self.modules():
            if isinstance(part, _BatchNorm | nn.Dropout):
                part.train(mode)
        return self

    def forward(self, x: Shaped[Tensor, "b ..."]) -> Float[Tensor, "b ..."]:
        """Pictures or what crossed, further on."""
        given, pixels = dict[str, Any](), x
        if self.came:
            given = self._unpacked(x)
            pixels = x.new_zeros(1).expand(len(x), 3, self.side, self.side)
        now = _Pass(x, given, self.ends)
        token = _PASS.set(now)
        try:
            rows = self.says(self.inner, pixels)
        except _EndedError:
            return _packed(now.made[self.ends])
        finally:
            _PASS.reset(token)
        return rows

    def _unpacked(self, x: Shaped[Tensor, "b n"]) -> dict[str, Any]:
        given, start = dict[str, Any](), 0
        for path, form in self.came.items():
            values = []
            for shape in form.crossing():
                size = math.prod(shape)
                values.append(x[:, start : start + size].unflatten(1, shape))
                start += size
            given[path] = form.filled(x, values)
        return given


def parts_of(
    network: nn.Module, says: Says, side: int, ends: Mapping[str, str], last: str
) -> nn.Sequential:
    """Stages by name, each of which ends behind a part of the network, and a last one.

    A single stage where the network can't be cut there: where what runs one by one does not give
    what the whole gives. Square pictures of `side` pixels only. The stages take the network over;
    what its forward pass raises is raised.
    """
    random = torch.Generator().manual_seed(0)
    pixels = torch.randn(EXAMPLES, 3, side, side, generator=random)
    with torch.no_grad():
        # of one picture, too: a table with as many rows as pictures is told from what differs
        alone = says(network, pixels[:1])
        seen = _watched(network, says, pixels, list(ends.values()))
        try:
            stages = _staged(network, seen, says, side, {**ends, last: ""})
            same = all(
                torch.allclose(stages(pixels[: len(rows)]), rows, rtol=_TOLERANCE, atol=_TOLERANCE)
                for rows in (seen.rows, alone)
            )
        except Exception:  # what a stage misses fails in many ways
            same = False
    whole = Part(network, says, side, {}, "")
    return stages if same else nn.Sequential(OrderedDict({WHOLE_NETWORK: whole}))


@dataclass(eq=False)
class _Seen:
    """When each part of a network ran, counted in ends that had been passed, and what it gave."""

    ran: dict[int, set[int]]
    forms: dict[int, Form]
    rows: Tensor


def _watched(network: nn.Module, says: Says, pixels: Tensor, ends: Sequence[str]) -> _Seen:
    passed = 0
    ran, forms = dict[int, set[int]](), dict[int, Form]()
    last = [network.get_submodule(end) for end in ends]

    def before(part: nn.Module, _: object) -> None:
        ran.setdefault(id(part), set()).add(passed)

    def after(part: nn.Module, _: object, output: Any) -> None:
        nonlocal passed
        ran[id(part)].add(passed)
        forms[id(part)] = form_of(output)
        passed += int(passed < len(last) and part is last[passed])

    hooks = [part.register_forward_pre_hook(before) for part in network.modules()]
    hooks += [part.register_forward_hook(after) for part in network.modules()]
    try:
        rows = says(network, pixels)
    finally:
        for hook in hooks:
            hook.remove()
    return _Seen(ran, forms, rows)


def _staged(
    network: nn.Module, seen: _Seen, says: Says, side: int, ends: Mapping[str, str]
) -> nn.Sequential:
    stages, came = OrderedDict[str, nn.Module](), dict[str, Form]()
    for index, (name, end) in enumerate(ends.items()):
        inner = _without(network, "", seen, index, len(ends) - 1, {})
        if end:
            inner.get_submodule(end).register_forward_hook(partial(_note, end))
        stages[name] = Part(inner, says, side, came, end)
        came = {end: seen.forms[id(network.get_submodule(end))]} if end else {}
    return nn.Sequential(stages)


def _note(path: str, _: nn.Module, __: object, output: Any) -> None:
    now = _PASS.get()
    now.made[path] = output
    if path == now.ends:
        raise _EndedError


def _without(
    part: nn.Module, path: str, seen: _Seen, index: int, last: int, known: dict[int, nn.Module]
) -> nn.Module:
    """A part without what runs in other stages than this one; what runs in several is copied."""
    if id(part) in known:
        return known[id(part)]
    ran = seen.ran.get(id(part), set())
    numbers = any(True for _ in part.parameters()) or any(True for _ in part.buffers())
    inside = {name: child for name, child in part._modules.items() if child is not None}
    made: nn.Module
    if ran and numbers and not min(ran) <= index <= max(ran):
        earlier = max(ran) < index
        made = Elsewhere(path, seen.forms[id(part)]) if earlier else nn.Identity()
    elif len(ran) == 1 and numbers:
        made = part
    elif not inside and not ran and numbers:  # its weights are read, or nothing of it is
        made = part if index == last else Unread(part)
    else:
        made = _shell(part)
        for name, child in inside.items():
            below = f"{path}.{name}".lstrip(".")
            made._modules[name] = _without(child, below, seen, index, last, known)
    known[id(part)] = made
    return made


def _shell(part: nn.Module) -> nn.Module:
    """A copy of a part and of the numbers that are its own, around the same parts."""
    made: Any = copy.copy(part)
    for own in ("_parameters", "_buffers", "_modules", "_forward_hooks", "_forward_pre_hooks"):
        setattr(made, own, getattr(part, own).copy())
    for held in (made._parameters, made._buffers):
        held.update([(name, copy.deepcopy(tensor)) for name, tensor in held.items()])
    copied: nn.Module = made
    return copied


def _packed(output: Any) -> Float[Tensor, "b n"]:
    """What differs between examples, each flattened, one behind the other."""
    leaves = [x for x in trees.tree_leaves(output) if isinstance(x, Tensor) and x.ndim > 1]
    return torch.cat([x.flatten(1) for x in leaves if x.is_floating_point()], dim=1)


def _once(part: nn.Module, state: dict[str, Tensor], prefix: str, _: object) -> None:
    """Leave out names of tensors that have another name: files keep each tensor once."""
    for name in _aliases(part):
        state.pop(prefix + name, None)


def _again(part: nn.Module, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Give tensors with several names under each of them."""
    for name, first in _aliases(part).items():
        if prefix + first in state:
            state[prefix + name] = state[prefix + first]


def _aliases(part: nn.Module) -> dict[str, str]:
    """Of each name of a tensor that has another before it: that one."""
    first, again = dict[int, str](), dict[str, str]()
    parameters, buffers = part.named_parameters, part.named_buffers
    for name, tensor in (*parameters(remove_duplicate=False), *buffers(remove_duplicate=False)):
        known = first.setdefault(id(tensor), name)
        if known != name:
            again[name] = known
    return again
