"""What the page asks for as JSON."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from headstart.studio.drawn import Corners

Name = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=100_000)]
Many = 10_000


class Asked(BaseModel):
    """Nothing but what is named here."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewClass(Asked):
    """A class to be made."""

    name: Name


class Renamed(Asked):
    """A class to be called otherwise."""

    name: Name
    to: Name


class Colored(Asked):
    """A class and the number of its color."""

    name: Name
    color: Annotated[int, Field(ge=0, lt=8)]


class Removed(Asked):
    """Examples of a class, by their keys; all of it, and itself, where there are none."""

    name: Name
    keys: Annotated[list[Name], Field(max_length=Many)] | None = None


class Typed(Asked):
    """Texts for a class."""

    name: Name
    texts: Annotated[list[Text], Field(max_length=Many)]


class Corrected(Asked):
    """Examples, by the names that the audit has for them, to leave out, move or take back."""

    names: Annotated[list[Text], Field(max_length=Many)]
    why: Name = ""
    back: bool = False
    label: Name = ""
    """The class that they belong to; empty to leave them out."""


class Chosen(Asked):
    """What the folder is to hold, before it holds anything."""

    kind: Annotated[str, Field(pattern="^(image|text|audio|boxes)$")]


class Automatic(Asked):
    """Whether training starts by itself."""

    on: bool


class Options(Asked):
    """How the next training goes: options of `headstart train`."""

    backbone: Name = "auto"
    strategy: Name = "auto"
    budget: Name = "10m"
    folds: Annotated[int, Field(ge=0, le=100)] = 0


class Exported(Asked):
    """A run, by its name in the list, and a format."""

    run: Name
    to: Name


class Compared(Asked):
    """Runs, by their names in the list; the first is what others are held against."""

    runs: Annotated[list[Name], Field(min_length=2, max_length=20)]


Share = Annotated[float, Field(ge=-100, le=100, strict=False)]
"""Of a picture's side; boxes that others drew may reach past its edges, and stay as they are."""


class DrawnBox(Asked):
    """A thing on a picture; left, top, right and bottom as shares of its sides."""

    label: Name
    box: tuple[Share, Share, Share, Share]

    @field_validator("box", mode="before")
    @classmethod
    def _listed(cls, told: object) -> object:
        return tuple(told) if isinstance(told, list) else told

    @field_validator("box")
    @classmethod
    def _in_order(cls, told: Corners) -> Corners:
        if told[2] < told[0] or told[3] < told[1]:
            raise ValueError("left, top, right and bottom are not in this order")
        return told


class Drawn(Asked):
    """What is on a picture: null where nobody says, and no boxes where nothing is to be found."""

    key: Name
    boxes: Annotated[list[DrawnBox], Field(max_length=1000)] | None
    was: Name = ""
    """The revision that was changed."""
