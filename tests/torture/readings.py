"""Thousands of damaged pictures and recordings: each is read, or refused with a reason.

Readers work in forks with little memory that may write nowhere; one that dies or hangs is the
fault of the file that it was reading, and another goes on behind it.
"""

import io
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from torture.forked import Home, changes, forked
from torture.mutants import Mutant, mutant
from torture.stand import Stand
from torture.tally import Count

if TYPE_CHECKING:
    from torch import Tensor

    from headstart.modality import Image, Modality

MEMORY = 1 << 30
"""Bytes that reading one small file may take, beyond what the process has."""
BATCH = 200
HANGS_S = 60
CUTS = ("cut", "cut_late")
Judge = Callable[[Mutant], str]
"""What is wrong with how a file was read; empty where nothing is. `!` marks what is believed."""


def pictures(stand: Stand, room: Path, count: Count) -> None:
    from drawing import FORMS

    _all(3000, tuple(FORMS.items()), _seen(dict(FORMS)), room, count)


def recordings(stand: Stand, room: Path, count: Count) -> None:
    made: dict[str, bytes] = {}
    home = Home(room / "making")
    forked(lambda: _recorded(home.path / "made"), home)
    made = {p.name: p.read_bytes() for p in sorted((home.path / "made").iterdir())}
    _all(2400, tuple(made.items()), _heard(made), room, count)


def _recorded(place: Path) -> int:
    import soundfile
    from sounds import RATE, samples

    place.mkdir()
    kinds = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}
    for kind, subtype in kinds.items():
        for seed, tone in enumerate(("noise", "low")):
            path = place / f"{tone}.{kind}"
            found = samples(tone, seed, 2.0)
            soundfile.write(path, found, RATE, format=kind.upper(), subtype=subtype)
    soundfile.write(place / "float.wav", samples("high", 3, 1.0), RATE, subtype="FLOAT")
    return 0


def _all(
    most: int, origins: Sequence[tuple[str, bytes]], judge: Judge, room: Path, count: Count
) -> None:
    first = 0
    while first < most and not count.over:
        batch = range(first, min(most, first + BATCH))
        home = Home(room / f"from-{first}")
        home.path.mkdir(parents=True)
        verdicts = home.path / "verdicts"
        reader = forked(
            lambda batch=batch, path=verdicts: _read(batch, origins, judge, path, count.until),
            home,
            limit_s=BATCH * 10.0,
        )
        lines = verdicts.read_text().splitlines() if verdicts.exists() else []
        for number, wrong in map(json.loads, lines):
            _tell(mutant(number, origins), number, wrong, count)
        first += len(lines)
        if reader.code:  # it died of the file behind the last verdict
            _tell(mutant(first, origins), first, f"the reader died, {reader.brief}", count)
            first += 1


def _tell(one: Mutant, number: int, wrong: str, count: Count) -> None:
    case = f"#{number}, {one.origin} {one.head_config}"
    count.add(case, wrong.removeprefix("!"), believed=wrong.startswith("!"))


def _read(
    batch: range,
    origins: Sequence[tuple[str, bytes]],
    judge: Judge,
    verdicts: Path,
    until: float,
) -> int:
    writes: list[str] = []
    handle = os.open(verdicts, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if changes(event, arguments):
            writes.append(f"{event} {arguments[0]}")

    sys.addaudithook(heard)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a hang ends the reader
    for number in batch:
        if time.monotonic() > until:
            return 0
        signal.alarm(HANGS_S)
        writes.clear()
        wrong = judge(mutant(number, origins))
        wrong = f"!it wrote: {writes[0]}" if writes else wrong
        os.write(handle, (json.dumps([number, wrong]) + "\n").encode())
    return 0


def _seen(origins: dict[str, bytes]) -> Judge:
    def judge(one: Mutant) -> str:
        from headstart.modality import Image

        reader = Image(size_px=32, mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=1.0)
        return _judged(reader, one, lambda item: _wrong_picture(reader, one, item, origins))

    return judge


def _wrong_picture(reader: "Image", one: Mutant, item: "Tensor", origins: dict[str, bytes]) -> str:
    from headstart.data import InMemory

    if item.shape != (3, 32, 32):
        return f"!an item of shape {tuple(item.shape)}"
    other = not item.equal(reader.read(InMemory("x", origins[one.origin])))
    if other and one.origin == "png" and one.head_config != "spliced":
        return "!a PNG with other pixels, whose checksums show it"
    return "!half a picture for a whole one" if one.head_config in CUTS and other else ""


def _heard(origins: dict[str, bytes]) -> Judge:
    def judge(one: Mutant) -> str:
        from headstart.modality import Sound

        return _judged(Sound(), one, lambda item: _wrong_recording(one, item, origins))

    return judge


def _wrong_recording(one: Mutant, item: "Tensor", origins: dict[str, bytes]) -> str:
    import soundfile

    if not bool(item.float().isfinite().all()) or not len(item):
        return "!numbers that are not finite"
    if one.head_config in CUTS:
        whole = soundfile.info(io.BytesIO(origins[one.origin])).frames
        there = len(soundfile.read(io.BytesIO(one.content))[0])
        if there < 0.98 * whole:
            return f"!{there:,} of {whole:,} samples for all of them"
    return ""


def _judged(reader: "Modality", one: Mutant, wrong: Callable[["Tensor"], str]) -> str:
    """What is wrong with how a file was refused, or else with what was read."""
    from headstart.data import InMemory
    from headstart.errors import DataError

    try:
        item = reader.read(InMemory("x", one.content))
    except DataError as error:
        return _unnamed(error, "x")
    except MemoryError:
        return "it takes more than a gigabyte"
    except Exception as error:
        return f"X100 {type(error).__name__}: {error}"
    return wrong(item)


def _unnamed(error: Exception, name: str) -> str:
    code = getattr(error, "code", "")
    if not code.startswith(("D1", "D2")) or not getattr(error, "what", ""):
        return f"refused without a reason: {error}"
    return "" if getattr(error, "where", "") == name else f"not said which file: {error}"
