"""What every way to a smaller model starts from, and what it leaves."""

from dataclasses import dataclass, replace
from pathlib import Path

from headstart.data import Dataset, Found
from headstart.events import Tell
from headstart.features import survey
from headstart.modality import Modality
from headstart.model import Model
from headstart.run.compress_settings import CompressSettings
from headstart.run.prepared import Known
from headstart.run.settings import Settings


@dataclass(frozen=True, eq=False)
class Job:
    """What every way starts from."""

    model: Model
    known: Known
    """The data as this model reads them."""
    settings: CompressSettings
    divided: Settings
    """By which the data were divided."""
    plain: Path
    """The model as an ONNX file."""
    work: Path
    root: Path
    tell: Tell

    @property
    def data(self) -> Dataset:
        """As it was divided for the run."""
        return self.known.data

    @property
    def found(self) -> Found:
        """What was found there, all labels known to it."""
        return self.known.data.found


@dataclass(frozen=True, eq=False)
class Made:
    """A smaller model."""

    way: str
    model: Model
    calibrated: int = 0
    """Training rows that scales of 8 bits were taken from."""
    base: str = ""
    """The backbone that it started from, where that is another than the model's."""


def read_again(job: Job, modality: Modality) -> Known:
    """The same data as this modality reads them."""
    seen = survey(job.found.examples, modality, cache=job.root, tell=job.tell)
    return replace(job.known, items=seen.items, looks=seen.looks)
