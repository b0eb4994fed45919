"""What somebody asked for, as the command that asks for it again with something changed."""

import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from headstart.data import Examples, InMemory, Pair
from headstart.options import options_of
from headstart.run.settings import RankSettings, Settings

DATA = "DATA"
"""Stands for data that lies nowhere: it was in memory."""


def train_command(place: str, settings: Settings, **changes: object) -> str:
    """`headstart train` with everything that was asked for, and these options instead."""
    return _command("train", place, {**_values(settings), **changes}, Settings)


def rank_command(place: str, settings: Settings, **changes: object) -> str:
    """`headstart rank` of the same data, read in the same way, and these options."""
    known = {option.name for option in options_of(RankSettings)} - {"budget"}  # of training
    same = {name: value for name, value in _values(settings).items() if name in known}
    return _command("rank", place, {**same, **changes}, RankSettings)


def use_of(examples: Examples) -> str:
    """What goes behind `headstart predict RUN` for more of these: files, or texts themselves."""
    first = examples.sources[0] if len(examples) else None
    if not isinstance(first, InMemory) or not isinstance(first.content, str | Pair):
        return "FILES"
    return '--text "…"' if isinstance(first.content, str) else '--text "…" --second "…"'


def _command(verb: str, place: str, values: dict[str, object], noun: type) -> str:
    words = ["headstart", verb, place or DATA]
    for option in options_of(noun):
        value = values.get(option.name, option.default)
        if value == option.default or value is None:
            continue
        flag = f"--{option.name.replace('_', '-')}"
        words += [flag] if value is True else [flag, _word(value)]
    return shlex.join(words)


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(f'"{one}"' if "," in str(one) else str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(noun: Any) -> dict[str, object]:
    """Every option of settings by its name, those of the nouns inside among them."""
    return dict(_each(noun))


def _each(noun: Any) -> Iterator[tuple[str, object]]:
    for one in fields(noun):
        value = getattr(noun, one.name)
        if is_dataclass(value):
            yield from _each(value)
        else:
            yield one.name, value
