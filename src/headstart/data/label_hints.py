"""What is told of labels that may be meant otherwise: values, tags, names for nothing, twins."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from headstart.counting import counted
from headstart.data.label_objects import told_of_objects
from headstart.data.tag_marks import many_in, shown
from headstart.hostile import printable

FEW_VALUES = 10
"""Up to so many different numbers are classes without a word: stars, digits."""
_EACH = 10
"""Examples of each number, from which those that count up from 0 or 1 are names of classes."""
_MOSTLY = 0.8
"""Share of examples whose labels are numbers, from which the others are odd ones."""
_NOTHING = {
    *("na", "n/a", "n.a.", "nan", "null", "none", "nil", "?", "-", "--", ".", "unknown", "missing"),
    *("undefined", "unlabeled", "unlabelled", "#n/a", "#na", "<na>", "\\n", "tbd", "k.a.", "s.d."),
    *("not available", "not applicable", "no label", "nolabel", "blank", "(blank)", "<blank>"),
    *("#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "unbekannt", "k. a.", "inconnu"),
    *("inconnue", "desconocido", "desconocida", "desconhecido", "sconosciuto", "onbekend"),
    *("ukjent", "okänd", "nieznany", "неизвестно", "bilinmiyor", "未知", "不明", "알 수 없음"),
    *("unsup", "unsupervised", "not labeled"),
}
_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})*|\d+),(\d{1,2}|\d{4,})")
"""A number with a decimal comma; three digits behind it may be thousands."""
_MEASURE = re.compile(
    r"(?P<sign>[-+−]?)(?P<before>[$€£¥₹~≈<>]|(?:ca|approx|about|around|circa|etwa|env)\.?)?\s?"
    r"(?P<number>\d+([., ’']\d+)*)\s?"
    r"(?P<behind>%|°[CF]?|[€$£¥₹]|[^\W\d_]{1,12}(\.|/[^\W\d_]{1,4}|[²³])?)?"
)
"""A number as people write it: with a currency, a unit, marks between thousands."""
_FAR = 50
"""Times the distance of the quartiles from which a value is far from all others."""
_STAND_INS = {-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0, 999999.0}
"""Numbers that people write where there is none."""


def says_nothing(label: str) -> bool:
    """Whether a label is a word that stands for none."""
    return label.strip().casefold() in _NOTHING


def number_in(label: str) -> float:
    """The number that a label is; not a number for none.

    >>> number_in("-1.5"), number_in("34,5")
    (-1.5, nan)
    """
    try:
        number = float(label.replace("−", "-"))  # as people type it
    except ValueError:
        return math.nan
    return number if math.isfinite(number) and "_" not in label else math.nan


def comma_number(label: str) -> float:
    """The number of a label with a decimal comma; not a number for none.

    >>> comma_number("1.234,5"), comma_number("1,2,3")
    (1234.5, nan)
    """
    text = label.strip()
    if not _COMMA.fullmatch(text):
        return number_in(text)
    return number_in(text.replace(".", "").replace(",", "."))


def far_values(values: Sequence[float]) -> dict[int, str]:
    """The rows whose values are far from all others, with what is told of them."""
    if len(values) < 10:
        return {}
    held = np.asarray(values)
    low, middle, high = np.quantile(held, (0.25, 0.5, 0.75)).tolist()
    spread = high - low
    if spread <= 0:
        return {}
    far = np.abs(held - middle) / spread
    found = {}
    for row in np.flatnonzero((far > _FAR) | (np.isin(held, list(_STAND_INS)) & (far > 3))):
        value = held[row]
        stands = " and often stands for none" if value in _STAND_INS else ""
        found[int(row)] = (
            f"{value:g} is {far[row]:,.0f} times as far from the median ({middle:g}) as the "
            f"quartiles are from each other{stands}"
        )
    return found


def hints(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What is told of classes with so many examples each."""
    values = _bit_rows(counts) or _values(counts) or _measures(counts) or _own(counts)
    tags = told_of_objects(counts) or _tags(counts)
    return (*values, *tags, *_empty(counts), *_twins(counts))


def folder_hints(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What is told of classes that folders are called after; zeros in front make them numbers."""
    padded = any(name.startswith("0") and name.isdecimal() and len(name) > 1 for name in counts)
    values = [] if padded else _values(counts)
    empty = (
        f"{counted(counts[name], 'example lies', 'examples lie')} in {printable(name, 40)}, which "
        f"often stands for none: taken for a class; --without {printable(name, 40)} leaves it out"
        for name in counts
        if says_nothing(name)
    )
    return (*values, *empty)


def tag_hints(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What is told of tags that so many examples have."""
    empty = [
        f"{counted(counts[tag], 'example has', 'examples have')} the tag {printable(tag, 40)!r}, "
        "which often stands for none: taken for a tag; leave the cells empty where there are none"
        for tag in counts
        if says_nothing(tag)
    ]
    return (*empty, *_twins(counts))


def _bit_rows(counts: Mapping[str, int]) -> list[str]:
    """What is told of labels such as 0110."""
    lengths = {len(label) for label in counts}
    bits = all(re.fullmatch("[01]{3,}", label) for label in counts)
    if not bits or len(lengths) != 1 or len(counts) <= lengths.pop():
        return []
    return [f"labels such as {next(iter(counts))!r} look like rows of tags: --task multilabel"]


def _own(counts: Mapping[str, int]) -> list[str]:
    """What is told where nearly every example has a label of its own."""
    if len(counts) <= FEW_VALUES or len(counts) < _MOSTLY * sum(counts.values()):
        return []
    return [
        f"{len(counts):,} different labels of {sum(counts.values()):,} examples: nearly each has "
        "one of its own, as names and numbers of rows have: --label COLUMN takes another column"
    ]


def _measures(counts: Mapping[str, int]) -> list[str]:
    """What is told of labels that nearly all are numbers with one unit, currency, or marks."""
    found = {label: _MEASURE.fullmatch(label.strip()) for label in counts}
    units: dict[tuple[str, str], list[str]] = {}
    for label, match in found.items():
        if match and math.isnan(number_in(label)):
            unit = (match["before"] or "", (match["behind"] or "").casefold())
            units.setdefault(unit, []).append(label)
    if not units:
        return []
    (before, behind), same = max(units.items(), key=lambda one: len(one[1]))
    held = sum(counts[label] for label in same)
    if len(same) <= FEW_VALUES or held < _MOSTLY * sum(counts.values()):
        return []
    beside = " and ".join(repr(mark) for mark in (before, behind) if mark)
    what = f"with {beside} beside them" if beside else "with marks between their digits"
    return [
        f"{counted(len(same), 'label looks', 'labels look')} like values {what}, "
        f"such as {printable(same[0], 40)!r}: write "
        "numbers alone (1234.5), then --task regression"
    ]


def _values(counts: Mapping[str, int]) -> list[str]:
    """What is told of labels that are all, or nearly all, numbers."""
    numbers = {label: comma_number(label) for label in counts}
    odd = [label for label, number in numbers.items() if math.isnan(number)]
    fine = {label: number for label, number in numbers.items() if label not in odd}
    total, held = sum(counts.values()), sum(counts[label] for label in fine)
    if len(fine) <= FEW_VALUES or held < _MOSTLY * total:
        return []
    whole = sorted(set(fine.values()))
    counted = whole == [whole[0] + i for i in range(len(whole))] and whole[0] in (0, 1)
    if not odd and counted and held >= _EACH * len(fine):
        return []
    comma = [label for label in fine if math.isnan(number_in(label))]
    told = f"{len(fine)} labels that are {'nearly ' if odd else ''}all numbers look like values"
    why = f"; {len(odd)} are no numbers: {_shown(odd)}" if odd else ""
    why += f"; {printable(comma[0], 40)!r} has a decimal comma" if comma else ""
    return [f"{told}{why}: --task regression"]


def _tags(counts: Mapping[str, int]) -> list[str]:
    mark, tags = many_in(dict(counts))
    if not mark:
        return []
    told = f"{len(counts)} labels look like combinations of {len(tags)} tags ({_shown(tags)})"
    return [f"{told} with {shown(mark)} between them: --task multilabel"]


def _empty(counts: Mapping[str, int]) -> list[str]:
    numbers = {label: number_in(label) for label in counts}
    others = {number for number in numbers.values() if number != -1}
    rising = len(others) > 1 and all(number >= 0 for number in others)  # not a number: no
    return [
        f"{counted(counts[label], 'label is', 'labels are')} {printable(label, 40)!r}, which often "
        "stands for none: "
        "taken for a class; leave the cells empty where there is no label"
        for label in counts
        if says_nothing(label) or (rising and numbers[label] == -1)
    ]


_JOINED = re.compile(r"(?<=[^\W_])[-_](?=[^\W_])")
"""A mark between words; "A-" is another grade than "A"."""
_LOOK_ALIKES = str.maketrans("аеорсухіјѕοαεινρτυχκ", "aeopcyxijsoaeivptuxk")
"""Letters of other alphabets that look like Latin ones."""
_TRUTHS = {"true": 1.0, "false": 0.0}
"""Numbers that programs write for these words."""


def _same(label: str) -> object:
    """Equal for labels that are one number, or one word but for case, accents' spelling, marks."""
    number = number_in(label)
    if not math.isnan(number):
        return number
    word = unicodedata.normalize("NFKC", label).casefold()
    seen = "".join(c for c in word if unicodedata.category(c) != "Cf")  # none without width
    seen = seen.translate(_LOOK_ALIKES)
    alike = " ".join(_JOINED.sub(" ", seen).split()).strip(" .\"'")
    return _TRUTHS.get(alike, alike or label)


def _twins(counts: Mapping[str, int]) -> list[str]:
    """Labels that are one number, or one word in other letters."""
    by: dict[object, list[str]] = {}
    for label in counts:
        by.setdefault(_same(label), []).append(label)
    return [
        f"{' and '.join(f'{printable(one, 40)!r} ({counts[one]:,})' for one in same[:4])} may be "
        "one class, written in several ways: kept apart"
        for same in by.values()
        if len(same) > 1
    ][:5]


def _shown(names: list[str] | tuple[str, ...]) -> str:
    more = ", …" if len(names) > 6 else ""
    return ", ".join(printable(name, 40) for name in names[:6]) + more
