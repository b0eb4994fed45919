"""Files sent by a browser, written atomically; unreadable ones are not kept."""

import asyncio
import secrets
import shutil
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from headstart import durable
from headstart.data.archive import Limits as ArchiveLimits
from headstart.data.archive import is_archive, unpack
from headstart.data.listing import is_junk
from headstart.errors import HeadstartError
from headstart.hostile import printable
from headstart.serve import Refusal
from headstart.serve.limits import MB
from headstart.studio.collection import Collection
from headstart.studio.example_files import PICTURES, SOUNDS
from headstart.studio.looks import Looks
from headstart.studio.naming import stored_name
from headstart.studio.notes import HIDDEN, Kind

ONE_MB = 32
"""The largest file of one example in MB."""
MOST_INSIDE = ArchiveLimits(files=10_000, size=2 << 30)
_HELD = {"image": "pictures", "boxes": "pictures", "audio": "recordings", "text": "texts"}
_BURST = frozenset("0123456789abcdef")


async def received(request: Request, root: Path) -> Path:
    """The body in a file that nobody else sees; the caller removes it."""
    place = root / HIDDEN / "incoming" / secrets.token_hex(8)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with place.open("xb") as file:
            async for chunk in request.stream():
                file.write(chunk)
    except BaseException as error:
        place.unlink(missing_ok=True)
        if isinstance(error, ClientDisconnect):
            told = "the client went away"
            raise Refusal("H609", 400, told, "send the whole file") from None
        raise
    return place


async def keep(
    collection: Collection,
    looks: Looks,
    writing: asyncio.Lock,
    label: str,
    told: str,
    sent: Path,
    burst: str = "",
) -> dict[str, object]:
    """Put what was sent into a class: a file, or all that an archive holds.

    Without a class, the folders of an archive become classes, made under `writing`. How many were
    kept, how many were there already, and which are broken, with why.
    """
    if is_archive(Path(told)):
        return await _all_in(collection, looks, writing, label, told, sent)
    try:
        new = await _one(collection, looks, label, told, sent, burst)
    except Refusal as refusal:
        return {"kept": 0, "same": 0, "refused": [_refused(told, refusal)]}
    return {"kept": int(new), "same": int(not new), "refused": []}


async def _all_in(
    collection: Collection, looks: Looks, writing: asyncio.Lock, label: str, told: str, sent: Path
) -> dict[str, object]:
    named = sent.with_name(f"{sent.name}{''.join(Path(told).suffixes[-2:]).casefold()}")
    if not is_archive(named):
        named = sent.with_name(f"{sent.name}{Path(told).suffix.casefold()}")
    sent.rename(named)
    cache = sent.with_name(f"{sent.name}.unpacked")
    kept = same = 0
    drawn = (await asyncio.to_thread(collection.listing)).kind == "boxes"
    refused = []
    try:
        inside = await asyncio.to_thread(unpack, named, cache, MOST_INSIDE)
        for path in sorted(p for p in inside.rglob("*") if p.is_file()):
            below = path.relative_to(inside)
            if any(is_junk(part) for part in below.parts):
                continue
            try:
                of = label if drawn else label or await _class_of(collection, writing, below)
                new = await _one(collection, looks, of, below.name, path, "")
                kept, same = kept + new, same + (not new)
            except Refusal as refusal:
                refused.append(_refused(str(below), refusal))
    except HeadstartError as error:
        refused.append({"name": printable(told), **error.record()})
    finally:
        named.unlink(missing_ok=True)
        shutil.rmtree(cache, ignore_errors=True)
    return {"kept": kept, "same": same, "refused": refused}


async def _one(
    collection: Collection, looks: Looks, label: str, told: str, sent: Path, burst: str
) -> bool:
    """Whether it was new. Raises `Refusal` for what is no example, or can't be read."""
    suffix = Path(told).suffix.casefold()
    listing = await asyncio.to_thread(collection.listing)
    kind = _need_fitting(suffix, listing.kind)
    if sent.stat().st_size > ONE_MB * MB:
        raise Refusal("H610", 413, f"larger than {ONE_MB} MB", "make it smaller")
    digest = await asyncio.to_thread(durable.sha256, sent)
    if burst:
        name = f"burst-{burst}-{_number(told):06}{suffix}"
    else:
        name = stored_name(told, digest, suffix)
    place = collection.folder_of(label) / name
    known = [Path(one.key).name for one in listing.pictures or listing.classes.get(label, ())]
    if name in known or any(key.endswith(f"-{digest[:8]}{suffix}") for key in known):
        return False
    await looks.thumbnail(sent, kind)
    place.parent.mkdir(exist_ok=True)
    await asyncio.to_thread(_move, sent, place)
    return True


async def _class_of(collection: Collection, writing: asyncio.Lock, below: Path) -> str:
    """The class that a file's folder is called after, made where it is new. Raises `Refusal`."""
    if len(below.parts) < 2:
        raise Refusal("H623", 422, "the file is in no folder", "put each class into a folder")
    async with writing:  # another archive may hold the same folder
        return await asyncio.to_thread(collection.class_called, below.parts[-2])


def _number(told: str) -> int:
    """The last six digits of a name as a number; 0 without digits."""
    return int("".join(c for c in told if c in "0123456789")[-6:] or "0")


def _need_fitting(suffix: str, kind: Kind) -> Kind:
    """The modality by a file's extension. Raises `Refusal` where the folder has another."""
    found: Kind = "image" if suffix in PICTURES else "audio" if suffix in SOUNDS else ""
    if not found or (kind and found != ("image" if kind == "boxes" else kind)):
        held = _HELD.get(kind)
        told = f"this folder holds {held}" if held else "neither a picture nor a recording"
        fix = "send JPEG, PNG, WebP, GIF, BMP or TIFF; or WAV, FLAC, OGG or MP3"
        raise Refusal("H611", 415, told, fix)
    return found


def _move(sent: Path, place: Path) -> None:
    with durable.writing(place) as temp:
        shutil.copyfile(sent, temp)


def need_burst(told: str) -> str:
    """The name of a recording: 8 hex digits, or empty. Raises `Refusal`."""
    if told and not (len(told) == 8 and set(told) <= _BURST):
        raise Refusal("H612", 400, "this is no name of a recording", "send 8 hex digits")
    return told


def _refused(told: str, refusal: Refusal) -> dict[str, str]:
    what = f"{refusal.what} ({refusal.why})" if refusal.why else refusal.what
    return {"name": printable(told), "code": refusal.code, "what": what, "fix": refusal.fix}
