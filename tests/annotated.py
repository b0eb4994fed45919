"""The same boxes on the same pictures, written in every format."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import PIL.Image

Marks = Mapping[str, list[tuple[str, tuple[float, float, float, float]]]]
SIZE = (80, 60)
MARKS: Marks = {
    "a.png": [("cat", (4, 6, 24, 30)), ("dog", (30, 10, 70, 50))],
    "b.png": [("dog", (8, 3, 40, 33))],
    "c.png": [],
}
"""Labels and corners by picture; the last is a negative."""


def draw_pictures(
    folder: Path, names: list[str], *, blank: bool = True, size: tuple[int, int] = SIZE
) -> None:
    """Files of these names: empty where nobody opens them, else noise."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        if blank:
            (folder / name).touch()
            continue
        rng = np.random.default_rng(number)
        pixels = rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        PIL.Image.fromarray(pixels).save(folder / name)


def coco(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """One file beside the pictures; returns it."""
    draw_pictures(root, list(marks), blank=blank)
    kinds = sorted({label for some in marks.values() for label, _ in some})
    held = {
        "info": {"year": 2026},
        "images": [
            {"id": i, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
            for i, name in enumerate(marks)
        ],
        "annotations": [
            {
                "id": 10 * i + j,
                "image_id": i,
                "category_id": kinds.index(label) + 1,
                "bbox": [x, y, right - x, low - y],
                "iscrowd": 0,
            }
            for i, some in enumerate(marks.values())
            for j, (label, (x, y, right, low)) in enumerate(some)
        ],
        "categories": [{"id": i, "name": name} for i, name in enumerate(kinds, start=1)],
    }
    file = root / "_annotations.coco.json"
    file.write_text(json.dumps(held))
    return file


def voc_xml(name: str, some: list[tuple[str, tuple[float, float, float, float]]]) -> str:
    """One file's text."""
    objects = "".join(
        f"<object><name>{label}</name><difficult>0</difficult><bndbox><xmin>{x}</xmin>"
        f"<ymin>{y}</ymin><xmax>{right}</xmax><ymax>{low}</ymax></bndbox></object>"
        for label, (x, y, right, low) in some
    )
    size = f"<size><width>{SIZE[0]}</width><height>{SIZE[1]}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{objects}</annotation>"


def voc(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """A file a picture in Annotations; returns the first."""
    draw_pictures(root / "JPEGImages", list(marks), blank=blank)
    (root / "Annotations").mkdir(exist_ok=True)
    for name, some in marks.items():
        (root / "Annotations" / name).with_suffix(".xml").write_text(voc_xml(name, some))
    return (root / "Annotations" / next(iter(marks))).with_suffix(".xml")


def yolo(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """images/ and labels/ with a data.yaml; returns the first text file."""
    draw_pictures(root / "images" / "train", list(marks), blank=blank)
    labels = root / "labels" / "train"
    labels.mkdir(parents=True, exist_ok=True)
    kinds = sorted({label for some in marks.values() for label, _ in some})
    for name, some in marks.items():
        lines = [
            f"{kinds.index(label)} {(x + right) / 2 / SIZE[0]:.6f} {(y + low) / 2 / SIZE[1]:.6f} "
            f"{(right - x) / SIZE[0]:.6f} {(low - y) / SIZE[1]:.6f}"
            for label, (x, y, right, low) in some
        ]
        (labels / name).with_suffix(".txt").write_text("\n".join(lines))
    (root / "data.yaml").write_text(f"path: .\ntrain: images/train\nnames: {json.dumps(kinds)}\n")
    return (labels / next(iter(marks))).with_suffix(".txt")


def table(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """A CSV as the object detection tools of TensorFlow have it; returns it."""
    draw_pictures(root / "images", list(marks), blank=blank)
    file = root / "boxes.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"])
        for name, some in marks.items():
            for label, corners in some:
                writer.writerow([name, *SIZE, label, *corners])
            if not some:
                writer.writerow([name, *SIZE, "", "", "", "", ""])
    return file


def labelme(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """A JSON beside each picture; returns the first."""
    draw_pictures(root, list(marks), blank=blank)
    for name, some in marks.items():
        shapes = [
            {"label": label, "shape_type": "rectangle", "points": [[x, y], [right, low]]}
            for label, (x, y, right, low) in some
        ]
        sides = {"imageWidth": SIZE[0], "imageHeight": SIZE[1]}
        held = {"version": "5", "shapes": shapes, "imagePath": name, "imageData": None, **sides}
        (root / name).with_suffix(".json").write_text(json.dumps(held))
    return (root / next(iter(marks))).with_suffix(".json")


def cvat(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """One XML for all pictures; returns it."""
    draw_pictures(root / "images", list(marks), blank=blank)
    images = "".join(
        f'<image id="{i}" name="{name}" width="{SIZE[0]}" height="{SIZE[1]}">'
        + "".join(
            f'<box label="{label}" xtl="{x}" ytl="{y}" xbr="{right}" ybr="{low}" occluded="0"/>'
            for label, (x, y, right, low) in some
        )
        + "</image>"
        for i, (name, some) in enumerate(marks.items())
    )
    file = root / "annotations.xml"
    file.write_text(f"<annotations><version>1.1</version>{images}</annotations>")
    return file


def hub(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """A line a picture with all its boxes, as folders of pictures on the hub have it."""
    draw_pictures(root, list(marks), blank=blank)
    file = root / "metadata.jsonl"
    with file.open("w") as out:
        for name, some in marks.items():
            boxes = [[x, y, right - x, low - y] for _, (x, y, right, low) in some]
            told = {"bbox": boxes, "category": [label for label, _ in some]}
            out.write(json.dumps({"file_name": name, "objects": told}) + "\n")
    return file


def createml(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """One file beside the pictures; returns it."""
    draw_pictures(root, list(marks), blank=blank)
    held = []
    for name, some in marks.items():
        boxes = []
        for label, (x, y, right, low) in some:
            sides = {"width": right - x, "height": low - y}
            center = {"x": (x + right) / 2, "y": (y + low) / 2}
            boxes.append({"label": label, "coordinates": {**center, **sides}})
        held.append({"image": name, "annotations": boxes})
    file = root / "_annotations.createml.json"
    file.write_text(json.dumps(held))
    return file


def kitti(root: Path, marks: Marks = MARKS, *, blank: bool = True) -> Path:
    """A file a picture in label_2, of pictures in image_2; returns the first."""
    draw_pictures(root / "image_2", list(marks), blank=blank)
    (root / "label_2").mkdir(exist_ok=True)
    for name, some in marks.items():
        lines = [
            f"{label} 0.00 0 -1.57 {' '.join(map(str, corners))} 1.5 1.6 3.9 1.0 1.5 20.0 -1.5"
            for label, corners in some
        ]
        (root / "label_2" / name).with_suffix(".txt").write_text("\n".join(lines))
    return (root / "label_2" / next(iter(marks))).with_suffix(".txt")


FORMATS: Mapping[str, Callable[..., Path]] = {
    "coco": coco, "voc": voc, "yolo": yolo, "table": table, "labelme": labelme, "cvat": cvat,
    "hub": hub, "createml": createml, "kitti": kitti,
}  # fmt: skip
