"""A file elsewhere to a file here: gone on with where it broke off, and believed by its digest."""

import time
from collections.abc import Iterable
from pathlib import Path

from headstart import durable
from headstart.backbone.index import Entry
from headstart.backbone.streaming import USUAL, Broken, Patience, streamed
from headstart.counting import counted
from headstart.errors import BackboneError
from headstart.hostile import printable


def downloaded(url: str, entry: Entry, part: Path, patience: Patience = USUAL) -> None:
    """Leave the file at `part`, once it has the size and the digest that its list says.

    What a broken download left there is gone on with. Raises `BackboneError` where the network does
    not bring it; then `part` is what came. Where other bytes came, twice, nothing is left.
    """
    wrong, tries, bare = 0, 0, 0
    while True:
        have = _have(part, entry)
        if have == entry.size:
            if durable.sha256(part) == entry.sha256:
                return
            part.unlink()
            wrong += 1
            if wrong == 2:
                raise _other(url, entry)
            continue
        try:
            _more(url, entry, part, have, patience)
        except Broken as error:
            tries, gained = tries + 1, _have(part, entry) - have
            if error.anew:
                durable.discard(part)
            bare = 0 if gained > 0 else bare + 1
            if not error.again or bare >= patience.tries or tries >= patience.most_tries:
                raise unfetched(url, error.why) from error
            _wait(error, bare, patience)


def small(url: str, most: int, patience: Patience = USUAL) -> bytes:
    """All bytes of a file of `most` at most. Raises `BackboneError`."""
    for tries in range(1, patience.tries + 1):
        try:
            with streamed(url, 0, patience, one_host=True) as (_, chunks):
                return _all(chunks, most)
        except Broken as error:
            if not error.again or tries == patience.tries:
                raise unfetched(url, error.why) from error
            _wait(error, tries, patience)
    raise unfetched(url, "it was not tried")


def _all(chunks: Iterable[bytes], most: int) -> bytes:
    raw = b""
    for chunk in chunks:
        raw += chunk
        if len(raw) > most:
            raise Broken(f"it has more than {most:,} bytes", again=False)
    return raw


def _have(part: Path, entry: Entry) -> int:
    """Bytes that are there; those that are too many are thrown away."""
    size = part.stat().st_size if part.is_file() else 0
    if size > entry.size:
        part.unlink()
        return 0
    return size


def _more(url: str, entry: Entry, part: Path, have: int, patience: Patience) -> None:
    """Fetch from byte `have` on, or all where the other side begins anew. Raises `Broken`."""
    opened = streamed(url, have, patience)
    with opened as (start, chunks), part.open("r+b" if start else "wb") as file:
        file.seek(start)
        left = entry.size - start
        for chunk in chunks:
            file.write(chunk[:left])
            left -= len(chunk)
            if left <= 0:
                return
    raise Broken(f"it ended {counted(left, 'byte')} early")


def _wait(error: Broken, bare: int, patience: Patience) -> None:
    wait = patience.wait_s * 2**bare if error.wait_s is None else error.wait_s
    time.sleep(min(wait, patience.most_wait_s))


def unfetched(url: str, why: str) -> BackboneError:
    """What could not be had, and why."""
    return BackboneError(
        "M493",
        "the backbone cannot be fetched",
        "try again later: what came is kept; or name a folder: --backbone FOLDER",
        where=printable(url, 300),
        why=printable(why, 300),
    )


def _other(url: str, entry: Entry) -> BackboneError:
    return BackboneError(
        "M494",
        "what was fetched is not what its list of files says",
        "ask whoever published it: headstart publish RUN TARGET writes both anew",
        where=printable(url, 300),
        why=f"{printable(entry.name)} should be {entry.size:,} bytes, sha256 {entry.sha256[:12]}",
    )
