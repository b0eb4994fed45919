"""Parts of recordings, as rows of a table name them: from when, to when."""

import math


def span_of(start: object, end: object) -> tuple[float, float] | None:
    """Seconds that two cells name; None where they are no part of a recording."""
    begin, stop = seconds_in(start), seconds_in(end)
    return (begin, stop) if begin is not None and stop is not None and 0 <= begin < stop else None


def seconds_in(cell: object) -> float | None:
    """A finite number; None where the cell holds none."""
    try:
        found = float(cell)  # type: ignore[arg-type]  # what is no number says so
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None
