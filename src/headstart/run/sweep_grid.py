"""What a sweep consists of, and where it lies; nothing here needs tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from headstart.errors import UsageError
from headstart.hostile import file_name, printable

MOST_SEEDS = 100


@dataclass(frozen=True)
class Cell:
    """One run of a sweep."""

    name: str
    """Of its folder."""
    group: str
    """What it has in common with the runs of other seeds: backbone and strategy."""
    backbone: str
    strategy: str
    seed: int


def cells_of(backbones: str, strategies: str, first: int, seeds: int) -> tuple[Cell, ...]:
    """Every combination, seed by seed, so that a sweep that is stopped has whole comparisons.

    Words have commas between them. Raises `UsageError` for no seed and for too many.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise UsageError("U248", f"--seeds {seeds} is not from 1 to {MOST_SEEDS}", "--seeds 5")
    names, plans = _words(backbones), _words(strategies)
    short = dict(zip(names, _distinct([Path(name).name for name in names]), strict=True))
    found = []
    for seed, name, plan in product(range(first, first + seeds), names, plans):
        group = f"{short[name]} {plan}"
        folder = f"{file_name(short[name])}_{file_name(plan)}_seed{seed}"
        found.append(Cell(folder, group, name, plan, seed))
    return tuple(found)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (word.strip() for word in text.split(",")))))


def _distinct(names: Sequence[str]) -> list[str]:
    """Numbered where two are alike, also once they are names of folders."""
    seen, told = dict[str, int](), list[str]()
    for name in names:
        plain = file_name(name)
        seen[plain] = seen.get(plain, 0) + 1
        told.append(name if seen[plain] == 1 else f"{name}-{seen[plain]}")
    return told


def folder_of(out: Path | str | None, name: str, digest: str) -> Path:
    """The folder asked for; else one that the same data and settings find again.

    Backbones, strategies and seeds have no part in its name: a sweep can be widened.
    """
    return Path(out) if out else Path("runs") / f"sweep_{file_name(name)}_{digest[:6]}"


def need_sweep(out: Path) -> None:
    """Raise `UsageError` where the folder holds a run, whose files would lie beside those here."""
    if (out / "run.json").exists():
        raise UsageError(
            "U249", "this folder is a run, not a sweep", "--out FOLDER", where=printable(out)
        )
