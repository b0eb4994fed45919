"""Classes that the given parts test, and that nothing is learned of."""

from collections import Counter
from dataclasses import replace

from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.errors import DataError
from headstart.hostile import printable

_MOST = 0.5
"""Share of a part's rows in classes that are not learned, from which nothing can come of it."""


def with_unseen(found: Found) -> Found:
    """The same with a problem for each class that is in test or val and not in train.

    Raises `DataError` where most of the test is of such classes.
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
            "write labels alike in all parts, or draw the parts anew: --split - for a column, "
            "--parts - for folders",
            printable(examples.root) if examples.root else "",
            f"training has {', '.join(printable(n, 40) for n in sorted(learned)[:6])}",
        )
    problems = tuple(
        Problem("D292", "class", name, f"{n:,} examples in {part}, none to learn from: never right")
        for (part, name), n in odd.items()
    )
    if not problems:
        return found
    told = ", ".join(f"{printable(name, 40)} ({n:,} in {part})" for (part, name), n in odd.items())
    note = (
        f"nothing is learned of classes without training examples, so they count as wrong: {told}"
    )
    return replace(found, problems=(*found.problems, *problems)).noting(note)
