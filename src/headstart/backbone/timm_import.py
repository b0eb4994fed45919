"""timm is imported without PyTorch's compiler, which takes three times as long as timm itself.

torchvision asks the compiler which devices it knows, and timm keeps a function from it: both are
answered when they are called, which headstart never does.
"""

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

_COMPILER, _ASKED = "torch._dynamo", "torch._dynamo.utils"


def need_timm() -> Any:
    """The package, imported unless it was."""
    if "timm" in sys.modules:
        return sys.modules["timm"]
    with _later():
        return importlib.import_module("timm")


@contextlib.contextmanager
def _later() -> Iterator[None]:
    """Meanwhile the compiler is imported only by what uses it at once."""
    import torch.compiler

    if _COMPILER in sys.modules or not hasattr(torch.compiler, "disable"):
        yield
        return
    real, stand_in = torch.compiler.disable, _StandIn(_ASKED)
    sys.modules[_ASKED] = stand_in
    torch.compiler.disable = functools.partial(_disabled, real)
    try:
        yield
    finally:
        torch.compiler.disable = real
        stand_in.step_aside()


class _StandIn(ModuleType):
    """In the place of a module until it is asked for anything but the one question."""

    def is_compile_supported(self, device: str) -> bool:
        """As the module itself says."""
        return bool(self.__getattr__("is_compile_supported")(device))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.step_aside()
        return getattr(importlib.import_module(self.__name__), name)

    def step_aside(self) -> None:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def _disabled(real: Callable[..., Any], function: Any = None, *options: Any, **named: Any) -> Any:
    """As `torch.compiler.disable`, but that it happens at the first call."""
    if function is None:
        return functools.partial(_disabled, real, **named)
    if isinstance(function, type) or not callable(function):
        return real(function, *options, **named)

    @functools.wraps(function)
    def called(*args: Any, **given: Any) -> Any:
        return real(function, *options, **named)(*args, **given)

    return called
