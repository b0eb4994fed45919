"""The page of a published folder: what it is, where it comes from, what it is good for."""

import json
from typing import Any

from headstart.counting import counted
from headstart.hostile import printable
from headstart.share.card import card_of
from headstart.share.file_model import FileModel
from headstart.share.layout import Layout
from headstart.share.publication import PublishSettings
from headstart.share.subject import Subject

_BODIES = {"image": "image-feature-extraction", "text": "feature-extraction"}
_BODIES["audio"] = "feature-extraction"
_LIBRARIES = {"": "headstart"}
"""What hubs call a reader, where that is not its name."""


def model_card(subject: Subject, layout: Layout, settings: PublishSettings) -> str:
    """Front matter as hubs read it, then the verdict, figures, use and limits."""
    model, figures = subject.model, subject.figures
    if model is None or figures is None:
        raise TypeError("a model's card needs a model and its figures")
    body = card_of(model, figures).split("---\n", 2)[2]
    kind = model.backbone.modality.kind
    pipeline = model.task.pipeline or f"{kind}-classification"
    front = _front(subject, layout, settings, pipeline, _results(figures, settings, pipeline))
    return "\n".join([front, body, _limits(figures), _opening(layout), _licensed(subject)])


def backbone_card(subject: Subject, layout: Layout, settings: PublishSettings) -> str:
    """Of a backbone alone."""
    backbone = subject.backbone
    front = _front(subject, layout, settings, _BODIES[backbone.modality.kind], [])
    parts = [
        f"# {_plain(settings.name)}",
        "",
        f"A backbone ({_plain(backbone.name)}), to start from: {_plain(backbone.origin.note)}.",
        "",
        f"- Input: {_plain(backbone.modality)}",
        f"- Rows: {counted(backbone.width, 'number')}, pooled; {counted(backbone.depth, 'stage')}.",
        "",
        "`headstart train DATA --backbone FOLDER` starts from it.",
        "",
    ]
    return "\n".join([front, *parts, _opening(layout), _licensed(subject)])


def _front(
    subject: Subject,
    layout: Layout,
    settings: PublishSettings,
    pipeline: str,
    results: list[dict[str, Any]],
) -> str:
    """YAML, every value of which is written as JSON, which YAML reads and nothing breaks out of."""
    backbone = subject.backbone
    told: dict[str, Any] = {
        "library_name": _LIBRARIES.get(layout.reader, layout.reader),
        "license": backbone.origin.license,
        "pipeline_tag": pipeline,
        "tags": ["headstart", "transfer-learning"],
    }
    if subject.base:
        how = "quantized" if isinstance(subject.model, FileModel) else "finetune"
        told |= {"base_model": subject.base, "base_model_relation": how}
    if settings.data:
        told["datasets"] = [settings.data]
    if results:
        told["model-index"] = [{"name": settings.name, "results": results}]
    lines = [f"{key}: {json.dumps(value)}" for key, value in told.items()]
    return "\n".join(["---", *lines, "---", ""])


def _results(
    figures: dict[str, Any], settings: PublishSettings, pipeline: str
) -> list[dict[str, Any]]:
    """Every figure of the test rows with its interval."""
    name = settings.data or "held-out test examples"
    metrics = [
        {
            "type": key,
            "value": found["value"],
            "name": f"{key}, 95% interval {found['low']:.4g} to {found['high']:.4g}",
            "args": {"low": found["low"], "high": found["high"], "confidence": 0.95},
        }
        for key, found in figures["test"].items()
    ]
    return [
        {"task": {"type": pipeline}, "dataset": {"type": name, "name": name}, "metrics": metrics}
    ]


def _limits(figures: dict[str, Any]) -> str:
    """What it is for, and what is known to limit that."""
    verdict = figures["verdict"]
    cautions = [f"- {_plain(line)}" for line in verdict.get("cautions", ())]
    tested = figures["n"].get("tested") or figures["n"]["test"]
    return "\n".join(
        [
            "## Intended use and limits",
            "",
            "It is meant for examples like those it learned from and was tested on. Before it",
            "decides anything about people, test it on your own examples, group by group.",
            "",
            f"- Tested on {counted(tested, 'example')}; intervals say how far that goes.",
            "- Anything it was not shown gets one of its answers, too.",
            f"- Transfer: {_plain(verdict.get('word', ''))}.",
            *cautions,
            "",
        ]
    )


def _opening(layout: Layout) -> str:
    told = ["## Open it elsewhere", ""]
    if not layout.use:
        return "\n".join([*told, f"{_plain(layout.note)}.", ""])
    difference = f"They differed by {layout.difference:.1g} at most where both were tried."
    means = "Outputs are scores; what they mean (a link, a threshold) is in `headstart/model.json`."
    limited = [f"{_plain(layout.note)}."] if layout.note else []
    return "\n".join([*told, "```python", layout.use, "```", "", *limited, means, difference, ""])


def _licensed(subject: Subject) -> str:
    license_ = _plain(subject.backbone.origin.license)
    return f"## License\n\n{license_}: no freer than the backbone and the data it came from.\n"


def _plain(text: object) -> str:
    """Inert in Markdown."""
    shown = printable(text, limit=1000)
    for mark in "\\|[]*_":
        shown = shown.replace(mark, f"\\{mark}")
    for mark in "<>`":
        shown = shown.replace(mark, " ")
    return shown
