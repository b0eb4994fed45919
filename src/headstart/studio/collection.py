"""The folder that the page works on: `FOLDER/<class>/<files>`, a table of texts, or drawings.

What is removed moves to `FOLDER/.removed`; what was there before is never changed.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from headstart.data.corrections import corrections_in
from headstart.data.listing import visible_folders
from headstart.data.records import natural
from headstart.data.walk import burst_of
from headstart.errors import DataError
from headstart.serve import Refusal
from headstart.studio.drawn import REMOVED, Box, Drawing, Drawings, Size, has_drawings, unused
from headstart.studio.example_files import files_below, kind_of
from headstart.studio.naming import class_name, same_name
from headstart.studio.notes import Kind, Notes, keep_notes, notes_in
from headstart.studio.text_table import TABLE, TextTable, key_of

DRAWN_ON = "pictures"
"""The folder for pictures that boxes are drawn on."""
COLORS = 8
"""Of the palette."""


@dataclass(frozen=True)
class Item:
    """One example of a class."""

    key: str
    """The file's name below the class; of a text, its key."""
    name: str
    """What the audit and corrections call it."""
    group: str = ""
    text: str = ""
    row: str = ""
    """Of a text, what the audit calls it."""


@dataclass(frozen=True, eq=False)
class Listing:
    """What lay in the folder at one moment."""

    kind: Kind
    classes: dict[str, tuple[Item, ...]]
    left_out: frozenset[str]
    """Names of examples that corrections leave out."""
    moved: dict[str, str]
    """Names of examples that corrections count as another class, and that class."""
    digest: str
    """Changes with anything that training could see."""
    pictures: tuple[Drawing, ...] = ()
    """Where boxes are drawn, all of them; an item of a class is a box then."""

    @cached_property
    def units(self) -> dict[str, int]:
        """How many examples of each class count: those of one recording count once."""
        found: dict[str, set[str]] = {label: set() for label in self.classes}
        for label, items in self.classes.items():
            for item in items:
                if item.name not in self.left_out:
                    counted = self.moved.get(item.name, label)
                    found.get(counted, found[label]).add(item.group or item.name)
        return {label: len(units) for label, units in found.items()}


@dataclass(frozen=True)
class Collection:
    """A folder of labeled examples, and every change that the page makes in it."""

    root: Path

    @property
    def texts(self) -> TextTable:
        """The table of texts."""
        return TextTable(self.root / TABLE)

    @property
    def drawings(self) -> Drawings:
        """The pictures and boxes, as they are now."""
        return Drawings(self.root)

    @property
    def notes(self) -> Notes:
        """What the page remembers."""
        return notes_in(self.root)

    def note(self, **changes: object) -> None:
        """Remember something else."""
        keep_notes(self.root, replace(self.notes, **changes))  # type: ignore[arg-type]

    def listing(self) -> Listing:
        """What lies there now."""
        notes, kind = self.notes, self._told_kind
        sha = hashlib.sha256(repr(kind).encode())
        pictures = self.drawings.all if kind == "boxes" else ()
        if kind == "boxes":
            classes = _drawn(pictures, notes, sha)
        else:
            classes = self._typed(notes, sha) if kind == "text" else self._files(sha)
        try:
            told = corrections_in(self.root)
        except DataError:
            told = ()
        sha.update(repr(told).encode("utf-8", "surrogatepass"))
        kind = kind or kind_of([item.key for some in classes.values() for item in some])
        left_out = frozenset(one.name for one in told if not one.label)
        moved = {one.name: one.label for one in told if one.label}
        return Listing(kind, classes, left_out, moved, sha.hexdigest()[:16], pictures)

    @property
    def _told_kind(self) -> Kind:
        """What the page or the folder says that it holds; else that is seen by its files."""
        if self.notes.kind:
            return self.notes.kind
        if has_drawings(self.root):
            return "boxes"
        return "text" if self.texts.path.exists() and not self._folders() else ""

    def _folders(self) -> list[Path]:
        return visible_folders(self.root) if self.root.is_dir() else []

    def _typed(self, notes: Notes, sha: "hashlib._Hash") -> dict[str, tuple[Item, ...]]:
        numbered = self.texts.numbered()
        rows = [row for _, row in numbered]
        sha.update(repr((rows, notes.empty)).encode("utf-8", "surrogatepass"))
        found: dict[str, list[Item]] = {name: [] for name in notes.empty}
        for number, (text, label) in numbered:
            item = Item(key_of(text), text, text=text, row=f"{TABLE}, row {number}")
            found.setdefault(label, []).append(item)
        return {label: tuple(items) for label, items in found.items()}

    def _files(self, sha: "hashlib._Hash") -> dict[str, tuple[Item, ...]]:
        found = {}
        for folder in self._folders():
            items = []
            for path, about in files_below(folder):
                key = path.relative_to(folder).as_posix()
                name = f"{folder.name}/{key}"
                facts = (name, about.st_size, about.st_mtime_ns, about.st_ino)
                sha.update(repr(facts).encode("utf-8", "surrogatepass"))
                items.append(Item(key, name, burst_of(path.name)))
            sha.update(folder.name.encode("utf-8", "surrogatepass"))
            found[folder.name] = tuple(sorted(items, key=lambda item: natural(item.key)))
        return found

    def path_of(self, label: str, key: str) -> Path:
        """Where a listed file is. Raises `Refusal` for anything that is not listed."""
        if self._told_kind == "boxes":
            return self.root / self.drawings.need(key).key
        items = self.listing().classes.get(label, ())
        if not any(item.key == key for item in items):
            raise Refusal("H604", 404, "there is no such example", "reload the page")
        return self.root / label / key

    def need_class(self, label: str) -> str:
        """The name. Raises `Refusal` where there is no such class."""
        if label not in self.listing().classes:
            raise Refusal("H605", 404, "there is no such class", "reload the page")
        return label

    def folder_of(self, label: str) -> Path:
        """Where files of a class go; boxes are of classes, their pictures of none."""
        if self._told_kind == "boxes":
            return self.root / DRAWN_ON
        return self.root / self.need_class(label)

    def add_class(self, told: str) -> str:
        """Make an empty class. Raises `Refusal` for a name that is taken or can't be one."""
        name = self._free(told, "")
        listing = self.listing()
        if listing.kind in ("text", "boxes"):
            self.note(empty=(*self.notes.empty, name))
        else:
            (self.root / name).mkdir(parents=True)
        self._color(name, listing)
        return name

    def class_called(self, told: str) -> str:
        """The class of this name, made where there is none. Raises `Refusal`."""
        known = [label for label in self.listing().classes if same_name(label) == same_name(told)]
        return known[0] if known else self.add_class(told)

    def paint(self, label: str, color: int) -> None:
        """Give a class another color."""
        self.need_class(label)
        self.note(colors={**self.notes.colors, label: color})

    def choose(self, kind: Kind) -> None:
        """Say what the folder is to hold. Raises `Refusal` where it holds something else."""
        held = self.listing()
        if (any(held.classes.values()) or held.pictures) and held.kind != kind:
            raise Refusal("H617", 409, "the folder holds something else", "take another folder")
        self.note(kind=kind, empty=tuple(held.classes) if kind in ("text", "boxes") else ())

    def type_in(self, label: str, texts: Sequence[str]) -> int:
        """Add texts to a class; how many were new. Raises `Refusal` where it holds files."""
        self.need_class(label)
        if self.listing().kind != "text":
            raise Refusal("H618", 409, "this folder does not hold texts", "take another folder")
        return self.texts.add(texts, label)

    def _color(self, name: str, listing: Listing) -> None:
        colors = dict(self.notes.colors)
        used = [colors.get(label, -1) for label in listing.classes if label != name]
        free = [i for i in range(COLORS) if i not in used] or [len(used) % COLORS]
        self.note(colors={**colors, name: colors.get(name, free[0])})

    def _free(self, told: str, but: str) -> str:
        name = class_name(told)
        taken = {same_name(label) for label in self.listing().classes if label != but}
        if same_name(name) in taken or (name != but and os.path.lexists(self.root / name)):
            raise Refusal("H606", 409, f"there is a class {name} already", "choose another name")
        return name

    def rename_class(self, label: str, told: str) -> str:
        """Rename a class, and its folder with it. Raises `Refusal`."""
        self.need_class(label)
        name = self._free(told, label)
        if name == label:
            return name
        notes, kind = self.notes, self.listing().kind
        if kind in ("text", "boxes"):
            (self.texts.rename if kind == "text" else self.drawings.change)(label, name)
            self.note(empty=tuple(name if one == label else one for one in notes.empty))
        else:
            (self.root / label).rename(self.root / name)
        self.note(colors={name if k == label else k: v for k, v in notes.colors.items()})
        return name

    def remove_class(self, label: str) -> None:
        """Move a class with everything in it to `.removed`."""
        self.need_class(label)
        kind = self.listing().kind
        if kind in ("text", "boxes"):
            if kind == "boxes":
                self.drawings.change(label, "")
            else:
                self.remove(label, [key_of(text) for text, of in self.texts.rows() if of == label])
            self.note(empty=tuple(one for one in self.notes.empty if one != label))
        else:
            (self.root / REMOVED).mkdir(exist_ok=True)
            (self.root / label).rename(unused(self.root / REMOVED / label))

    def draw(self, key: str, boxes: Sequence[Box] | None, size: Size, was: str) -> None:
        """Keep what was drawn on a picture; see `Drawings.keep`. Raises `Refusal`."""
        before = {box.label for box in self.drawings.need(key).boxes or ()}
        after = {box.label for box in boxes or ()}
        for label in after - before:
            self.need_class(label)
        self.drawings.keep(key, boxes, size, was)
        for label in sorted(before - after):
            self._keep_empty(label)

    def remove(self, label: str, keys: Sequence[str]) -> int:
        """Move examples to `.removed`; how many there were."""
        kind = self.listing().kind
        if kind == "boxes":
            return self.drawings.remove(keys)
        if kind == "text":
            gone = self.texts.take_out(label, keys)
            removed = TextTable(self.root / REMOVED / TABLE)
            for text, of in gone:
                removed.add([text], of)
            self._keep_empty(label)
            return len(gone)
        paths = [self.path_of(label, key) for key in keys]
        for path in paths:
            place = self.root / REMOVED / path.relative_to(self.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(unused(place))
        return len(paths)

    def _keep_empty(self, label: str) -> None:
        if label not in self.notes.empty:
            self.note(empty=(*self.notes.empty, label))


def _drawn(
    pictures: Sequence[Drawing], notes: Notes, sha: "hashlib._Hash"
) -> dict[str, tuple[Item, ...]]:
    """An item a box, by its class; what is left out counts as a picture."""
    sha.update(repr(notes.empty).encode("utf-8", "surrogatepass"))
    found: dict[str, list[Item]] = {name: [] for name in notes.empty}
    for one in pictures:
        sha.update(repr((one.key, one.boxes, one.revision)).encode("utf-8", "surrogatepass"))
        for box in one.boxes or ():
            found.setdefault(box.label, []).append(Item(one.key, one.key))
    return {label: tuple(found[label]) for label in sorted(found, key=natural)}
