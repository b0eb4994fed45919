"""What the report says besides figures: data, settings, cost, versions."""

import platform
import time
from importlib.metadata import PackageNotFoundError, version

import torch

from headstart.backbone import Backbone
from headstart.data import Audit, Partition
from headstart.evaluate import Fact, FittedArms
from headstart.events import Event, Tell, note
from headstart.features import MISSED, ROWS
from headstart.run.settings import Settings
from headstart.usage import cpu_seconds, peak_mb

AFAR = "workers tried rates and trained"
"""What is told of work that others did, with the seconds of cores that it took."""
WORTH_S = 5.0
"""CPU seconds from which it is worth a word that they could have been saved."""
_PACKAGES = ("headstart", "torch", "timm", "numpy", "pillow", "scikit-learn")
_ALSO = ("scipy", "safetensors", "transformers", "tokenizers", "soundfile", "soxr")


def versions() -> dict[str, str]:
    """Of Python, of what computes here, and of the machine."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    found |= {package: _version(package) for package in _PACKAGES}
    return {**found, "threads": str(torch.get_num_threads())}


def computing() -> tuple[tuple[str, str], ...]:
    """Versions of all that a run's numbers follow from; a run does not go on with others."""
    return tuple((package, _version(package)) for package in (*_PACKAGES, *_ALSO))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def facts_of(
    audit: Audit,
    partition: Partition,
    settings: Settings,
    backbone: Backbone,
    fitted_arms: FittedArms,
) -> tuple[Fact, ...]:
    """Everything a reader may want to look up, section by section."""
    origin, modality = backbone.origin, backbone.modality
    sizes = {"train": partition.train, "val": partition.val, "test": partition.test}
    data = [Fact("data", "split", partition.origin)]
    data += [Fact("data", f"{part} examples", f"{len(rows):,}") for part, rows in sizes.items()]
    problems = [Fact("problems", f"{p.code} {p.name}", p.reason) for p in audit.problems[:LISTED]]
    if len(audit.problems) > LISTED:
        more = f"{len(audit.problems) - LISTED:,} more in problems.csv"
        problems.append(Fact("problems", "and", more))
    chosen = [
        Fact("settings", "strategy", settings.strategy),
        Fact("settings", "backbone", backbone.name),
        Fact("settings", "weights", f"{origin.source}: {origin.place}"),
        Fact("settings", "license of the weights", origin.license),
        Fact("settings", "input", repr(modality)),
        Fact("settings", "seed", str(settings.seed)),
    ]
    told = settings.hyperparameters.asked.items()
    chosen += [Fact("settings", name, f"{value}, for every trained arm") for name, value in told]
    if head_config := fitted_arms.fitted.chosen.head_config:
        chosen.append(
            Fact("settings", "head", f"{head_config.head}, penalty {head_config.penalty:.3g}")
        )
    for rate, loss in fitted_arms.fitted.chosen.rates:
        chosen.append(Fact("settings", f"rate {rate:g} tried", f"validation loss {loss:.4f}"))
    notes = [Fact("arms", c.name, c.note) for c in fitted_arms.candidates if c.note]
    known = [Fact("versions", name, value) for name, value in versions().items()]
    return (*problems, *data, *chosen, *notes, *known)


LISTED = 200
"""Problems on the page, at most; `problems.csv` has them all."""


def spent(since: tuple[float, float]) -> dict[str, float]:
    """Wall and CPU seconds since a reading of `clocks`, and the peak memory of the process."""
    wall, cpu = (now - then for now, then in zip(clocks(), since, strict=True))
    peak = peak_mb()
    return {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "peak_rss_mb": round(peak, 1)}


class RowCount:
    """Listens: how many rows of frozen networks were there, and how many had to be computed; and
    how long machines of a cluster worked, whose time this one does not count.
    """  # noqa: D205 - one sentence

    def __init__(self) -> None:
        self._asked: dict[str | float, int] = {}
        self._computed: dict[str | float, int] = {}
        self._missed = 0.0
        self.afar_s = 0.0

    def __call__(self, event: Event) -> None:
        """Hear one event; of rows that are asked for again, what was computed first counts."""
        if event.what == MISSED:
            self._missed += float(dict(event.facts)["seconds"])
        if event.what == AFAR and ("on", "ray") in event.facts:
            self.afar_s += float(dict(event.facts)["cpu_s"])
        if event.what != ROWS:
            return
        told = dict(event.facts)
        table, read, computed = told["table"], int(told["read"]), int(told["computed"])
        self._computed[table] = self._computed.get(table, 0) + computed
        self._asked[table] = max(self._asked.get(table, 0), read + computed)

    def record(self) -> dict[str, int]:
        """As `metrics.json` has it."""
        computed = sum(self._computed.values())
        return {"rows_read": sum(self._asked.values()) - computed, "rows_computed": computed}

    def advise(self, tell: Tell) -> None:
        """Say what would have made this quicker, where that is worth a word."""
        if self._missed >= WORTH_S:
            told = f"OpenVINO would have saved about {self._missed:,.0f} CPU seconds of this"
            note(tell, f"{told}: pip install 'headstart[fast]'")


def clocks() -> tuple[float, float]:
    """Seconds on the wall, and seconds of all cores in this process and its ended children."""
    return time.monotonic(), cpu_seconds()
