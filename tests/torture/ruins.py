"""What a run left, against what it should have left."""

import json
from pathlib import Path

from torture.forked import Home

OWN = ("events.jsonl", "manifest.json", "report.html", "run.json")
"""Files of a run that hold times, digests of such files, or when it was stopped."""


def differences(right: Path, found: Path) -> list[str]:
    """Names of files that are missing, too many, or other than they should be."""
    names = {str(p.relative_to(place)) for place in (right, found) for p in place.rglob("*")}
    return sorted(name for name in names if not _same(right / name, found / name))


def _same(right: Path, found: Path) -> bool:
    if right.is_dir() or found.is_dir():
        return right.is_dir() and found.is_dir()
    if not (right.exists() and found.exists()):
        return False
    if right.parent.name != "model" and right.name in OWN:
        return found.stat().st_size > 0
    if right.name == "metrics.json":
        return _figures(right) == _figures(found)
    return right.read_bytes() == found.read_bytes()


def _figures(path: Path) -> object:
    """All but what it took."""
    return _without_costs(json.loads(path.read_bytes()))


def _without_costs(record: object) -> object:
    if isinstance(record, dict):
        return {k: _without_costs(v) for k, v in record.items() if k not in COSTS}
    return [_without_costs(v) for v in record] if isinstance(record, list) else record


COSTS = ("cost", "wall_s", "cpu_s", "peak_rss_mb", "ms", "seconds", "created")


def litter(home: Home) -> list[str]:
    """Temporary files and work folders that nobody needs any more."""
    found = [p for p in home.path.rglob("*") if ".tmp-" in p.name or p.name.startswith(".work")]
    found += list(home.temp.iterdir()) if home.temp.exists() else []
    return sorted(str(p.relative_to(home.path)) for p in found)


def judged(right: Path, found: Path, home: Home) -> tuple[str, bool]:
    """What is wrong with a run that ended well, and whether that is a wrong result believed."""
    wrong = differences(right, found)
    told = [*(f"differs: {name}" for name in wrong), *(f"left: {p}" for p in litter(home))]
    return "; ".join(told), bool(wrong)
