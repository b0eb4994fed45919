"""Whatever a user points at, as examples."""

from pathlib import Path

from headstart.data import Columns, Found, Frame, find, from_frame, meant


def found_at(place: Path | str | Found | Frame, columns: Columns, root: Path) -> Found:
    """Examples in a folder, a table, an archive, a DataFrame, or in what is found already."""
    if isinstance(place, Found):
        found = place
    elif isinstance(place, Frame):
        found = from_frame(place, columns)
    else:
        found = find(Path(place), columns, cache=root)
    return meant(found, columns.task)
