"""Published backbones elsewhere: told, limited, compared with their digests, kept for later."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from headstart import durable
from headstart.backbone.addresses import Address, address_of
from headstart.backbone.downloading import downloaded, small
from headstart.backbone.index import Entry, Index, index_of
from headstart.backbone.places import INDEX, PART, cache_root
from headstart.backbone.streaming import USUAL, Patience
from headstart.errors import BackboneError
from headstart.events import Tell, note, quiet
from headstart.hostile import printable
from headstart.untrusted import MOST_JSON, Damaged


@dataclass(frozen=True)
class Fetch:
    """What fetching may cost, and who hears of it."""

    most: int = 100 * 10**6
    """Bytes."""
    tell: Tell = quiet
    patience: Patience = USUAL


PLENTY = Fetch()


def fetched(name: str, fetch: Fetch, *, offline: bool) -> tuple[Path, str]:
    """The folder of a published backbone, and its address with the digest of its list of files.

    It is fetched once, then kept.

    The list of files is asked for anew each time, unless that is pinned (`#sha256=HEX`); without a
    network what was kept is taken. Raises `BackboneError`, `SecurityError`.
    """
    address, root = address_of(name), cache_root() / "fetched"
    root.mkdir(parents=True, exist_ok=True)
    kept = _kept(root, address)
    if kept is not None and (offline or address.pin):
        return root / kept[:16] / PART, f"{address.url}#sha256={kept}"
    if offline:
        raise _offline(address)
    try:
        raw = small(address.url, MOST_JSON, fetch.patience)
    except BackboneError as error:
        if kept is None:
            raise
        note(fetch.tell, f"{printable(name)} cannot be asked ({error.why}): the copy here is taken")
        return root / kept[:16] / PART, f"{address.url}#sha256={kept}"
    digest = _had(root, address, raw, fetch)
    return root / digest[:16] / PART, f"{address.url}#sha256={digest}"


def _had(root: Path, address: Address, raw: bytes, fetch: Fetch) -> str:
    """The digest of this list of files; what is not here yet of them is fetched."""
    digest = hashlib.sha256(raw).hexdigest()
    if address.pin and digest != address.pin:
        raise BackboneError(
            "M495",
            "the list of files is another than the one that was pinned",
            "ask whoever published it, or leave #sha256=… out to take what is there now",
            where=printable(address.url, 300),
            why=f"sha256 {digest}",
        )
    try:
        index = index_of(raw, printable(address.url, 300))
    except Damaged as error:
        raise _none(address, str(error)) from error
    folder = root / digest[:16]
    if not durable.whole(folder):
        entries = _ours(index, address)
        need_within(sum(e.size for e in entries), fetch, printable(address.url, 300))
        _fetch(root, folder, address, entries, fetch)
    durable.seal(_note_of(root, address), {"index": digest})
    return digest


def _ours(index: Index, address: Address) -> list[Entry]:
    """The files that headstart reads."""
    entries = [entry for entry in index.files if entry.name.startswith(f"{PART}/")]
    if not any(entry.name == f"{PART}/{durable.MANIFEST}" for entry in entries):
        raise _none(address, f"it lists no {PART}/{durable.MANIFEST}")
    return entries


def _fetch(root: Path, folder: Path, address: Address, entries: list[Entry], fetch: Fetch) -> None:
    """All files into the folder, which appears as a whole."""
    parts = root / "parts"
    parts.mkdir(exist_ok=True)
    durable.sweep(root)
    with FileLock(root / f".{folder.name}.lock"):
        if durable.whole(folder):
            return
        size = sum(entry.size for entry in entries)
        note(fetch.tell, f"fetching {size / 1e6:,.1f} MB from {printable(address.url, 300)}")
        for entry in entries:
            downloaded(address.beside(entry.name), entry, parts / entry.sha256, fetch.patience)
        with durable.folder(folder) as temp:
            for entry in entries:
                (temp / entry.name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(parts / entry.sha256, temp / entry.name)
        for entry in entries:
            durable.discard(parts / entry.sha256)


def need_within(size: int, fetch: Fetch, where: str, also: str = "") -> None:
    """Raise `BackboneError` where more would be fetched than was allowed.

    `also` is a command that fetches it, too.
    """
    if size > fetch.most:
        raise BackboneError(
            "M498",
            f"this backbone has {size / 1e6:,.1f} MB, {fetch.most / 1e6:,.0f} MB may be fetched",
            f"--fetch {-(-size // 10**6)}MB" + (f", or first: {also}" if also else ""),
            where=where,
        )


def _note_of(root: Path, address: Address) -> Path:
    """Which list of files was last had from an address."""
    return root / f"{hashlib.sha256(address.url.encode()).hexdigest()[:16]}.json"


def _kept(root: Path, address: Address) -> str | None:
    """The list of what was fetched from there before; None where that is not here as it was."""
    digest = address.pin
    if not digest:
        try:
            digest = str(durable.unsealed(_note_of(root, address))["index"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
    folder = root / digest[:16]
    return digest if durable.whole(folder) else None


def _offline(address: Address) -> BackboneError:
    return BackboneError(
        "M499",
        "this backbone was not fetched yet, and nobody may be asked",
        "leave --offline out once; it is kept from then on",
        where=printable(address.url, 300),
    )


def _none(address: Address, why: str) -> BackboneError:
    return BackboneError(
        "M481",
        f"there is no list of a published backbone: {INDEX}",
        "headstart publish RUN FOLDER writes one",
        where=printable(address.url, 300),
        why=why,
    )
