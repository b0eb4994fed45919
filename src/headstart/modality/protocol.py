"""What image, text and audio have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from jaxtyping import Float
from scipy.sparse import csr_array
from torch import Tensor

from headstart.data import Source


@dataclass(frozen=True)
class Look:
    """What one reading of a source tells about it, besides the tensor it becomes."""

    digest: str
    """SHA-256 of its bytes: equal files."""
    content: str
    """256-bit digest of what it shows once decoded: equal pictures in different files."""
    near: tuple[int, ...]
    """A perceptual hash in words of 64 bits; near duplicates differ in few bits of all the words
    together. Empty where there is none."""
    facts: tuple[tuple[str, str | float], ...] = ()
    """What the audit counts: width, height, mode, frames, and so on."""


@runtime_checkable
class Modality(Protocol):
    """A way to turn one source into one tensor: a network's input contract.

    An implementation is a frozen dataclass: its fields are all that changes what `read` and
    `batch` return, and its `repr` goes into the fingerprint of every feature table.
    """

    kind: ClassVar[str]
    """ "image", "text" or "audio": the input types of source and target must match."""
    things: ClassVar[str]
    """What people call its sources: "pictures"."""
    plain_name: ClassVar[str]
    """What features without any network are called: "pixels"."""
    varies: ClassVar[bool]
    """Whether items differ in size; those of one size then ride together."""

    def read(self, source: Source) -> Tensor:
        """One source as it is kept: compact, before normalization. Raises `DataError`."""
        ...

    def look(self, source: Source) -> tuple[Look, Tensor]:
        """`read`, and what the audit wants to know, from one decoding. Raises `DataError`."""
        ...

    def batch(self, items: Sequence[Tensor]) -> Any:
        """Kept items as the input of a network's first stage."""
        ...

    def show(self, item: Tensor) -> tuple[str, bytes]:
        """An item as a person can take it in: a MIME type ("image/png") and its bytes."""
        ...

    def clip(self, source: Source) -> tuple[str, bytes]:
        """A moment of a source to listen to, as `show`; ("", b"") where nothing can be heard.

        Raises `DataError`.
        """
        ...

    def plain(self, items: Sequence[Tensor]) -> Float[Tensor, "n d"] | csr_array:
        """Features that need no network: what transfer has to beat. Counts where sparse."""
        ...

    def noted(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """What all looks together say that somebody should know, a line each."""
        ...

    def blank(self) -> Tensor:
        """An item with nothing in it, to try a network with."""
        ...

    def half(self) -> "Modality | None":
        """The same contract for items of half the size; None where that makes no sense."""
        ...

    def halved(self, item: Tensor) -> Tensor:
        """A kept item as `half` has it."""
        ...
