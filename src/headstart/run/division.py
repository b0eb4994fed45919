"""Examples, divided, and what they are looked at with before there is a backbone."""

from pathlib import Path

from headstart.backbone import LANGUAGE, Backbone, load_backbone
from headstart.data import Dataset, Found, dataset_of
from headstart.events import Tell
from headstart.features import Survey, survey
from headstart.modality import Image, Modality, Sound
from headstart.run.named_backbones import fitting
from headstart.run.settings import Settings


def divided(
    found: Found, backbone: Backbone, settings: Settings, root: Path, tell: Tell
) -> tuple[Dataset, Survey]:
    """The data of a run as its settings divide them, and how this backbone reads them."""
    return dataset_at(
        found, backbone.modality, root, tell, test=settings.test_size, seed=settings.seed
    )


def dataset_at(
    found: Found,
    modality: Modality,
    root: Path,
    tell: Tell,
    *,
    test: float = 0.2,
    seed: int = 0,
) -> tuple[Dataset, Survey]:
    """Read everything once and divide it; the division is the same whatever the modality.

    Raises `DataError`.
    """
    seen = survey(found.examples, modality, cache=root, tell=tell)
    return dataset_of(found, seen.looks, test=test, seed=seed), seen


def usual_modality(found: Found) -> Modality:
    """What examples are looked at with before there is a backbone. Raises `MissingExtra`."""
    if found.holds == "sounds":
        return Sound()
    usual = load_backbone(LANGUAGE).modality if found.holds == "text" else Image()
    return fitting(usual, found.examples.sources)
