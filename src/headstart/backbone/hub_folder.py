"""Repositories of the hub by their address: hf://owner/name or hf://owner/name@revision."""

import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.backbone.addresses import HUB
from headstart.backbone.fetching import Fetch
from headstart.backbone.hub import BESIDES, need_allowed, unreachable
from headstart.backbone.places import FACTS, FILE, NETWORK, PART, READERS, cache_root
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.untrusted import Damaged

_ADDRESS = re.compile(r"hf://([\w.-]+/[\w.-]+?)(?:@([\w./-]+))?/?", re.ASCII)


def hub_folder(name: str, fetch: Fetch, *, offline: bool) -> tuple[Path, str]:
    """The local folder of a repository, and its address with the revision that was downloaded.

    Only files that headstart reads are downloaded; digests are compared with the hub's.
    Raises `BackboneError` where it can't be downloaded, or is larger than `fetch` allows.
    """
    repository, revision = _parts(name)
    why = "it was to ask nobody (--offline)" if offline else unreachable()
    if why:
        return _cached(repository, revision, why)
    from huggingface_hub import HfApi, snapshot_download

    try:
        found = HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=20)
        files = {one.rfilename: one for one in found.siblings or ()}
        wanted = _wanted(list(files))
        sizes = {file: files[file].size or 0 for file in wanted}
        need_allowed(repository, str(found.sha), sizes, fetch)
        with _without_bars():
            folder = Path(snapshot_download(repository, revision=found.sha, allow_patterns=wanted))
        for file in wanted:
            _compare(folder / file, files[file])
    except BackboneError:
        raise
    except Exception as error:  # the network fails in more ways than can be named
        raise _unfetched(name, f"{type(error).__name__}: {printable(error, limit=200)}") from error
    for asked in {revision, str(found.sha)}:
        told = {"revision": found.sha, "folder": str(folder)}
        durable.seal(_noted(repository, asked), told)
    return _plain(folder, str(found.sha)), f"{HUB}{repository}@{found.sha}"


@contextmanager
def _without_bars() -> Iterator[None]:
    """Without the progress bars of the hub's library: progress is told by events."""
    from huggingface_hub import utils

    bars: Any = utils
    hidden = bars.are_progress_bars_disabled()
    bars.disable_progress_bars()
    try:
        yield
    finally:
        if not hidden:
            bars.enable_progress_bars()


def _noted(repository: str, revision: str | None) -> Path:
    """The file that records the commit of a branch or tag when it was last resolved."""
    key = hashlib.sha256(f"{repository}@{revision or ''}".encode()).hexdigest()[:16]
    place = cache_root() / "fetched" / f"hub-{key}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _parts(name: str) -> tuple[str, str | None]:
    found = _ADDRESS.fullmatch(name)
    if not found:
        raise BackboneError(
            "M484",
            f"this is no repository of the hub: {printable(name)}",
            "hf://owner/name, or hf://owner/name@revision",
        )
    return found[1], found[2]


def _wanted(files: Sequence[str]) -> list[str]:
    """The files to download: those of a headstart folder, else of a timm or transformers one."""
    if f"{PART}/{FACTS}" in files:
        return [file for file in files if file.startswith(f"{PART}/")]
    known = {*NETWORK, *READERS, "README.md", "1_Pooling/config.json"}
    known |= {name for name in BESIDES if "*" not in name}
    if FILE not in files:
        raise BackboneError(
            "M485",
            f"this repository has no {FILE}",
            "choose one with safetensors: other files could run code",
        )
    return [file for file in files if file in known]


def _compare(path: Path, told: Any) -> None:
    """Raise `Damaged` where size or digest differ from the hub's."""
    digest = told.lfs.sha256 if told.lfs else None
    wrong = digest is not None and durable.sha256(path) != digest
    if wrong or (told.size is not None and path.stat().st_size != told.size):
        path.resolve().unlink(missing_ok=True)
        raise Damaged(f"{path.name} is not what the hub says it is")


def _plain(snapshot: Path, revision: str) -> Path:
    """A headstart folder copied out of the hub's cache, which consists of links; others as is."""
    if not (snapshot / PART / FACTS).is_file():
        return snapshot
    folder = cache_root() / "fetched" / f"hub-{revision[:16]}"
    if not durable.whole(folder):
        with durable.folder(folder) as temp:
            shutil.copytree(snapshot / PART, temp / PART, symlinks=False)
    return folder


def _cached(repository: str, revision: str | None, why: str) -> tuple[Path, str]:
    """The folder that an earlier download left in the cache."""
    try:
        told = durable.unsealed(_noted(repository, revision))
        folder, revision = Path(told["folder"]), str(told["revision"])
        if folder.is_dir():
            return _plain(folder, revision), f"{HUB}{repository}@{revision}"
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing, or damaged: as if it had not been fetched
    raise _unfetched(f"{HUB}{repository}", why)


def _unfetched(name: str, why: str) -> BackboneError:
    return BackboneError(
        "M486",
        "this backbone can't be downloaded from the hub",
        "connect to the network; for a private one: hf auth login; or name a local folder",
        where=printable(name),
        why=why,
    )
