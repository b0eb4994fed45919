"""Whatever a user points at, as examples."""

from pathlib import Path

from headstart.data import Columns, Found, Frame, find, from_frame


def found_at(place: Path | str | Found | Frame, columns: Columns, root: Path) -> Found:
    """Examples in a folder, a table, an archive, a DataFrame, or in what is found already."""
    if isinstance(place, Found):
        return place
    if isinstance(place, Frame):
        return from_frame(place, columns)
    return find(Path(place), columns, cache=root)
