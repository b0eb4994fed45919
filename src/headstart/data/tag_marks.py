"""What stands between the tags of a label: commas, semicolons, words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

USUAL = ";|"
"""What always parts tags."""
_STRONG = (USUAL, ",", ";|,", "/", ";|,/", "+", "&", "\n", "\t", "、，")
"""Marks of which each parts tags; the first of equals is taken."""
_PATTERNS: Mapping[str, str] = {
    " - ": r"\s+[-–—]\s+",
    "::": "::",
    ":": ":",
    " and ": r"\s+(?:and|und|et|y|e|og|och|en|&)\s+",
    ", and": r",|\s+(?:and|und|et|y|e|og|och|en|&)\s+",
    "_": "_",
}
_WEAK = (*_PATTERNS, " ")
"""Marks that names have, too: they part tags where each tag is also a label by itself."""


def shown(marks: str) -> str:
    """Marks as they are told."""
    return repr(marks) if marks in _WEAK else " and ".join(map(repr, marks))


def split_by(label: str, marks: str) -> list[str]:
    """The pieces of a label between marks, each once."""
    pieces = re.split(_PATTERNS.get(marks, f"[{re.escape(marks)}]"), label)
    return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def separator_of(labels: Sequence[str]) -> str:
    """The marks that leave the fewest different tags; of equals the first, ";" and "|"."""
    different = {
        marks: len({tag for label in labels for tag in split_by(label, marks)})
        for marks in (*_STRONG, *_WEAK)
        if marks in _STRONG or _may_part(labels, marks)
    }
    fewest = min(different.values())
    return next(marks for marks, count in different.items() if count == fewest)


def are_lists(labels: Sequence[str]) -> bool:
    """Whether several labels are tags with ";" or "|" between them, most of which come again."""
    lists = [split_by(name, USUAL) for name in dict.fromkeys(labels)]
    long = [tags for tags in lists if len(tags) > 1]
    often = Counter(tag for tags in lists for tag in tags)
    shared = sum(often[tag] > 1 for tags in long for tag in tags)
    return len(long) > 1 and shared * 2 > sum(map(len, long))


def many_in(counts: dict[str, int]) -> tuple[str, tuple[str, ...]]:
    """The mark and the tags that labels look like combinations of; nothing where they do not.

    Tags have at most three words, come again, and are fewer than half of the different labels.
    """
    for marks in (*_STRONG[1:], *_WEAK):
        often = Counter[str]()
        lists = {label: split_by(label, marks) for label in counts}
        for label, tags in lists.items():
            often.update(dict.fromkeys(tags, counts[label]))
        several = [label for label, tags in lists.items() if len(tags) > 1]
        short = all(len(tag.split()) <= 3 for tag in often)
        again = sum(often[tag] > 1 for tag in often)
        few = 2 * len(often) < len(counts) and len(several) > 2
        fits = marks in _STRONG or _may_part(list(counts), marks)
        if several and short and few and fits and 2 * again > len(often):
            return marks, tuple(often)
    return "", ()


def _may_part(labels: Sequence[str], marks: str) -> bool:
    """Whether such marks part tags and not words of a name: each piece is a label, too."""
    pieces = {tag for label in labels for tag in split_by(label, marks)}
    marked = marks == " " and all(piece.startswith(("#", "@")) for piece in pieces)
    return marked or pieces <= {label.strip() for label in labels}
