"""Classes that the given parts test, and that nothing is learned of; and classes to leave out."""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from headstart.counting import counted
from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.data.truth import ClassTruth
from headstart.errors import DataError, UsageError
from headstart.hostile import printable

_MOST = 0.5
"""Share of a part's rows in classes that are not learned, from which nothing can come of it."""


def with_unseen(found: Found) -> Found:
    """The same with a problem for each class that is in test or val and not in train.

    Classes that the test lacks are told. Raises `DataError` where most of the test is of classes
    that nothing is learned of.
    """
    examples = found.examples
    truth, parts = examples.truth, examples.parts
    if not truth.one_class or "train" not in parts:
        return found
    of = Counter((parts[row], truth.written(row)) for row in range(len(examples)))
    learned = {name for part, name in of if part in ("train", "")}
    odd = {(p, name): n for (p, name), n in of.items() if name not in learned}
    tested = sum(n for (part, _), n in of.items() if part == "test")
    lost = {name: n for (part, name), n in odd.items() if part == "test"}
    if tested and sum(lost.values()) > _MOST * tested:
        names = ", ".join(printable(name, 40) for name in list(lost)[:6])
        raise DataError(
            "D291",
            f"{sum(lost.values()):,} of {tested:,} test examples are of classes that have no "
            f"training examples: {names}",
            f"write labels alike in all parts, leave them out (--without {','.join(lost)}), or "
            "draw the parts anew: --split - for a column, --parts - for folders",
            printable(examples.root) if examples.root else "",
            f"training has {', '.join(printable(n, 40) for n in sorted(learned)[:6])}",
        )
    problems = tuple(
        Problem(
            "D292",
            "class",
            name,
            f"{counted(n, 'example')} in {part}, none to learn from: never right",
        )
        for (part, name), n in odd.items()
    )
    found = _with_untested(found, of)
    if not problems:
        return found
    told = ", ".join(f"{printable(name, 40)} ({n:,} in {part})" for (part, name), n in odd.items())
    note = (
        f"nothing is learned of classes without training examples, so they count as wrong: {told}; "
        "--without CLASS leaves one out"
    )
    return replace(found, problems=(*found.problems, *problems)).noting(note)


def _with_untested(found: Found, of: Counter[tuple[str, str]]) -> Found:
    """Told of classes that are learned and that the given test has no example of."""
    tested = {name for part, name in of if part == "test"}
    learned = {name: n for (part, name), n in of.items() if part == "train"}
    lacking = {name: n for name, n in learned.items() if name not in tested}
    if not tested or not lacking:
        return found
    shown = [f"{printable(name, 40)} ({n:,})" for name, n in list(lacking.items())[:6]]
    more = f", and {len(lacking) - 6:,} more" if len(lacking) > 6 else ""
    return found.noting(
        f"the test has no example of {len(lacking):,} of {len(learned):,} classes, so nothing is "
        f"measured of these: {', '.join(shown)}{more}; --without CLASS leaves one out"
    )


def without_classes(found: Found, names: Sequence[str]) -> Found:
    """The same without the examples of these classes, which are counted.

    Raises `UsageError` for a class that is not there, and where labels are no classes.
    """
    examples = found.examples
    if not names:
        return found
    if not isinstance(examples.truth, ClassTruth):
        raise UsageError("U401", "only classes can be left out", "leave --without out")
    classes = examples.truth.names
    names = [name if name in classes else name.strip() for name in names]
    if wrong := [name for name in names if name not in classes]:
        close = difflib.get_close_matches(wrong[0], classes, n=1, cutoff=0.5)
        raise UsageError(
            "U402",
            f"there is no class {printable(wrong[0])!r} to leave out",
            f"--without {printable(close[0] if close else classes[0])}",
            why=f"there are {', '.join(printable(name, 40) for name in classes[:8])}",
        )
    kept = [name for name in classes if name not in names]
    if len(kept) < examples.truth.least:
        raise UsageError(
            "U403",
            f"{counted(len(kept), 'class', 'classes')} would be left, two are needed",
            "leave out fewer",
        )
    rows = [i for i in range(len(examples)) if classes[examples.truth.indexes[i]] in kept]
    left = examples.take(rows)
    indexes = tuple(kept.index(classes[examples.truth.indexes[i]]) for i in rows)
    gone = len(examples) - len(rows)
    note = (
        f"{counted(gone, 'example')} of {', '.join(map(_spelled, names))} "
        f"{'is' if gone == 1 else 'are'} left out (--without)"
    )
    return replace(found, examples=replace(left, truth=ClassTruth(tuple(kept), indexes))).noting(
        note
    )


def _spelled(name: str) -> str:
    """A name with quotes where blanks around it would not be seen."""
    return printable(name) if name == name.strip() else repr(printable(name))
