"""Boxes that were found, as files: pictures with boxes on them, COCO's results, YOLO's labels."""

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from headstart import durable
from headstart.data import Source
from headstart.hostile import printable
from headstart.modality import size_of
from headstart.modality.decoding import decode
from headstart.run.answers import COCO, Answer, Judged, write
from headstart.run.box_settings import BoxSettings
from headstart.task import FoundBox

YOLO_NAMES, YOLO_LABELS = "data.yaml", "labels"
"""The file with the names of classes, and the folder with a file for each picture."""
_WHITE = (255, 255, 255)
_COLORS = ("#e6194b", "#0a7d36", "#1f5fd0", "#b8450b", "#7d1f9e", "#00727a", "#a8006c", "#5c5c00")
_JPEGS = (".jpg", ".jpeg")
_QUALITY = 92


class CocoResult(TypedDict):
    """A box as COCO's results have it."""

    image_id: int | str
    category_id: int
    bbox: list[float]
    """Left, top, width and height in pixels."""
    score: float
    file_name: str
    category: str


def write_all(found: Judged, out: Path | None, boxes: BoxSettings) -> None:
    """Everything that was asked for: a table or COCO's results, YOLO's labels, drawn pictures."""
    if out and out.suffix.casefold() == COCO:
        results = coco_results(found.answers, found.classes)
        durable.write(out, durable.to_json(results) + "\n")
    elif out:
        write(out, found.answers, located=found.located, top=found.top)
    if boxes.yolo:
        write_yolo(Path(boxes.yolo), found.answers, found.classes)
    if boxes.draw:
        draw(Path(boxes.draw), found.answers, found.classes)


def coco_results(answers: Iterable[Answer], classes: Sequence[str]) -> list[CocoResult]:
    """A record for each box. Categories are numbered from 1 in the order of the model's classes.

    A picture's id is the number that its file is called by, as in COCO; else its name.
    """
    found = list[CocoResult]()
    for answer in answers:
        stem = Path(answer.question.name).stem
        picture = int(stem) if stem.isascii() and stem.isdigit() else answer.question.name
        for box in _boxes(answer):
            x0, y0, x1, y1 = box.box
            found.append(
                {
                    "image_id": picture,
                    "category_id": 1 + classes.index(box.label),
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "score": box.probability,
                    "file_name": answer.question.name,
                    "category": box.label,
                }
            )
    return found


def write_yolo(folder: Path, answers: Sequence[Answer], classes: Sequence[str]) -> None:
    """A file of labels for each picture that was read, and one of the names of classes.

    The file of names says that pictures lie in `images`, where somebody may put them to learn from
    these labels. A line holds class, middle, width and height as shares of the picture, and the
    probability. A picture without boxes has an empty file.
    """
    read = [answer for answer in answers if answer.prediction]
    for answer, name in zip(read, names_in([_source(a) for a in read], ".txt"), strict=True):
        width, height = size_of(_source(answer))
        lines = []
        for box in _boxes(answer):
            x0, y0, x1, y1 = box.box
            places = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height)
            sides = ((x1 - x0) / width, (y1 - y0) / height)
            numbers = " ".join(f"{number:.6f}" for number in (*places, *sides, box.probability))
            lines.append(f"{classes.index(box.label)} {numbers}\n")
        _write(folder / YOLO_LABELS / name, "".join(lines).encode())
    names = [f"  {i}: {durable.to_json(printable(name))}\n" for i, name in enumerate(classes)]
    _write(folder / YOLO_NAMES, "".join(["train: images\n", "names:\n", *names]).encode())


def draw(folder: Path, answers: Sequence[Answer], classes: Sequence[str]) -> None:
    """A copy of each picture that was read, upright, with its boxes on it."""
    read = [answer for answer in answers if answer.prediction]
    for answer, name in zip(read, names_in([_source(a) for a in read], ""), strict=True):
        picture = drawn(decode(_source(answer), _WHITE, lambda size: size).picture, answer, classes)
        held = io.BytesIO()
        jpeg = name.suffix.casefold() in _JPEGS
        picture.save(held, "JPEG" if jpeg else "PNG", **({"quality": _QUALITY} if jpeg else {}))
        _write(folder / name, held.getvalue())


def drawn(picture: PIL.Image.Image, answer: Answer, classes: Sequence[str]) -> PIL.Image.Image:
    """A copy of a picture with the boxes of an answer, the likeliest on top."""
    copy = picture.copy()
    pen, line = PIL.ImageDraw.Draw(copy), max(2, round(max(copy.size) / 300))
    font = PIL.ImageFont.load_default(size=max(10, 5 * line))
    for box in _boxes(answer)[::-1]:
        color = _COLORS[classes.index(box.label) % len(_COLORS)]
        x0, y0, x1, y1 = box.box
        pen.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=color, width=line)
        words = f"{printable(box.label, 40)} {box.probability:.0%}"
        left, top, right, low = pen.textbbox((0, 0), words, font=font)
        at = x0, max(0.0, y0 - (low - top) - 2 * line)
        pen.rectangle((*at, at[0] + right - left + 2 * line, at[1] + low - top + line), fill=color)
        pen.text((at[0] + line - left, at[1] + line / 2 - top), words, fill="white", font=font)
    return copy


def names_in(sources: Sequence[Source], ending: str) -> list[Path]:
    """A file's name for each source, as the sources lie below the folder that holds them all.

    With no ending JPEGs keep theirs, and others get that of PNGs. Names that would be the same get
    the source's whole name before the ending; then a number.
    """
    files = [Path(os.path.abspath(s)) for s in sources if isinstance(s, Path)]  # noqa: PTH100 - links stay
    root = Path(os.path.commonpath([file.parent for file in files])) if files else Path()
    names, taken = list[Path](), set[str]()
    for number, source in enumerate(sources, start=1):
        inside = Path(os.path.abspath(source)).relative_to(root) if isinstance(source, Path) else (  # noqa: PTH100
            Path(f"item-{number}.png")
        )  # fmt: skip
        kept = ending or (inside.suffix if inside.suffix.casefold() in _JPEGS else ".png")
        tries = [inside.with_suffix(kept), inside.with_name(inside.name + kept)]
        tries.append(inside.with_name(f"{inside.stem}-{number}{kept}"))
        name = next(t for t in tries if str(t).casefold() not in taken)
        taken.add(str(name).casefold())
        names.append(name)
    return names


def _boxes(answer: Answer) -> tuple[FoundBox, ...]:
    return (answer.prediction.boxes or ()) if answer.prediction else ()


def _source(answer: Answer) -> Source:
    assert answer.question.source is not None  # it was read
    return answer.question.source


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, content)
