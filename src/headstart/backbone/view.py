"""What crosses a cut at the end of a network: one type for each shape that a head can read."""

from headstart.backbone.backbone import Architecture, Backbone
from headstart.backbone.detector import detector
from headstart.backbone.frames import SETTING as APART
from headstart.backbone.frames import moments, pooled
from headstart.backbone.profile import SETTING as PROFILED
from headstart.backbone.profile import every_stage
from headstart.backbone.pyramid import DETECTS


class Rows:
    """One row an example, shape (n, width)."""


class Frames:
    """A row a moment or token, shape (n, t, width + 1); the last column is 1 where there is one."""


class Stages:
    """The pooled rows of every stage side by side, shape (n, width)."""


class Points:
    """A row for each point of a detector's three grids, shape (n, p, width)."""


View = Rows | Frames | Stages | Points


def kind_of(architecture: Architecture) -> type[View]:
    """The type of what the last stage of such a network gives."""
    settings = dict(architecture.settings)
    if settings.get(PROFILED):
        return Stages
    if settings.get(DETECTS):
        return Points
    return Frames if settings.get(APART) else Rows


def seen_as(backbone: Backbone, view: type[View]) -> Backbone:
    """The same weights in a network that gives this view; the same object where it does already.

    Raises `BackboneError` for frames of a network that has nothing but rows, and for points of one
    that has no maps.
    """
    if kind_of(backbone.architecture) is view:
        return backbone
    if view in (Frames, Points):
        return moments(backbone) if view is Frames else detector(backbone)
    return every_stage(backbone) if view is Stages else pooled(backbone)
