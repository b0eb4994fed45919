"""What annotations say, as examples of object detection."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from headstart.counting import counted
from headstart.data.annotations import Annotated, Annotations
from headstart.data.box_audit import ToldBoxTruth
from headstart.data.boxes import boxes_of
from headstart.data.examples import Examples, name_of
from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.data.records import alike
from headstart.errors import DataError, UsageError
from headstart.hostile import printable
from headstart.task_names import LabelForm, task_of

NEGATIVES = ("annotated", "all")
"""Pictures that count as such: those whose annotation is empty, or those without any as well."""
_WORD = 4
"""Names of so many letters may be told apart by another letter; shorter ones often are."""


def found_boxes(told: Annotations, negatives: str = "") -> Found:
    """Examples with boxes: pictures without any annotation are left out and listed.

    With `negatives` "all" they count as pictures without boxes. Raises `DataError` where there is
    no box, `UsageError` for another word.
    """
    if negatives not in ("", *NEGATIVES):
        raise UsageError(
            "U186", f"no negatives are called {printable(negatives)!r}", "--negatives all",
            why=f"it is one of {', '.join(NEGATIVES)}",
        )  # fmt: skip
    every = negatives == "all"
    bare = [picture for picture in told.pictures if picture.boxes is None]
    kept = list(told.pictures) if every else [p for p in told.pictures if p.boxes is not None]
    if not told.names:
        torn = [p for p in told.problems if p.code in ("D230", "D231", "D236")]
        what = f"{counted(len(told.pictures), 'picture')}, and no box on any of them"
        raise DataError(
            "D249", f"no box of {len(torn):,} can be read, or has a picture" if torn else what,
            "mend what stands below" if torn else "draw boxes on some of them",
            printable(told.root) if told.root else told.form,
            "; ".join(f"{problem.name}: {problem.reason}" for problem in told.problems[:3]),
        )  # fmt: skip
    kept, again = _once(kept, told.root)
    problems = [
        *told.problems,
        *again,
        *_names(told.names),
        *([] if every else _bare(bare, told.root)),
    ]
    examples = _examples(kept, told)
    notes = _notes(told, len(bare), every=every)
    return Found(examples, tuple(problems), told.form).noting(*notes)


def _examples(kept: Sequence[Annotated], told: Annotations) -> Examples:
    none = boxes_of([], [])
    truth = ToldBoxTruth(
        told.names,
        tuple(none if p.boxes is None else p.boxes for p in kept),
        tuple(p.size for p in kept),
        tuple(p.shares for p in kept),
    )
    parts, groups = tuple(p.part for p in kept), tuple(p.group for p in kept)
    return Examples(
        tuple(p.source for p in kept),
        truth,
        groups if any(groups) else (),
        parts if any(parts) else (),
        told.root,
        told.assigned_by if any(parts) else "",
        task_of(LabelForm.BOXES),
    )


def _notes(told: Annotations, bare: int, *, every: bool) -> Iterable[str]:
    without = f"{counted(bare, 'picture')} without any annotation"
    pictures = counted(len(told.pictures) - bare, "annotated picture")
    yield f"boxes from {told.form}: {pictures}; --task classification reads folders as classes"
    if bare and every:
        yield f"taken for negatives: {without} (--negatives all)"
    elif bare:
        yield f"left out: {without}; --negatives all takes such"
    yield from told.notes


def _bare(pictures: Sequence[Annotated], root: Path | None) -> Iterable[Problem]:
    for picture in pictures:
        why = "has no annotation, not even an empty one; left out"
        yield Problem("D248", "unlabeled", name_of(picture.source, root), why)


def _once(kept: Sequence[Annotated], root: Path | None) -> tuple[list[Annotated], list[Problem]]:
    """A picture that is annotated twice, in the place of its first annotation, with all boxes."""
    first: dict[object, int] = {}
    found, problems = list[Annotated](), list[Problem]()
    for picture in kept:
        place = first.setdefault(_key(picture), len(found))
        if place == len(found):
            found.append(picture)
            continue
        name = name_of(picture.source, root)
        problems.append(Problem("D251", "label", name, "is annotated twice; boxes are joined"))
        found[place] = _joined(found[place], picture)
    return found, problems


def _key(picture: Annotated) -> object:
    return picture.source if isinstance(picture.source, Path) else id(picture.source)


def _joined(one: Annotated, other: Annotated) -> Annotated:
    if one.boxes is None or other.boxes is None or one.shares != other.shares:
        return one
    boxes = boxes_of(
        [*one.boxes.corners.tolist(), *other.boxes.corners.tolist()],
        [*one.boxes.labels.tolist(), *other.boxes.labels.tolist()],
        [*one.boxes.ignored.tolist(), *other.boxes.ignored.tolist()],
    )
    return replace(one, boxes=boxes)


def _names(names: Sequence[str]) -> Iterable[Problem]:
    """Names that a person would take for one another, or that differ by a letter."""
    yield from alike(names)
    plain = {name: _plain(name) for name in names}
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            if plain[name] != plain[other] and by_a_letter(plain[name], plain[other]):
                why = f"differs from class {printable(name)!r} by a letter; kept apart"
                yield Problem("D246", "label", other, why)
    spelled = defaultdict[str, list[str]](list)
    for name in names:
        spelled[re.sub(r"[\s_-]+", "", plain[name])].append(name)
    for first, *others in spelled.values():
        for other in others:
            if plain[other] != plain[first]:
                why = f"differs from class {printable(first)!r} by blanks; kept apart"
                yield Problem("D252", "label", other, why)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def by_a_letter(one: str, other: str) -> bool:
    """Whether two names differ by one letter that is more, less or another; numbers are no letters.

    >>> by_a_letter("racoon", "raccoon"), by_a_letter("wbc", "rbc"), by_a_letter("pin 1", "pin 2")
    (True, False, False)
    """
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or len(long) < _WORD:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    letters = {*long[at : at + 1], *(short[at : at + 1] if len(short) == len(long) else "")}
    if not all(letter.isalpha() for letter in letters):
        return False
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
