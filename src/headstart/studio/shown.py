"""What the page shows of classes, of examples and of what is odd about them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headstart.hostile import printable
from headstart.studio.collection import Item, Listing

SUSPECTS = "suspects.csv"
MOST_SUSPECTS = 200
"""Of a run's list, the most doubted first."""
Finding = dict[str, object]


def class_record(listing: Listing, name: str, colors: Mapping[str, int]) -> dict[str, object]:
    """A class without its examples; `revision` changes with what is shown of those."""
    items = listing.classes[name]
    order = list(listing.classes).index(name)
    shown = tuple((i.key, i.name in listing.left_out, _moved(listing, i, name)) for i in items)
    return {
        "name": name,
        "color": colors.get(name, order % 8),
        "count": len(items),
        "units": listing.units[name],
        "groups": len({item.group for item in items if item.group}),
        "revision": f"{hash(shown):x}",
    }


def examples(listing: Listing, label: str) -> dict[str, object]:
    """What a class holds; `as` is the class that somebody moved an example to, or empty."""
    items = [
        {
            "key": item.key,
            "text": item.text,
            "group": item.group,
            "out": item.name in listing.left_out,
            "as": _moved(listing, item, label),
        }
        for item in listing.classes.get(label, ())
    ]
    return {"name": label, "items": items}


def pictures(listing: Listing) -> list[dict[str, object]]:
    """What boxes are drawn on; `boxes` is null where nobody said anything."""
    return [
        {
            "key": one.key,
            "boxes": None if one.boxes is None else [asdict(box) for box in one.boxes],
            "size": one.size,
            "kept": one.kept,
            "out": one.key in listing.left_out,
            "revision": one.revision,
        }
        for one in listing.pictures
    ]


def drawn_record(listing: Listing) -> dict[str, object]:
    """How many pictures there are; `revision` changes with what `pictures` says."""
    told = [one for one in listing.pictures if one.boxes is not None]
    sign = hash((listing.pictures, listing.left_out))
    return {"count": len(listing.pictures), "told": len(told), "revision": f"{sign:x}"}


def _moved(listing: Listing, item: Item, label: str) -> str:
    to = listing.moved.get(item.name, "")
    return "" if to == label else to


def findings(
    listing: Listing, told: Sequence[Mapping[str, str]], run: Path | None
) -> list[Finding]:
    """What the audit says, and labels that the last run doubted, with the example of each.

    `name` is what corrections call it.
    """
    places = {
        printable(item.row or item.name): (label, item)
        for label, items in listing.classes.items()
        for item in items
    }
    if listing.kind == "boxes":
        places = {printable(one.key): ("", Item(one.key, one.key)) for one in listing.pictures}
    found = list[Finding]()
    for one in told:
        label, item = places.get(one["name"], ("", None))
        about = {"class": label, "key": item.key if item else "", "text": item.text if item else ""}
        name = item.name if item and item.text else one["name"]
        found.append({**one, **about, "name": name})
    return [*found, *(_suspects(listing, places, run) if run else ())]


def _suspects(
    listing: Listing, places: Mapping[str, tuple[str, Item]], run: Path
) -> Iterator[Finding]:
    """Examples that nobody has moved or left out since, and that still are what they were."""
    for row in _rows(run / SUSPECTS):
        label, item = places.get(str(row.get("name")), ("", None))
        to = str(row.get("looks like"))
        if item is None or printable(label) != row.get("label") or to not in listing.classes:
            continue
        if item.name in listing.left_out or item.name in listing.moved:
            continue
        name = item.name if item.text else printable(item.name)
        yield {
            "code": "", "kind": "suspect", "name": name, "reason": "", "class": label,
            "key": item.key, "text": item.text, "to": to,
        }  # fmt: skip


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row, _ in zip(csv.DictReader(file), range(MOST_SUSPECTS), strict=False)]
    except (OSError, ValueError, csv.Error):
        return []
