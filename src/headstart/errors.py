"""Every error the package raises on purpose.

HeadstartError
├── UsageError      U1xx  exit 2  the request contradicts itself
│   └── MissingExtra  U9xx        an optional dependency is not installed
├── DataError       D1xx  exit 3  what is on disk cannot be used as it is
├── ResourceError   R3xx  exit 4  disk, memory or time would not suffice
├── BackboneError   M4xx  exit 5  a pretrained network is missing or does not fit
├── TrainingError   T5xx  exit 6  training gave nothing that can be kept
├── SecurityError   S6xx  exit 7  a file that could run code or escape its folder
└── Interrupted     I130  exit 130  stopped by hand, and saved
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


class HeadstartError(Exception):
    """What went wrong, where, why, and the one command that mends it.

    >>> print(DataError("D101", "found 1 class", "add a second folder", where="photos"))
    error[D101] found 1 class
      where: photos
      fix: add a second folder
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, what: str, fix: str, where: str = "", why: str = "") -> None:
        super().__init__(code, what, fix, where, why)  # all in args: it survives a worker process
        self.code, self.what, self.fix, self.where, self.why = code, what, fix, where, why

    def __str__(self) -> str:
        lines = [f"error[{self.code}] {self.what}"]
        lines += [f"  where: {self.where}"] if self.where else []
        lines += [f"  why: {self.why}"] if self.why else []
        return "\n".join([*lines, f"  fix: {self.fix}"])

    @property
    def line(self) -> str:
        """What went wrong and why, in one line with the code.

        >>> DataError("D122", "the file stops", "copy it again", why="8 of 9 bytes").line
        'D122 the file stops: 8 of 9 bytes'
        """
        return f"{self.code} {self.what}" + (f": {self.why}" if self.why else "")

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the lines of the user's own code, and the error."""
        own = str(Path(__file__).parent)
        frames = traceback.extract_tb(self.__traceback__)
        inside = next((i for i, f in enumerate(frames) if f.filename.startswith(own)), len(frames))
        users = [frame for frame in frames[:inside] if "IPython" not in frame.filename]
        return [line.rstrip("\n") for line in traceback.format_list(users)] + [str(self)]

    def record(self) -> dict[str, str]:
        """The same facts as JSON has them."""
        facts = {"code": self.code, "what": self.what, "where": self.where}
        return {**facts, "why": self.why, "fix": self.fix}


class UsageError(HeadstartError):
    """The request contradicts itself."""

    exit_code = 2


class MissingExtra(UsageError, ImportError):
    """An optional dependency is not installed."""


class DataError(HeadstartError):
    """What is on disk cannot be used as it is."""

    exit_code = 3


class ResourceError(HeadstartError):
    """Disk, memory or time would not suffice."""

    exit_code = 4


class BackboneError(HeadstartError):
    """A pretrained network is missing or does not fit the request."""

    exit_code = 5


class TrainingError(HeadstartError):
    """Training gave nothing that can be kept."""

    exit_code = 6


class SecurityError(HeadstartError):
    """A file that could run code or escape its folder."""

    exit_code = 7


class Interrupted(HeadstartError):
    """Stopped by hand, and saved."""

    exit_code = 130


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Name the extra to install when an import in the block finds nothing.

    >>> with needs("audio"):
    ...     import no_such_library
    Traceback (most recent call last):
    headstart.errors.MissingExtra: error[U901] no_such_library is not installed
      fix: pip install 'headstart[audio]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "U901", f"{error.name} is not installed", f"pip install 'headstart[{extra}]'"
        ) from error
