"""A graphics processor that is not there: tensors lie on the CPU and say that they do not.

Whatever mixes tensors of both kinds fails, as it would on a machine that has one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)

FREE = ("copy_", "_has_compatible_shallow_copy_type")
"""What takes tensors of both."""


class _Ledger:
    """Which memory is said to be elsewhere; kept alive, so that no address comes up twice."""

    def __init__(self) -> None:
        self.places: set[int] = set()
        self.alive: list[torch.UntypedStorage] = []

    def has(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage()._cdata in self.places

    def enter(self, tensor: Tensor) -> None:
        self.alive.append(tensor.untyped_storage())
        self.places.add(self.alive[-1]._cdata)


class _Calls(TorchDispatchMode):
    """Runs every operation here, and says that what came of tensors elsewhere is there, too."""

    def __init__(self, ledger: _Ledger) -> None:
        super().__init__()
        self._mode_key = torch._C._TorchDispatchModeKey.FAKE  # or asking for CUDA would start it
        self.ledger = ledger

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, name = dict(kwargs or {}), func._overloadpacket.__name__
        given = [t for t in tree_flatten((args, kwargs))[0] if isinstance(t, Tensor)]
        there = [self.ledger.has(t) for t in given]
        away = any(there)
        devices = [a for a in (*args, kwargs.get("device")) if isinstance(a, torch.device)]
        asked = devices[0] if devices else None
        args = tuple(CPU if isinstance(a, torch.device) else a for a in args)
        if asked is not None:
            like = name.startswith("new_") or name.endswith("_like") or name in ("to", "_to_copy")
            away = asked.type == "cuda" or (like and away)
            kwargs |= {"device": CPU} if "device" in kwargs else {}
        elif name not in FREE:
            here = [t for t, far in zip(given, there, strict=True) if not far and t.ndim]
            if away and here:
                raise RuntimeError(f"{name}: tensors on two devices")
        made = func(*args, **kwargs)
        if name == "to" and away and not any(there):
            made = made.clone()  # else it would be the same memory
        for tensor in tree_flatten(made)[0]:
            if isinstance(tensor, Tensor) and away and name not in FREE:
                self.ledger.enter(tensor)
        return made


class _Says(TorchFunctionMode):
    """Tensors name the device that they are said to be on, and give no array from there."""

    def __init__(self, ledger: _Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def __torch_function__(  # noqa: PLR0911 - one for each way to a device
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if getattr(func, "__self__", None) is Tensor.device and self.ledger.has(args[0]):
            return CUDA
        if func in (Tensor.cpu, Tensor.to) and self.ledger.has(args[0]):
            asked = [*args[1:], *(kwargs or {}).values(), *[CPU] * (func is Tensor.cpu)]
            devices = [torch.device(a) for a in asked if isinstance(a, str | torch.device)]
            if devices and devices[0] == CPU:
                kinds = [a for a in asked if isinstance(a, torch.dtype)]
                copied = torch.empty(args[0].shape, dtype=args[0].dtype, device=CPU)
                return copied.copy_(args[0].detach()).to(*kinds)
        if func is Tensor.to and any(
            isinstance(a, Tensor) and self.ledger.has(a) for a in args[1:]
        ):
            return args[0].to(CUDA, dtype=args[1].dtype)
        if func is torch.tensor and (kwargs or {}).get("device") == CUDA:
            return torch.tensor(*args, **{**(kwargs or {}), "device": CPU}).to(CUDA)
        if func is Tensor.pin_memory:  # for a card that is there
            return args[0]
        if func == Tensor.numpy and self.ledger.has(args[0]):
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        return func(*args, **(kwargs or {}))


@contextmanager
def pretended() -> Iterator[_Ledger]:
    """For as long as it lasts, tensors can be moved to "cuda"."""
    ledger = _Ledger()
    with _Says(ledger), _Calls(ledger):
        yield ledger
