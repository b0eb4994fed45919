"""What is installed, what is missing, and what this machine has; PyTorch is not imported."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import headstart
from headstart.backbone.places import cache_root
from headstart.features.clearing import sizes

_SHOWN = ("torch", "timm", "torchvision", "transformers", "numpy", "scikit-learn", "pillow")
_EXTRA = re.compile(r"extra\s*==\s*[\"']([\w-]+)[\"']")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Diagnosis:
    """One look at where headstart runs."""

    versions: dict[str, str]
    missing: dict[str, tuple[str, ...]]
    """By extra, the packages that it would bring and that are not here."""
    extras: tuple[str, ...]
    """Those that are whole."""
    card: str
    cores: int
    memory_bytes: int
    free_bytes: int
    """On the disk of the cache."""
    cache: str
    cache_bytes: dict[str, int]

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return dict(vars(self))

    def lines(self) -> list[str]:
        """For people."""
        shown = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        held = sum(self.cache_bytes.values())
        told = [
            f"headstart {headstart.__version__} on {platform.system()} {platform.machine()}",
            f"versions: {shown}",
            f"extras:   {', '.join(self.extras) or 'none'}",
            *(
                f"missing:  {', '.join(names)} (pip install 'headstart[{extra}]')"
                for extra, names in self.missing.items()
            ),
            f"card:     {self.card or 'none is seen: the CPU is used'}",
            f"cores:    {self.cores}, memory {self.memory_bytes / 1e9:.1f} GB",
            f"disk:     {self.free_bytes / 1e9:.1f} GB free at {self.cache}",
            f"cache:    {held / 1e6:,.1f} MB; headstart cache shows it, headstart cache clear",
        ]
        return [*told, *_advice(self)]


def look() -> Diagnosis:
    """Look at packages, the machine and the cache; nothing is changed, nobody is asked."""
    root = cache_root(None)
    wanted = dict(_wanted())
    missing = {extra: tuple(n for n in names if not _version(n)) for extra, names in wanted.items()}
    return Diagnosis(
        {"python": platform.python_version(), **{n: v for n in _SHOWN if (v := _version(n))}},
        {extra: names for extra, names in missing.items() if names},
        tuple(extra for extra, names in missing.items() if not names),
        _card(),
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        _memory(),
        shutil.disk_usage(_there(root)).free,
        os.fspath(root),
        sizes(root),
    )


def _advice(found: Diagnosis) -> Iterator[str]:
    if "torch" not in found.versions:
        yield "fix: PyTorch is not installed: pip install torch"
    if found.card and found.versions.get("torch", "").endswith("+cpu"):
        yield "fix: this PyTorch cannot use the card: pip install torch, without the CPU's index"
    if found.free_bytes < 1e9:
        yield "fix: less than 1 GB is free: headstart cache clear, or HEADSTART_CACHE=FOLDER"


def _wanted() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each extra with the packages it asks for here; not those for development."""
    try:
        lines = metadata.requires("headstart") or []
    except metadata.PackageNotFoundError:
        return
    by: dict[str, list[str]] = {}
    for line in lines:
        name, found = _NAME.match(line), _EXTRA.search(line)
        if name and found and "sys_platform" not in line:
            by.setdefault(found[1], []).append(name[0])
    for extra in sorted({*by} - {"dev", "docs"}):
        yield extra, tuple(by[extra])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _card() -> str:
    """The graphics processors that the driver tells of."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "Apple's (mps)"
    if not (tool := shutil.which("nvidia-smi")):
        return ""
    asked = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(line.strip() for line in told.splitlines() if line.strip())


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _there(path: Path) -> Path:
    """The path, or what is above it and there."""
    return path if path.exists() else _there(path.parent)
