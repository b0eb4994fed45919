"""Which format the boxes of a place are in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.data.annotations import Annotations, PictureIndex, files_below
from headstart.data.box_columns import box_columns, may_hold_boxes, with_names
from headstart.data.box_tables import kept_groups, read_box_table
from headstart.data.coco import is_coco, read_coco
from headstart.data.column_settings import GUESS, Columns
from headstart.data.cvat import read_cvat
from headstart.data.folders import TABLES
from headstart.data.labelme import is_labelme, read_labelme
from headstart.data.shelter import Shelter
from headstart.data.tables import read_sheet
from headstart.data.voc import image_sets, read_voc
from headstart.data.xml_files import root_name
from headstart.data.yolo import YoloSettings, looks_like_yolo, read_yolo, yolo_settings
from headstart.errors import DataError
from headstart.hostile import printable

FORMATS = "COCO JSON, Pascal VOC XML, YOLO txt with data.yaml, LabelMe, CVAT XML, or a table"
"""What is read, in words."""
_LOOKED_AT = 20
_HEAD = 1 << 16
_COCO = re.compile("coco|instance|annotation|train|val|test|label")
_NAMED = {".json", ".xml", ".yaml", ".yml", *TABLES}
"""Extensions of files that can be named themselves."""


@dataclass(frozen=True, eq=False)
class _Place:
    """The files of a place, and one of them that was named."""

    root: Path
    files: tuple[Path, ...]
    closed: bool
    named: Path | None = None

    def ending(self, *endings: str) -> list[Path]:
        """Files with one of these extensions; of a named file only itself."""
        every = (self.named,) if self.named else self.files
        return [path for path in every if path.suffix.casefold() in endings]

    @property
    def index(self) -> PictureIndex:
        """The pictures."""
        return PictureIndex.of(self.root, self.files)


def find_boxes(
    place: Path, columns: Columns = GUESS, *, closed: bool = False
) -> Annotations | None:
    """The boxes of a folder or a file in any known format; None where there are none.

    Nothing is written at the place; of one that is `closed`, which came out of an archive, nothing
    outside is read. Raises `DataError` for annotations that cannot be read, or
    are of a format that is known and not read, `SecurityError` for those that could do harm.
    """
    path = place.absolute()
    if path.is_dir():
        here = _Place(path, tuple(files_below(path)), closed)
    elif path.is_file():
        root = _root_of(path)
        here = _Place(root, tuple(files_below(root)), closed, path)
        if path.suffix.casefold() not in _NAMED:
            return None
    else:
        return None
    for read in _READERS:
        if found := read(here, columns):
            return replace(kept_groups(found), root=here.root)
    return None


def need_boxes(place: Path, columns: Columns = GUESS, *, closed: bool = False) -> Annotations:
    """The same. Raises `DataError` where there are none."""
    found = find_boxes(place, columns, closed=closed)
    if found is None:
        raise DataError(
            "D227", "there are no boxes here in a format that is known",
            f"give {FORMATS}", printable(place),
        )  # fmt: skip
    return found


def _root_of(file: Path) -> Path:
    """Where the pictures of a file of annotations are looked for: beside it, or one folder up."""
    above = file.parent
    return above.parent if above.name.casefold() in ("annotations", "labels", "data") else above


def _yolo(place: _Place, columns: Columns) -> Annotations | None:
    files = [p for p in place.ending(".yaml", ".yml") if p == place.named or p.parent == place.root]
    files = files or [p for p in place.ending(".yaml", ".yml") if p.name == "data.yaml"]
    for file in files:
        settings = yolo_settings(file, place.root)
        if settings:
            return read_yolo(settings, place.files, place.index)
    return None


def _coco(place: _Place, columns: Columns) -> Annotations | None:
    every = place.ending(".json")
    called = [path for path in every if _COCO.search(path.stem.casefold())]
    files = [path for path in called or every[:_LOOKED_AT] if is_coco(path)]
    boxes = [path for path in files if path.name.startswith("instances")]
    return read_coco(boxes or files, place.index) if files else None


def _via(place: _Place, columns: Columns) -> Annotations | None:
    """Refuse what the VGG Image Annotator writes."""
    for path in place.ending(".json")[:_LOOKED_AT]:
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            continue
        own = b"_via_" in head or all(
            word in head for word in (b'"filename"', b'"regions"', b'"shape_attributes"')
        )
        if own:
            raise DataError(
                "D228", "these boxes are in the format of the VGG Image Annotator (VIA)",
                "export them from VIA as COCO: Annotation, Export Annotations (COCO format)",
                printable(path),
            )  # fmt: skip
    return None


def _labelme(place: _Place, columns: Columns) -> Annotations | None:
    files = place.ending(".json")
    fine = [path for path in files[:_LOOKED_AT] if is_labelme(path)]
    return read_labelme(files, place.index) if 2 * len(fine) > len(files[:_LOOKED_AT]) else None


def _xml(place: _Place, columns: Columns) -> Annotations | None:
    files = place.ending(".xml")
    roots = {path: root_name(path) for path in files[:_LOOKED_AT]}
    if "annotations" in roots.values():
        own = [path for path in files if root_name(path) == "annotations"]
        return read_cvat(own, place.index)
    if 2 * list(roots.values()).count("annotation") > len(roots):
        return read_voc(files, image_sets(place.files), place.index)
    return None


def _bare_yolo(place: _Place, columns: Columns) -> Annotations | None:
    if place.named or not looks_like_yolo(place.files):
        return None
    return read_yolo(YoloSettings(), place.files, place.index)


def _table(place: _Place, columns: Columns) -> Annotations | None:
    for path in place.ending(*TABLES - {".conll", ".conll03", ".bio", ".iob", ".iob2"}):
        if path != place.named and len(path.relative_to(place.root).parts) > 2:
            continue
        if not may_hold_boxes(path):
            continue
        try:
            sheet = with_names(read_sheet(path))
        except DataError:
            continue
        if box_columns(sheet):
            shelter = Shelter(path.parent, closed=place.closed)
            return read_box_table(sheet, columns, shelter, place.index)
    return None


_READERS: Sequence[Callable[[_Place, Columns], Annotations | None]] = (
    _yolo, _coco, _via, _labelme, _xml, _bare_yolo, _table,
)  # fmt: skip
"""In this order: where there are several formats of the same boxes, the first counts."""
