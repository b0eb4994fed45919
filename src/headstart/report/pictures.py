"""Pictures inside a page: each once, however often it appears, as rules of a style sheet."""

import base64
from collections.abc import Iterable, Mapping, Sequence

from headstart.evaluate import Shown

PICTURE_BYTES = 2_100_000
"""All pictures of a page together, before base64 adds a third."""
DOUBTED_BYTES = 400_000
"""Those of labels that look wrong, besides."""
_PICTURES = {"image/png", "image/jpeg"}


def kept_of(shown: Sequence[Shown], most: int = PICTURE_BYTES) -> frozenset[int]:
    """Positions that fit into the page's size: mistakes first, then in the order given."""
    order = sorted(range(len(shown)), key=lambda i: shown[i].right)
    kept, seen, size = set(), set(), 0
    for i in order:
        size += 0 if shown[i].data in seen else len(shown[i].data)
        if size > most:
            break
        seen.add(shown[i].data)
        kept.add(i)
    return frozenset(kept)


def pictures_of(
    shown: Sequence[Shown], kept: Iterable[int], prefix: str = "p"
) -> tuple[str, Mapping[int, str]]:
    """A style rule for each different picture, and the class that shows position i."""
    rules: dict[bytes, tuple[str, str]] = {}
    classes = {}
    for i in sorted(kept):
        if shown[i].mime not in _PICTURES:
            continue
        name = f"{prefix}{len(rules)}"
        coded = base64.b64encode(shown[i].data).decode()
        rule = f".{name}{{background-image:url(data:{shown[i].mime};base64,{coded})}}"
        classes[i] = rules.setdefault(shown[i].data, (name, rule))[0]
    return "\n".join(rule for _, rule in rules.values()), classes
