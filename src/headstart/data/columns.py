"""Which column of a table says what: as told, else as its name and its cells suggest."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.data.column_names import (
    CALLED,
    ENDS,
    GROUPS,
    LABELS,
    PAIRS,
    PATHS,
    RATINGS,
    SOURCES,
    STARTS,
    TEXTS,
    plain,
)
from headstart.data.column_settings import Columns
from headstart.data.path_columns import moved_in, paths_in, sample_of
from headstart.data.shelter import Shelter
from headstart.data.sounds import ENDINGS
from headstart.data.spans import seconds_in
from headstart.data.split_columns import guess_split, odd_splits
from headstart.data.tables import Sheet, missing
from headstart.data.unknown_columns import (
    WORDS,
    holds_addresses,
    listed,
    may_be_labels,
    nameless_label,
    unknown,
    words_in_cells,
)
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of

NO_COLUMN = -1
_TEXTS: Mapping[LabelForm | None, tuple[str, ...]] = {
    LabelForm.TEXT: SOURCES,
    LabelForm.WORD_TAGS: ("tokens", "words", *TEXTS),
}
"""What texts with such labels are called."""


@dataclass(frozen=True)
class Chosen:
    """Places of the columns in a table; -1 for none."""

    path: int = NO_COLUMN
    label: int = NO_COLUMN
    split: int = NO_COLUMN
    group: int = NO_COLUMN
    text: int = NO_COLUMN
    start: int = NO_COLUMN
    end: int = NO_COLUMN
    second: int = NO_COLUMN


def choose(sheet: Sheet, columns: Columns, shelter: Shelter) -> tuple[Chosen, tuple[str, ...]]:
    """Places of the columns, and what was guessed; `shelter` knows a cell with an example.

    Raises `DataError` for a name that no column or more than one has, and where no guess is good.
    """
    named = (columns.path, columns.label, columns.split, columns.group, columns.text)
    told = (*named, columns.start, columns.end, columns.second)
    chosen = Chosen(*(NO_COLUMN if name in ("", "-") else place_of(sheet, name) for name in told))
    if not columns.path and not columns.text:
        chosen = _guess_examples(sheet, chosen, shelter, columns.task)
        first = sheet.columns[chosen.path] if chosen.path != NO_COLUMN else ""
        if shelter.names_source(first):  # the first line is an example
            raise unknown(sheet, "files", "path", shelter)
    if not columns.start and not columns.end and chosen.path != NO_COLUMN:
        chosen = _guess_span(sheet, chosen)
    if columns.split == "":
        free = _free(sheet, chosen)
        labeled = chosen.label != NO_COLUMN or bool(_called(sheet, LABELS, free))
        split = guess_split(sheet, free, columns.parts, labeled=labeled)
        chosen = replace(chosen, split=split)
    if not columns.label:
        own = form_of(columns.task) is LabelForm.OWN_TEXT  # a text is what is to be said
        label = chosen.text if own else _guess_label(sheet, chosen, columns.task, shelter)
        chosen = replace(chosen, label=label)
        if not columns.text and _is_headless(sheet, chosen):
            raise unknown(sheet, "texts: the first line looks like an example", "text", shelter)
    if columns.group == "":
        chosen = replace(chosen, group=_guess_group(sheet, chosen))
    return chosen, _notes(sheet, columns, chosen)


def _guess_examples(sheet: Sheet, chosen: Chosen, shelter: Shelter, task: str) -> Chosen:
    """The column that names files; else the one that holds texts; else what is called as files."""
    free = _free(sheet, chosen)
    form = form_of(task)
    # lists of words would pass for things in memory, and what is said for what it is said of
    if form is LabelForm.WORD_TAGS or (
        form is not LabelForm.TRANSCRIPT and not paths_in(sheet, free, shelter)
    ):
        text = _guess_text(sheet, chosen, free, task)
        if text:
            return text
    return replace(chosen, path=guess_path(sheet, chosen, shelter))


def _guess_text(sheet: Sheet, chosen: Chosen, free: Sequence[int], task: str) -> Chosen | None:
    """The column that holds texts, or the two; None where none does."""
    form = form_of(task)
    single = form in (LabelForm.TEXT, LabelForm.WORD_TAGS)
    pair = None if single else _pair(sheet, free)
    if pair and chosen.second == NO_COLUMN:
        return replace(chosen, text=pair[0], second=pair[1])
    words = {i: words_in_cells(sample_of(sheet, i)) for i in free}
    names = _TEXTS.get(form, TEXTS)
    called = [i for i in _called(sheet, names, free) if words[i] > 0]
    long = [i for i in free if words[i] >= WORDS]
    if called or len(long) == 1:
        return replace(chosen, text=(called or long)[0])
    return None


def _is_headless(sheet: Sheet, chosen: Chosen) -> bool:
    """Whether the names on top are a text of several words and a label that others have, too."""
    if chosen.text == NO_COLUMN or len(sheet.columns[chosen.text].split()) < WORDS:
        return False
    return sheet.columns[chosen.label] in {str(cell) for cell in sheet.cells(chosen.label)}


def _pair(sheet: Sheet, free: Sequence[int]) -> tuple[int, int] | None:
    """Two columns whose names go together."""
    for names in PAIRS:
        first, second = (_called(sheet, (name,), free) for name in names)
        if first and second:
            return first[0], second[0]
    return None


def guess_path(sheet: Sheet, chosen: Chosen, shelter: Shelter) -> int:
    """The column that names the examples: by its cells, else by its name.

    Raises `DataError` where neither says it.
    """
    free = _free(sheet, chosen)
    called = _called(sheet, PATHS, free)
    found = paths_in(sheet, free, shelter) or moved_in(sheet, free, called, shelter) or called
    if not found:
        raise unknown(sheet, "files", "path", shelter)
    place = min(found, key=lambda i: called.index(i) if i in called else len(called))
    if holds_addresses(sheet, place):
        raise unknown(sheet, "files", "path", shelter)
    return place


def place_of(sheet: Sheet, name: str) -> int:
    """The one column of this name, in any case. Raises `DataError`."""
    places = [i for i, own in enumerate(sheet.columns) if own == name]
    places = places or [i for i, own in enumerate(sheet.columns) if plain(own) == plain(name)]
    if not places:
        by = {plain(own): own for own in sheet.columns}
        close = [by[one] for one in difflib.get_close_matches(plain(name), by, n=1)]
        nearest = f"did you mean {printable(close[0])}? " if close else ""
        raise DataError(
            "D108",
            f"no column is called {printable(name)!r}",
            f"{nearest}name one of: {listed(sheet.columns)}",
            sheet.name,
        )
    if len(places) > 1:
        raise DataError(
            "D109",
            f"{len(places)} columns are called {printable(name)!r}",
            "give each column a name of its own",
            sheet.name,
        )
    return places[0]


def _guess_span(sheet: Sheet, chosen: Chosen) -> Chosen:
    """Columns of these names, if their cells are numbers, beside files of recordings."""
    free = _free(sheet, chosen)
    pair = [_called(sheet, names, free)[:1] for names in (STARTS, ENDS)]
    files = [Path(str(cell)).suffix.casefold() in ENDINGS for cell in sheet.cells(chosen.path)]
    if not all(pair) or 2 * sum(files) <= len(files):
        return chosen
    start, end = (place[0] for place in pair)
    numbers = [seconds_in(cell) for place in (start, end) for cell in sheet.cells(place)]
    fine = sum(number is not None for number in numbers)
    return replace(chosen, start=start, end=end) if 2 * fine > len(numbers) else chosen


def _guess_label(sheet: Sheet, chosen: Chosen, task: str, shelter: Shelter) -> int:
    free = _free(sheet, chosen)
    called = _called(sheet, CALLED.get(form_of(task), LABELS), free)
    if not called and chosen.text != NO_COLUMN:
        called = _rated(sheet, free)
    if not called and len(free) > 1:
        free = [i for i in free if i not in _called(sheet, GROUPS, free)]
    if not called and len(free) != 1 and (cells := nameless_label(sheet, free)) >= 0:
        return cells
    if not called and len(free) != 1:
        raise unknown(sheet, "labels", "label", shelter)
    return place_of(sheet, sheet.columns[called[0]]) if called else free[0]


def _rated(sheet: Sheet, free: Sequence[int]) -> list[int]:
    """Columns that are called as ratings are, unless another may hold labels, too."""
    called = _called(sheet, RATINGS, free)
    others = [i for i in free if i not in called and plain(sheet.columns[i]) not in GROUPS]
    return [] if any(may_be_labels(sheet, i) for i in others) else called


def _guess_group(sheet: Sheet, chosen: Chosen) -> int:
    """A column of that name, if some rows share a cell, and not all do."""
    for i in _called(sheet, GROUPS, _free(sheet, chosen)):
        cells = [str(cell) for cell in sheet.cells(i) if not missing(cell)]
        if 1 < len(set(cells)) < len(cells):
            return i
    return NO_COLUMN


def _called(sheet: Sheet, names: Sequence[str], among: Iterable[int]) -> list[int]:
    """Columns among these with one of the names, the likeliest name first."""
    found = [(names.index(name), i) for i in among if (name := plain(sheet.columns[i])) in names]
    return [i for _, i in sorted(found)]


def _free(sheet: Sheet, chosen: Chosen) -> list[int]:
    taken = {chosen.path, chosen.label, chosen.split, chosen.group, chosen.text}
    taken |= {chosen.start, chosen.end, chosen.second}
    return [i for i in range(len(sheet.columns)) if i not in taken]


def _notes(sheet: Sheet, columns: Columns, chosen: Chosen) -> tuple[str, ...]:
    roles = {
        "path": (columns.path, chosen.path),
        "label": (columns.label, chosen.label),
        "split": (columns.split, chosen.split),
        "group": (columns.group, chosen.group),
        "text": (columns.text, chosen.text),
        "second": (columns.second, chosen.second),
        "start": (columns.start, chosen.start),
        "end": (columns.end, chosen.end),
    }
    guessed = [
        f"{role} = {printable(sheet.columns[i])}"
        for role, (told, i) in roles.items()
        if not told and i != NO_COLUMN
    ]
    told = "--path, --text, --label, --split and --group COLUMN name others"
    lines = (f"{sheet.name}: guessed {', '.join(guessed)}; {told}",) if guessed else ()
    odd = (
        odd_splits(sheet, _free(sheet, chosen)) if columns.split == "" and chosen.split < 0 else ()
    )
    return (*lines, *odd, *_one_group(sheet, chosen, asked=columns.group))


def _one_group(sheet: Sheet, chosen: Chosen, asked: str) -> tuple[str, ...]:
    """What is told of a column that is called as groups are, and holds one."""
    if asked or chosen.group != NO_COLUMN:
        return ()
    called = _called(sheet, GROUPS, _free(sheet, chosen))
    alike = [i for i in called if len(set(map(str, sheet.cells(i)))) == 1 < len(sheet.rows)]
    if not alike:
        return ()
    name = printable(sheet.columns[alike[0]])
    return (
        f"{sheet.name}: {name} says the same of every row, so it is not taken for groups: rows "
        f"count as independent, and nothing says how another {name} would differ",
    )
