"""Which license a model leaves under: the stricter of its parts'."""

from collections.abc import Sequence

from headstart.errors import UsageError
from headstart.hostile import printable

NOTHING = frozenset({"none"})
"""Of weights that were drawn at random: nobody's."""
_FREE = {"cc0-1.0": 0, "unlicense": 0, "0bsd": 0, "mit": 1, "isc": 1, "bsd-2-clause": 1}
_FREE |= {"bsd-3-clause": 1, "zlib": 1, "bsl-1.0": 1, "cc-by-3.0": 2, "cc-by-4.0": 2}
_FREE |= {"apache-2.0": 3, "odc-by": 2, "cdla-permissive-2.0": 1}
_ALIKE = {"cc-by-sa-3.0", "cc-by-sa-4.0", "mpl-2.0", "lgpl-3.0", "gpl-2.0", "gpl-3.0", "agpl-3.0"}
"""Whoever passes these on does so under the same license: two different ones do not go together."""


def inherited(parts: Sequence[tuple[str, str]], stated: str = "") -> str:
    """The license of what these parts went into: each is what it is, and under which license.

    `stated` is the publisher's own word and settles it. Raises `UsageError` where a part's license
    is unknown, forbids commercial use, or does not go with another's.

    >>> inherited([("the backbone", "MIT"), ("the data", "CC-BY-4.0")])
    'cc-by-4.0'
    """
    if stated:
        return _plain(stated)
    known = [(what, _plain(word)) for what, word in parts if _plain(word) not in NOTHING]
    for what, word in known:
        if word not in _FREE and word not in _ALIKE:
            raise _unsettled(f"{what} is under a license that {_trouble(word)}: {printable(word)}")
    strict = sorted({word for _, word in known if word in _ALIKE})
    if len(strict) > 1:
        raise _unsettled(f"{' and '.join(strict)} do not go together")
    plain = sorted((_FREE[word], word) for _, word in known if word in _FREE)
    if not known:
        raise _unsettled("nothing that went into it has a license")
    return strict[0] if strict else plain[-1][1]


def _plain(word: str) -> str:
    return "-".join(word.strip().lower().replace("_", "-").split()) or "unknown"


def _trouble(word: str) -> str:
    limited = "-nc" in word or "noncommercial" in word.replace("-", "")
    return "forbids commercial use" if limited else "is not known to allow it"


def _unsettled(why: str) -> UsageError:
    return UsageError(
        "U181",
        "the license of this model does not follow from its parts",
        "--license NAME, once you have made sure: --license apache-2.0",
        why=why,
    )
