"""Formats of boxes that are recognized and not read: refused by name, with the way out."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from headstart.errors import DataError
from headstart.hostile import printable

_HEAD = 1 << 16
_LOOKED_AT = 20
_SIGNS: Mapping[str, Mapping[str, tuple[tuple[str, ...], str]]] = {
    ".json": {
        "the VGG Image Annotator (VIA)": (
            (r'"_via_|"filename"[^§]*"regions"[^§]*"shape_attributes"',),
            "export them from VIA as COCO: Annotation, Export Annotations (COCO format)",
        ),
        "Label Studio's own JSON": (
            (r'"(rectangle|polygon|ellipse|brush|keypoint)labels"',),
            "export them from Label Studio as COCO, or as YOLO with images",
        ),
        "Datumaro": ((r'"items"', r'"label_id"'), "export them from CVAT as COCO 1.0"),
        "Supervisely": ((r'"classTitle"', r'"geometryType"'), "export them as COCO"),
        "Scalabel or BDD100K": ((r'"box2d"',), "python -m bdd100k.label.to_coco makes COCO"),
        "Labelbox": ((r'"bounding[-_]box"', r'"(data_row|Labeled Data)"'), "export them as COCO"),
        "a detector's results": (
            (r"^\s*\[\s*\{", r'"image_id"', r'"bbox"', r'"score"'),
            'give the COCO file that they were made for, with "images" and "categories"',
        ),
    },
    ".csv": {
        "the VGG Image Annotator (VIA)": (
            (r"region_shape_attributes",),
            "export them from VIA as COCO: Annotation, Export Annotations (COCO format)",
        ),
        "Label Studio's own CSV": (
            (r"(rectangle|polygon)labels",),
            "export them from Label Studio as COCO, or as YOLO with images",
        ),
        "Google's AutoML": (
            (
                r"(?im)^(\"?(train|test|validation|unassigned)\"?,)?\"?gs://[^,]+,[^,]*,[\d.]+,[\d.]+,",
            ),
            "write a table with path,class,xmin,ymin,xmax,ymax",
        ),
    },
    ".xml": {
        "dlib": ((r"<images", r"<box\s[^>]*top="), "write Pascal VOC, or a table of boxes"),
    },
    ".txt": {
        "VisDrone": (
            (r"\A(\d+,){7}\d+,?\s*$",),
            "write YOLO, Pascal VOC, or a table with path,class,xmin,ymin,xmax,ymax",
        ),
        "the MOT challenge": (
            (r"\A\d+, ?\d+(, ?-?[\d.]+){5,8}\s*$",),
            "write a table with path,class,x,y,w,h, and a column video",
        ),
        "DOTA": (
            (r"\A(imagesource:[^§]*|gsd:[^§]*)?([\d.]+ ){8}[A-Za-z][\w-]* \d\s*$",),
            "write YOLO with oriented boxes (a class and eight shares a line)",
        ),
        "YOLO for Keras": (
            (r"(?im)\A[^\n]*\.(jpe?g|png|bmp|tiff?|webp)( \d+,\d+,\d+,\d+,\d+)+\s*$",),
            "write YOLO, Pascal VOC, or a table with path,xmin,ymin,xmax,ymax,class",
        ),
    },
}
"""By extension and name: what its beginning holds, all of it, and what mends it."""


def refuse_foreign(files: Sequence[Path]) -> None:
    """Raise `DataError` where one of the first files of each kind is of such a format."""
    for ending, formats in _SIGNS.items():
        own = [path for path in files if path.suffix.casefold() == ending]
        for path in own[:_LOOKED_AT]:
            head = _head(path)
            for name, (signs, fix) in formats.items():
                if all(re.search(sign, head, re.M) for sign in signs):
                    raise DataError(
                        "D228", f"these boxes are in the format of {name}, which is not read",
                        fix, printable(path),
                        "--task classification passes over them, and reads folders as classes",
                    )  # fmt: skip


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return ""
