"""Files that hold several pictures, as one example a page."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from headstart.counting import counted
from headstart.data import Found, InMemory, Page, Source
from headstart.errors import HeadstartError, UsageError
from headstart.hostile import printable
from headstart.modality.opening import bytes_of, file_in, guarded

_ENDINGS = frozenset({".tif", ".tiff", ".gif", ".webp", ".png", ".apng", ".avif"})
MOST_PAGES = 10_000
"""Of one file, at most; the others are told and left."""
WHICH = ("", "first", "all")


def with_pages(found: Found, which: str) -> Found:
    """The same with an example for each page of a file, where all are asked for.

    Pages of one file are one group, so that no split tears them. Raises `UsageError` for a word
    that is neither "first" nor "all".
    """
    if which not in WHICH:
        raise UsageError("U405", f"pages are first or all, not {printable(which)!r}", "--pages all")
    examples = found.examples
    if which != "all" or found.holds != "files":
        return found
    counts = [page_count(source) for source in examples.sources]
    if max(counts, default=1) < 2:
        return found.noting("no file holds several pictures")
    rows = [row for row, count in enumerate(counts) for _ in range(count)]
    taken = examples.take(rows)
    groups = examples.groups or ("",) * len(examples)
    own = [groups[row] or (examples.name(row) if counts[row] > 1 else "") for row in rows]
    pages = tuple(page for i, n in enumerate(counts) for page in _pages(examples.sources[i], n))
    many = sum(count > 1 for count in counts)
    note = (
        f"{counted(many, 'file holds', 'files hold')} {sum(c for c in counts if c > 1):,} "
        "pictures: each is an example"
    )
    return replace(found, examples=replace(taken, sources=pages, groups=tuple(own))).noting(note)


def page_count(source: Source) -> int:
    """How many pictures a file holds; 1 where it is none, or can't be read."""
    if not isinstance(source, Path) or source.suffix.casefold() not in _ENDINGS:
        return 1
    try:
        content = bytes_of(source, source.name)
        with guarded(source.name):
            file, _ = file_in(content, source.name)
            with file:
                return max(1, min(int(getattr(file, "n_frames", 1)), MOST_PAGES))
    except HeadstartError:  # whoever reads it says what is wrong with it
        return 1


def _pages(source: Source, count: int) -> Iterator[Source]:
    if count < 2 or not isinstance(source, Path):
        yield source
        return
    for number in range(count):
        yield InMemory(f"{source.name}, page {number + 1}", Page(source, number))
