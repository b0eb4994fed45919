"""Options: a field of a frozen dataclass is the flag, the keyword, the help and what is saved.

`option` declares such a field. A field that holds another noun (`columns: Columns`) stands for that
noun's own options: to the user they are all one list.
"""

import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from inspect import Parameter, cleandoc, signature
from pathlib import Path
from typing import Any, TypeVar

from headstart.errors import UsageError

_Noun = TypeVar("_Noun")
_Function = TypeVar("_Function", bound=Callable[..., Any])
_KEY = "option"


@dataclass(frozen=True)
class Option:
    """What users are told of one option."""

    name: str
    """The keyword in Python; the flag is the same with dashes."""
    kind: type
    """What the command line reads: str, int, float or bool."""
    annotation: Any
    """What Python callers give."""
    default: Any
    text: str
    """What it says or does, with its unit."""
    shown: str
    """The default in words, where it is not the value itself."""
    metavar: str | None = None
    also: str = ""
    """A second name of the flag."""
    least: int | None = None
    """What the command line takes at least; the default may be less."""

    @property
    def usual(self) -> str:
        """What happens where it is not given; empty where there is nothing to say."""
        plain = "" if self.default in (None, "", (), 0, False) else str(self.default)
        return self.shown or plain

    @property
    def help(self) -> str:
        """The text, with the default behind it.

        >>> Option("rate", float, float, 0.0, "step size", "found by trial").help
        'step size (found by trial)'
        """
        return f"{self.text} ({self.usual})" if self.usual else self.text


def option(
    default: Any,
    text: str,
    metavar: str | None = None,
    *,
    usual: str = "",
    also: str = "",
    least: int | None = None,
) -> Any:
    """A field of settings with what its flag and the help say; `usual` is the default in words."""
    told = {"text": text, "metavar": metavar, "shown": usual, "also": also, "least": least}
    return field(default=default, metadata={_KEY: told})


def options_of(noun: type) -> tuple[Option, ...]:
    """The options of a settings dataclass, those of the nouns inside it in their place."""
    return tuple(_options(noun))


def _options(noun: Any) -> Iterator[Option]:
    hints = typing.get_type_hints(noun)
    for one in fields(noun):
        kind = hints[one.name]
        if is_dataclass(kind):
            yield from _options(kind)
        elif _KEY in one.metadata:
            told = one.metadata[_KEY]
            yield Option(one.name, _plain(kind), kind | None, one.default, **told)


def _plain(kind: Any) -> type:
    """What one word of a command line is read as.

    >>> [_plain(kind).__name__ for kind in (int, float | None, tuple[str, ...], float | str)]
    ['int', 'float', 'str', 'str']
    """
    parts = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    found = [part for part in parts if part is not type(None)]
    return found[0] if len(found) == 1 and isinstance(found[0], type) else str


def made(noun: type[_Noun], given: Mapping[str, Any]) -> _Noun:
    """A noun from its options, whichever noun inside it they belong to; None is the default.

    Paths are taken as their text. Raises `UsageError` for an option that there is not, and what the
    nouns raise for a value that makes no sense.
    """
    refuse_unknown(given, {one.name for one in options_of(noun)})
    plain = {k: _text(v) for k, v in given.items() if v is not None}
    found: _Noun = _made(noun, plain)
    return found


def _made(noun: Any, given: Mapping[str, Any]) -> Any:
    hints, values = typing.get_type_hints(noun), dict[str, Any]()
    for one in fields(noun):
        if is_dataclass(hints[one.name]):
            values[one.name] = _made(hints[one.name], given)
        elif one.name in given:
            values[one.name] = given[one.name]
    return noun(**values)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def refuse_unknown(options: Iterable[str], known: Collection[str]) -> None:
    """Raise `UsageError` for an option that nobody knows."""
    wrong = [name for name in options if name not in known]
    if wrong:
        raise UsageError(
            "U107",
            f"there is no option {wrong[0]!r}",
            f"options are {', '.join(sorted(known))}",
        )


def signed(noun: type) -> Callable[[_Function], _Function]:
    """Give a function the options of a noun as keywords that `help` and editors show.

    They take the place of its `**options`, and a line for each goes below its docstring.
    """
    options = options_of(noun)
    keywords = [
        Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default, annotation=one.annotation)
        for one in options
    ]

    def made_known(function: _Function) -> _Function:
        plain = signature(function)
        own = [p for p in plain.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        told: Any = function
        told.__signature__ = plain.replace(parameters=[*own, *keywords])
        told.__doc__ = f"{cleandoc(told.__doc__ or '')}\n\nOptions:\n{described(options)}"
        return function

    return made_known


def described(options: Iterable[Option]) -> str:
    """The options as lines: name, what it says, its default."""
    return "\n".join(f"    {one.name}: {one.help}" for one in options)
