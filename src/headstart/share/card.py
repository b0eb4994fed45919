"""The card: what a model is, what it scores and on what, for whoever finds it later."""

from pathlib import PurePath
from typing import Any

from headstart.hostile import printable
from headstart.model import Model
from headstart.task import FIGURES

_SHOWN = 50
_USE = """## Use

```python
import headstart

headstart.load("this folder").predict([{given}])
```

It knows only what it was shown: anything else gets an answer too. The figures hold for
{things} like the ones it was tested on.
"""
_GIVEN = {"image": "picture.jpg", "text": "a text", "audio": "recording.wav"}


def card_of(model: Model, figures: dict[str, Any] | None, use: str = "") -> str:
    """Markdown with the front matter that model hubs read.

    It has no date and no times: equal runs give equal cards. Without figures it says none; `use`
    stands in the place of how a model folder is used.
    """
    modality = model.backbone.modality
    lines = [
        "---",
        "library_name: headstart",
        f"license: {_license(model.backbone.origin.license)}",
        f"tags: [headstart, transfer-learning, {modality.kind}-{model.task.kind}]",
        "---",
        "",
        f"# {model.backbone.name}, fitted to {model.task.summary}",
        "",
        *(_scores(figures) if figures else []),
        "",
        *_named(model),
        "## What it is made of",
        "",
        *_parts(model),
        "",
        use or _USE.format(given=repr(_GIVEN[modality.kind]), things=modality.things),
    ]
    return "\n".join(lines)


def _named(model: Model) -> list[str]:
    if not model.task.classes:
        return []
    return [f"## {model.task.noun}", "", _classes(model.task.classes), ""]


def _scores(figures: dict[str, Any]) -> list[str]:
    figure = figures["figure"]
    rows = [f"| {key} | {_told(key, found)} |" for key, found in figures["test"].items()]
    arms = [f"| {_cell(arm['name'])} | {_percent(arm[figure])} |" for arm in figures["arms"]]
    return [
        f"{_cell(figures['verdict']['sentence'])}",
        "",
        *_measured(figures),
        *_spread(figures.get("spread", {})),
        "",
        "| figure | value |",
        "|---|---|",
        *rows,
        "",
        f"| arm, on the same test examples | {figure} |",
        "|---|---|",
        *arms,
    ]


def _measured(figures: dict[str, Any]) -> list[str]:
    n, folds = figures["n"], figures.get("folds", 1)
    if folds == 1:
        return [
            f"Measured once on {n['test']:,} test examples, with 95% intervals;",
            f"{n['train']:,} examples trained, {n['val']:,} chose.",
        ]
    learned = n["train"] + n["val"]
    return [
        f"Each of {n['tested']:,} examples was tested once, in {folds} folds, by a model made",
        f"without its fold, with 95% intervals. This model learned from all {learned:,}: the",
        "figures belong to the procedure that made it.",
    ]


def _spread(spread: dict[str, Any]) -> list[str]:
    found = spread.get("figures", ())
    if len(found) < 2:
        return []
    return [f"For luck: {_cell(spread['what'])} scored {min(found):z.1%} to {max(found):z.1%}."]


def _parts(model: Model) -> list[str]:
    backbone, task = model.backbone, model.task
    words = [len(some) for some in [task.record().get("words")] if some is not None]
    place = _cell(PurePath(backbone.origin.place).name)
    weights = f"weights from {backbone.origin.source}: {place}. {_cell(backbone.origin.note)}"
    return [
        f"- Backbone: {backbone.name}, {weights}".rstrip(),
        f"- Frozen: the first {model.cut} of {backbone.depth} stages.",
        f"- Input: {_cell(backbone.modality)}",
        _trust(model),
        *[f"- Words it favors: the {n:,} of its transcripts, in model.json." for n in words],
    ]


def _trust(model: Model) -> str:
    if model.task.numeric:
        return f"- 95% of values lie within {model.trust.margin:.4g} of the prediction."
    return f"- A prediction is called sure from a probability of {model.trust.sure_above:.3f}."


def _told(key: str, found: dict[str, float]) -> str:
    if not FIGURES[key].share:
        return f"{found['value']:.4g} ({found['low']:.4g} to {found['high']:.4g})"
    return _percent(found)


def _percent(interval: dict[str, float]) -> str:
    return f"{interval['value']:z.1%} ({interval['low']:z.1%} to {interval['high']:z.1%})"


def _classes(classes: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{_cell(name)}`" for name in classes[:_SHOWN])
    more = len(classes) - _SHOWN
    return f"{shown} and {more} more: see `model.json`" if more > 0 else shown


def _cell(text: object) -> str:
    """Inert in Markdown: no tables, code, links or tags from data."""
    plain = printable(text, limit=500)
    for mark in "\\`|<>[]*":
        plain = plain.replace(mark, f"\\{mark}" if mark not in "<>`" else " ")
    return plain


def _license(name: str) -> str:
    plain = printable(name).lower()
    return plain if plain.replace("-", "").replace(".", "").isalnum() else "other"
