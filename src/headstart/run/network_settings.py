"""What may be asked of other machines, and what they share."""

from dataclasses import dataclass

from headstart.options import option
from headstart.run.units import bytes_in
from headstart.scale.where import On, on_of


@dataclass(frozen=True)
class Network:
    """What may be asked of other machines."""

    offline: bool = option(False, "never use the network", usual="off")
    fetch: str = option("100MB", "the most that is downloaded of a backbone, or of data", "SIZE")

    def __post_init__(self) -> None:
        bytes_in(self.fetch)


PLAIN = Network()
"""Nothing was asked for."""


@dataclass(frozen=True)
class Manned(Network):
    """The same, and who does the work. Results do not depend on it."""

    on: str = option(
        "",
        "who makes rows, looks at candidates, tries rates and trains: local, local:N, ray, "
        "ray://HOST:PORT",
        "WHERE",
        usual="this process",
    )
    """Empty for this process; local for processes of this machine."""

    def __post_init__(self) -> None:
        super().__post_init__()
        on_of(self.on)

    @property
    def where(self) -> On:
        """Where work runs, as a noun."""
        return on_of(self.on)


@dataclass(frozen=True)
class Sharing(Network):
    """Where machines share what they made, too."""

    shared: str = option(
        "",
        "where machines share the rows of frozen networks",
        "DIR_OR_URL",
        usual="nowhere",
        also="--cache",
    )
    """A folder, or any address that fsspec opens: s3://, gs://, hf://."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shared:
            from headstart.features.store import address_of

            object.__setattr__(self, "shared", address_of(self.shared))


@dataclass(frozen=True)
class Fleet(Sharing, Manned):
    """Where machines share what they made, and who makes it."""
