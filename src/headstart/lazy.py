"""Packages whose names are opened on first use, so that a command imports only what it works with.

A package lists its names once, as plain imports below `if TYPE_CHECKING:`. Type checkers, editors
and import-linter read those lines as they are; at run time `attach` reads them, too, and imports
the module of a name when somebody asks for the name. SPEC 1 of Scientific Python has the idea; its
`lazy_loader` keeps the list twice, or in a stub, and loses a function to a module of its name.
"""

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any


class Package(ModuleType):
    """A package with names that are not imported yet.

    A name that belongs to a function and to a module inside (`features.survey`) is the function's:
    Python binds a module to its package when it is imported, and that assignment is passed over.
    The module stays in `sys.modules`, where every `import` looks. See docs/decisions/0002.
    """

    _places: Mapping[str, tuple[str, str]]
    """Name -> module, and name in it."""

    def __getattr__(self, name: str) -> Any:
        places = self._places
        if name not in places:
            known = ", ".join(self.__dict__.get("__all__", ()))
            raise AttributeError(f"{self.__name__} has no {name!r}; it has {known}")
        module, inside = places[name]
        return getattr(importlib.import_module(module), inside)

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in self._places and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self._places})


def attach(name: str) -> None:
    """Open what the package of this name lists on first use."""
    package = sys.modules[name]
    package.__dict__["_places"] = dict(_listed(name))
    package.__class__ = Package


def _listed(name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name, and where it is, of each import that only a type checker makes."""
    loader: Any = getattr(sys.modules[name].__spec__, "loader", None)
    for node in ast.parse(loader.get_source(name)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in (line for line in node.body if isinstance(line, ast.ImportFrom)):
                yield from ((a.asname or a.name, (line.module or "", a.name)) for a in line.names)
