"""Tables, archives and names that nobody should have: read rightly, or refused with a reason.

Each is checked by `headstart check` in a fork with little memory; nothing may be written but into
its own cache, and nothing that a name holds may reach the terminal as it is.
"""

import csv
import io
import json
import os
import re
import resource
import shutil
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from annotated import FORMATS
from torture.forked import Ended, Home, changes, command, forked
from torture.hostile_archives import archives
from torture.hostile_names import NAMES
from torture.mutants import WAYS, mutant
from torture.stand import Stand
from torture.tally import Count

MEMORY = 2 << 30
RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PACKED = ("coco.zip", "yolo.tar", "voc.zip")
"""Formats of boxes that are mutated as archives, too."""
EARLY_S = 10**9
REFUSED = {2: "U", 3: "D", 4: "R", 7: "S"}
"""What codes begin with, by exit code."""


@dataclass(frozen=True)
class Asked:
    """A place that is checked, and what must come of it."""

    case: str
    place: Path
    rows: int | None = None
    """How many examples must be found where it is read; None where that can't be known."""
    refused: bool = False
    """Whether it must not be read, or else be listed as broken."""


def tables(stand: Stand, room: Path, count: Count) -> None:
    """130 mutants of four tables; in a binary one, damage is never read as if it were none."""
    origins = _tables(stand, room)
    for number in range(130):
        one = mutant(number, origins)
        place = room / f"table-{number}" / f"t{Path(one.origin).suffix}"
        place.parent.mkdir(parents=True)
        place.write_bytes(one.content)
        refused = one.head_config in ("cut", "cut_late") and place.suffix in (".parquet",)
        _checked(Asked(f"#{number}, {one.origin} {one.head_config}", place, refused=refused), count)
        if count.over:
            return


def _tables(stand: Stand, room: Path) -> tuple[tuple[str, bytes], ...]:
    raw = Path(stand.at("reviews.csv")).read_text()
    rows = list(csv.DictReader(io.StringIO(raw)))
    home = Home(room / "making")

    def packed() -> int:
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), home.path / "t.parquet")
        return 0

    forked(packed, home)
    return (
        ("t.csv", raw.encode()),
        (
            "t.tsv",
            "\n".join(
                "\t".join(row.values()) for row in [dict(zip(rows[0], rows[0], strict=True)), *rows]
            ).encode(),
        ),
        ("t.jsonl", "\n".join(json.dumps(row) for row in rows).encode()),
        ("t.parquet", (home.path / "t.parquet").read_bytes()),
    )


def boxes(stand: Stand, room: Path, count: Count) -> None:
    """120 zips and tars: links, devices, ways out, twins, bombs, lies about sizes, damage."""
    photos = Path(stand.at("photos"))
    for number, box in enumerate(islice(archives(photos), 120)):
        place = room / f"box-{number}" / f"a{box.ending}"
        place.parent.mkdir(parents=True)
        place.write_bytes(box.content)
        _checked(Asked(f"#{number}, {box.name}", place, box.rows, box.refused), count)
        if count.over:
            return


def annotations(stand: Stand, room: Path, count: Count) -> None:
    """4,500 mutants of annotations of boxes, 500 of each format and archive: listed or refused."""
    forms = *FORMATS, *PACKED
    for number in range(500 * len(forms)):
        form = forms[number // len(WAYS) % len(forms)]
        place = room / f"annotated-{number}" / form
        file = _packed(form, place) if form in PACKED else FORMATS[form](place, blank=False)
        one = mutant(number, ((file.name, file.read_bytes()),))
        file.write_bytes(one.content)
        _checked(Asked(f"#{number}, {form} {one.head_config}", place), count)
        if count.over:
            return


def _packed(form: str, place: Path) -> Path:
    """An archive of pictures and boxes at this place, of the same bytes every time."""
    kind, _, ending = form.partition(".")
    FORMATS[kind](place.parent / kind, blank=False)
    for path in sorted((place.parent / kind).rglob("*")):
        os.utime(path, (EARLY_S, EARLY_S))
    made = shutil.make_archive(str(place.with_suffix("")), ending, place.parent / kind)
    shutil.rmtree(place.parent / kind)
    return Path(made)


def names(stand: Stand, room: Path, count: Count) -> None:
    """80 names, each of a class and of a file in it."""
    photos = sorted(Path(stand.at("photos")).rglob("*.png"))
    for number, name in enumerate(NAMES):
        place = room / f"name-{number}" / "photos"
        rows = _named(place, name, photos)
        _checked(Asked(f"#{number}, {name[:40]!r}", place, rows), count)
        if count.over:
            return


def _named(place: Path, name: bytes, photos: list[Path]) -> int | None:
    """A folder with two plain classes and one of that name; how many pictures it has."""
    for number, photo in enumerate(photos):
        folder = (
            os.fsencode(place)
            + b"/"
            + (name if photo.parent.name == "red" else os.fsencode(photo.parent.name))
        )
        file = name[:200] + b" %d.png" % number if number % 2 else b"%d.png" % number
        try:
            Path(os.fsdecode(folder)).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(photo, folder + b"/" + file)
        except OSError:  # this file system has no such names
            return None
    plain = not name.startswith(b".") and name.lower() not in (
        b"__macosx",
        b"thumbs.db",
        b"train",
        b"test",
        b"val",
    )
    return len(photos) if plain else None


def _checked(asked: Asked, count: Count) -> None:
    home = Home(asked.place.parent / "home")
    before = _seen(asked.place)
    record = home.path / "audit.json"

    def guard() -> None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY,) * 2)
        own = (str(home.path), os.devnull)

        def heard(event: str, arguments: tuple[object, ...]) -> None:
            path = arguments[0]
            if isinstance(path, str | bytes) and changes(event, arguments):
                whole = os.path.normpath(home.path / os.fsdecode(path))
                if not whole.startswith(own):
                    print("WRITES", event, path)  # never reached where the promise is kept

        sys.addaudithook(heard)

    done = command(("check", str(asked.place), "--json", str(record)), home, prepare=guard)
    told = done.out + done.err
    wrong = _wrong(asked, done, record)
    written = "WRITES" in told or _seen(asked.place) != before
    raw = RAW.search(told)
    wrong = "!it wrote outside its folder" if written else wrong
    wrong = f"raw {raw[0]!r} reaches the terminal" if raw and not wrong else wrong
    left = [p for p in home.path.rglob("*") if ".tmp-" in p.name] or list(home.temp.iterdir())
    wrong = f"left: {left[0].name}" if left and not wrong else wrong
    count.add(asked.case, wrong.removeprefix("!"), believed=wrong.startswith("!"))
    shutil.rmtree(asked.place.parent)


def _wrong(asked: Asked, done: Ended, record: Path) -> str:
    if done.code in REFUSED:
        known = re.search(r"error\[([A-Z])\d", done.err)
        if not known or known[1] != REFUSED[done.code]:
            return done.brief
        return f"refused though it is right: {done.brief}" if asked.rows is not None else ""
    if done.code != 0:
        return done.brief
    found = json.loads(record.read_text())
    if not found["listed"] and (asked.refused or asked.rows not in (None, found["examples"])):
        return f"!read as if it were whole: {done.brief}"
    return ""


def _seen(place: Path) -> object:
    """Everything there is, and when it was changed."""
    files = place.rglob("*") if place.is_dir() else (place,)
    return sorted((os.fsencode(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in files)
