"""Which format the boxes of a place are in."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from headstart.data.annotations import Annotations, part_in, part_of_file
from headstart.data.box_columns import box_columns, may_hold_boxes, with_names
from headstart.data.box_rows import one_a_row, with_points
from headstart.data.box_tables import BoxTable, kept_groups, read_box_tables
from headstart.data.coco import is_coco, read_coco
from headstart.data.column_settings import GUESS, Columns
from headstart.data.createml import is_createml, read_createml
from headstart.data.cvat import read_cvat
from headstart.data.examples import name_of
from headstart.data.extensions import TABLES
from headstart.data.foreign_boxes import refuse_foreign
from headstart.data.kitti import kitti_files, read_kitti
from headstart.data.labelme import is_labelme, read_labelme
from headstart.data.packed import Paths, alone
from headstart.data.picture_index import PICTURES, PictureIndex, files_below
from headstart.data.shelter import Shelter
from headstart.data.tables import read_sheet
from headstart.data.voc import image_sets, read_voc
from headstart.data.xml_files import root_name
from headstart.data.yolo import looks_like_yolo, read_yolo
from headstart.data.yolo_settings import YoloSettings, yolo_settings
from headstart.errors import DataError
from headstart.hostile import printable

FORMATS = (
    "COCO JSON, Pascal VOC XML, YOLO txt with data.yaml, LabelMe, CVAT XML, CreateML JSON, "
    "KITTI txt, or a table"
)
"""What is read, in words."""
_LOOKED_AT = 20
_DEEPEST = 2
"""Names of a path from the place down to a table: one in a folder of a part."""
_COCO = re.compile("coco|instance|annotation|train|val|test|label")
_NAMED = {".json", ".xml", ".yaml", ".yml", *TABLES}
"""Extensions of files that can be named themselves."""


@dataclass(frozen=True, eq=False)
class _Place:
    """The files of a place, and one of them that was named."""

    root: Path
    files: Paths
    closed: bool
    named: Path | None = None

    def ending(self, *endings: str) -> list[Path]:
        """Files with one of these extensions, no picture's; of a named file only itself."""
        every = alone(self.named) if self.named else self.others
        return [*every.ending(*endings)]

    @cached_property
    def others(self) -> Paths:
        """Files that are no pictures: most often few."""
        return self.files.ending_otherwise(PICTURES)

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
        here = _Place(path, files_below(path), closed)
    elif path.is_file():
        root = _root_of(path)
        here = _Place(root, files_below(root), closed, path)
        if path.suffix.casefold() not in _NAMED:
            return None
    else:
        return None
    for read in _READERS:
        if found := read(here, columns):
            return replace(_by_folders(kept_groups(found), here.root), root=here.root)
    return None


def _by_folders(told: Annotations, root: Path) -> Annotations:
    """With parts as pictures' folders are called, where nothing else says any."""
    if any(picture.part for picture in told.pictures):
        return told
    sources = [picture.source for picture in told.pictures]
    parts = [part_of_file(s, root) if isinstance(s, Path) else "" for s in sources]
    if "train" not in parts or not {"val", "test"} & set(parts):
        return told
    pictures = tuple(replace(p, part=part) for p, part in zip(told.pictures, parts, strict=True))
    return replace(told, pictures=pictures, assigned_by="folders")


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
    settings = next((one for one in _settings(place) if one.parts), None)
    return read_yolo(settings, place.files, place.index) if settings else None


def _settings(place: _Place) -> Iterator[YoloSettings]:
    """Of YAML files: the one that is named, or those on top and what is called data.yaml, or all.

    Raises `DataError` for one that cannot be read, unless it is none of these.
    """
    every = place.ending(".yaml", ".yml")
    near = [p for p in every if p == place.named or p.parent == place.root]
    near += [p for p in every if p.name == "data.yaml" and p not in near]
    for path in near:
        if told := yolo_settings(path, place.root):
            yield told
    for path in [path for path in every if path not in near][:_LOOKED_AT]:
        try:
            told = yolo_settings(path, place.root)
        except DataError:
            continue
        if told:
            yield told


def _coco(place: _Place, columns: Columns) -> Annotations | None:
    every = place.ending(".json")
    called = [path for path in every if _COCO.search(path.stem.casefold())]
    files = [path for path in called or every[:_LOOKED_AT] if is_coco(path)]
    boxes = [path for path in files if path.name.startswith("instances")]
    return read_coco(boxes or files, place.index) if files else None


def _createml(place: _Place, columns: Columns) -> Annotations | None:
    files = [path for path in place.ending(".json")[:_LOOKED_AT] if is_createml(path)]
    return read_createml(files, place.index) if files else None


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
        return read_voc(files, image_sets(place.others), place.index)
    return None


def _kitti(place: _Place, columns: Columns) -> Annotations | None:
    files = [] if place.named else kitti_files(place.files)
    return read_kitti(files, place.index) if files else None


def _bare_yolo(place: _Place, columns: Columns) -> Annotations | None:
    if place.named or not place.ending(".txt") or not looks_like_yolo(place.files):
        return None
    named = next((one for one in _settings(place) if one.names), YoloSettings())
    return read_yolo(named, place.files, place.index)


def _tables(place: _Place, columns: Columns) -> Annotations | None:
    """All tables with boxes in columns of the same names."""
    found = list[BoxTable]()
    for path in place.ending(*TABLES - {".conll", ".conll03", ".bio", ".iob", ".iob2"}):
        if path != place.named and len(path.relative_to(place.root).parts) > _DEEPEST:
            continue
        if not may_hold_boxes(path):
            continue
        try:
            sheet = with_points(one_a_row(with_names(read_sheet(path))))
        except DataError:
            continue
        if box_columns(sheet) and (not found or sheet.columns == found[0].sheet.columns):
            part = part_in(path.stem) or part_of_file(path, place.root)
            sheet = replace(sheet, name=name_of(path, place.root))
            found.append(BoxTable(sheet, Shelter(path.parent, closed=place.closed), part))
    if not found:
        return None
    if not any(table.part == "train" for table in found):
        found = [replace(table, part="") for table in found]
    return read_box_tables(found, columns, place.index)


def _foreign(place: _Place, columns: Columns) -> Annotations | None:
    refuse_foreign((place.named,) if place.named else place.others)
    return None


_READERS: Sequence[Callable[[_Place, Columns], Annotations | None]] = (
    _yolo, _coco, _createml, _labelme, _xml, _kitti, _bare_yolo, _tables, _foreign,
)  # fmt: skip
"""In this order: where there are several formats of the same boxes, the first counts."""
