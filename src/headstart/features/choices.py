"""Which engine was chosen for a network on this machine, and the network as that engine has it.

A folder each in the cache's `engines`, which `headstart cache clear` throws away.
"""

import contextlib
import functools
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headstart import durable

FOLDER, _FILE, _NETWORK = "engines", "choice.json", "network.bin"
_FACTS = ("vendor_id", "cpu family", "model", "model name", "flags", "Features", "CPU part")
"""Of a processor, as Linux tells them."""


@dataclass(frozen=True)
class Choice:
    """What was chosen."""

    engine: str = ""
    """Its name; empty where nothing is known."""
    rows: int = 0
    """For so many."""
    network: str = ""
    """SHA-256 of the network as the engine has it, where that was kept."""


@dataclass(frozen=True)
class Memory:
    """What is remembered of one network on this machine."""

    folder: Path
    key: str
    """All that a choice follows from."""

    def recalled(self) -> Choice:
        """What was chosen; nothing where that can't be read, or was for something else."""
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            known = json.loads((self.folder / _FILE).read_text())
            if isinstance(known, dict) and known.pop("key", None) == self.key:
                found = Choice(**known)
                if type(found.rows) is int and type(found.engine) is type(found.network) is str:
                    return found
        return Choice()

    def network(self, sha256: str) -> bytes | None:
        """The network as it was kept; None where it is not there, or other than it was."""
        with contextlib.suppress(OSError):
            os.utime(self.folder)  # or the cache's cap takes it for unused
        with contextlib.suppress(OSError):
            found = (self.folder / _NETWORK).read_bytes()
            return found if hashlib.sha256(found).hexdigest() == sha256 else None
        return None

    def keep(self, engine: str, rows: int, network: bytes = b"") -> None:
        """Remember what was chosen for so many rows; a disk that takes no more is no trouble."""
        digest = hashlib.sha256(network).hexdigest() if network else ""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            if network:
                durable.write(self.folder / _NETWORK, network)
            told = vars(Choice(engine, rows, digest)) | {"key": self.key}
            durable.write(self.folder / _FILE, durable.to_json(told, indent=1))

    def forget(self) -> None:
        """Choose anew the next time."""
        shutil.rmtree(self.folder, ignore_errors=True)


def memory_of(cache: Path, made_by: Sequence[str], workers: int) -> Memory:
    """Of rows that are made by this, on this machine, so many batches at once."""
    key = "; ".join((*made_by, processor(), f"{workers} at once"))
    return Memory(cache / FOLDER / hashlib.sha256(key.encode()).hexdigest()[:24], key)


@functools.cache
def processor() -> str:
    """Its name and a digest of what it can do."""
    told = dict[str, str]()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines():
            name, _, value = line.partition(":")
            told[name.strip()] = value.strip()
    facts = [told.get(fact, "") for fact in _FACTS] + [platform.machine(), platform.processor()]
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]
    return f"{told.get('model name') or platform.processor() or platform.machine()} {digest}"
