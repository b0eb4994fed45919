"""Data at an address: copied to the cache once, and then read like any folder, table or archive.

`hf://datasets/owner/name` is fetched from the hub, other addresses by fsspec. Only files are
copied; scripts that a data set comes with are neither copied nor run.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from headstart import durable
from headstart.backbone.addresses import WEB, need_safe, scheme_of
from headstart.backbone.hub import unreachable
from headstart.backbone.streaming import USUAL, Broken, length_and_version, store_at, streamed
from headstart.counting import counted
from headstart.errors import DataError, HeadstartError, SecurityError
from headstart.events import Tell, note, quiet
from headstart.hostile import printable
from headstart.run.network_settings import PLAIN, Network
from headstart.run.units import bytes_in

HUB = "hf://datasets/"
_CONVERTED = "refs/convert/parquet"
"""Where the hub keeps a data set as Parquet whose own files are a script."""
_LEFT = {".py", ".ipynb", ".sh", ".pkl", ".pickle", ".pt", ".pth", ".bin"}
"""Endings of files that are not fetched: nothing here reads them."""
_CARD = "README.md"
_CARDS = {".md", ".txt", ".yaml", ".license"}
_FILES, _LISTING = "files", "listing.json"


@dataclass(frozen=True)
class _Remote:
    """What lies at an address."""

    sizes: Mapping[str, int]
    """Bytes of each file, by its name below the address."""
    version: str
    """Another one where anything of it has changed."""
    copy: Callable[[str, Path], None]
    """Writes a file of these to a place."""


def local_copy(place: str, root: Path, network: Network = PLAIN, tell: Tell = quiet) -> Path:
    """The folder or file on this machine that holds what lies at the address.

    It is asked for anew each time and copied where it changed; with `offline` the copy of before
    is taken. Raises `DataError` for more than `fetch` bytes and for what cannot be had,
    `SecurityError` for an address that is not safe, `BackboneError` where nothing opens it.
    """
    need_safe(place)
    most = bytes_in(network.fetch)
    target = root / "unpacked" / hashlib.sha256(place.encode()).hexdigest()
    kept = durable.whole(target)
    if network.offline and kept:
        return _inside(target)
    if network.offline:
        raise _unfetched(place, "it was to ask nobody (--offline)")
    with _refusing(place):
        found = _at_hub(place) if place.startswith(HUB) else _at_store(place, most)
        listing = json.dumps([found.version, sorted(found.sizes.items())])
        if kept and (target / _LISTING).read_text() == listing:
            return _inside(target)
        _need_room(place, found, most)
        note(tell, f"fetching {counted(len(found.sizes), 'file')} of {printable(place)}")
        with durable.folder(target) as temp:
            for name in found.sizes:
                own = temp / _FILES / _below(name, place)
                own.parent.mkdir(parents=True, exist_ok=True)
                found.copy(name, own)
            (temp / _LISTING).write_text(listing)
    return _inside(target)


def _inside(target: Path) -> Path:
    """The one file that was named, or the folder of all."""
    held = sorted((target / _FILES).iterdir())
    return held[0] if len(held) == 1 and held[0].is_file() else target / _FILES


def _below(name: str, place: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise SecurityError(
            "S631",
            f"a file of this address leads out of its folder: {printable(name)}",
            "ask whoever published the data",
            printable(place, 300),
        )
    return path


def _need_room(place: str, found: _Remote, most: int) -> None:
    total = sum(found.sizes.values())
    if not found.sizes:
        raise DataError(
            "D405", "there are no files to learn from", "check the spelling", printable(place, 300),
            "scripts of data sets are not run",
        )  # fmt: skip
    if total > most:
        raise DataError(
            "D406",
            f"these data have {total / 1e6:,.0f} MB, and {most / 1e6:,.0f} MB may be fetched",
            f"--fetch {-(-total // 10**6)}MB, or copy them, and give the folder",
            printable(place, 300),
        )


def _unfetched(place: str, why: str) -> DataError:
    return DataError(
        "D407",
        "these data are not on this machine, and could not be fetched",
        "check the address and the network, or copy them, and give the folder",
        printable(place, 300),
        why,
    )


@contextmanager
def _refusing(place: str) -> Iterator[None]:
    """Whatever a network, a store or the hub raises becomes a `DataError`."""
    try:
        yield
    except (HeadstartError, MemoryError):
        raise
    except Exception as error:  # each store has errors of its own
        why = error.why if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
        raise _unfetched(place, printable(why, limit=300)) from error


def _at_hub(place: str) -> _Remote:
    """Files of a data set on the hub, or of a folder in one: hf://datasets/owner/name@rev/folder."""
    from huggingface_hub import HfApi, hf_hub_download

    if why := unreachable():
        raise _unfetched(place, why)
    owner, _, rest = place.removeprefix(HUB).strip("/").partition("/")
    name, _, folder = rest.partition("/")
    name, _, revision = name.partition("@")
    prefix = f"{folder}/" if folder else ""
    for asked in (revision or None, *(() if revision else (_CONVERTED,))):
        info = HfApi().dataset_info(f"{owner}/{name}", revision=asked, files_metadata=True)
        files = {one.rfilename: int(one.size or 0) for one in info.siblings or ()}
        own = {file: file.removeprefix(prefix) for file in files if file.startswith(prefix)}
        own = {below: file for file, below in own.items() if _wanted(below)}
        if any(PurePosixPath(file).suffix.casefold() not in _CARDS for file in own):
            break
    else:
        own = {}
    own |= {_CARD: _CARD} if own and _CARD in files else {}  # it says what classes are called

    def copy(file: str, to: Path) -> None:
        got = hf_hub_download(f"{owner}/{name}", own[file], repo_type="dataset", revision=info.sha)
        shutil.copyfile(got, to)

    return _Remote({below: files[file] for below, file in own.items()}, str(info.sha), copy)


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in parts.parts)
    return not hidden and parts.suffix.casefold() not in _LEFT


def _at_store(place: str, most: int) -> _Remote:
    """One file over https, or what a store that fsspec opens has at the address."""
    last = PurePosixPath(place.partition("?")[0].rstrip("/")).name
    if scheme_of(place) in WEB:
        size, version = length_and_version(place, USUAL)
        return _Remote({last: size}, version, lambda _, to: _download(place, to, size or most))
    store, path = store_at(place)
    facts: dict[str, Any] = store.find(path, detail=True)
    if not facts:
        raise FileNotFoundError("there is nothing at this address")
    alone = set(facts) == {path}
    paths = {last if alone else _relative(full, path): full for full in facts}
    wanted = {name: full for name, full in paths.items() if alone or _wanted(name)}
    marks = [str(facts[full].get(key)) for full in paths.values() for key in _MARKS]
    sizes = {name: int(facts[full].get("size") or 0) for name, full in wanted.items()}
    digest = hashlib.sha256("\n".join(marks).encode()).hexdigest()
    return _Remote(sizes, digest, lambda name, to: store.get_file(wanted[name], str(to)))


_MARKS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created", "md5Hash")
"""What stores call that which changes with a file."""


def _relative(full: str, folder: str) -> str:
    return full.removeprefix(folder.rstrip("/") + "/").lstrip("/")


def _download(url: str, to: Path, most: int) -> None:
    came = 0
    with streamed(url, 0, USUAL) as (_, chunks), to.open("wb") as file:
        for chunk in chunks:
            came += len(chunk)
            if came > most:
                raise Broken(f"more than {most:,} bytes came")
            file.write(chunk)
