"""What tests of smaller models start from."""

from pathlib import Path

from headstart.data import Columns, find
from headstart.events import quiet
from headstart.model import Model
from headstart.run.compress_job import Job
from headstart.run.compress_settings import CompressSettings
from headstart.run.division import dataset_at
from headstart.run.prepared import Known
from headstart.run.settings import Settings


def job_of(model: Model, photos: Path, place: Path) -> Job:
    """Of a model that nobody trained, and pictures."""
    found, root = find(photos, Columns(), cache=place), place / "cache"
    data, seen = dataset_at(found, model.backbone.modality, root, quiet, test=0.2, seed=0)
    known, divided = Known(data, seen.items, seen.looks), Settings(strategy="probe")
    settings, plain = CompressSettings(), place / "plain.onnx"
    return Job(model, known, settings, divided, plain, place, root, quiet)
