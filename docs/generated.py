"""Pages that are made of the program itself: every flag, and every error code.

A hook of mkdocs; `pages()` gives the same without it, for tests.
"""

from collections.abc import Iterator
from typing import Any

from headstart import explaining
from headstart.options import Option, options_of
from headstart.run.compress_settings import CompressSettings
from headstart.run.settings import FeatureSettings, PretrainSettings, RankSettings, Settings

COMMANDS = {
    "train and plan": Settings,
    "rank": RankSettings,
    "features": FeatureSettings,
    "pretrain": PretrainSettings,
    "compress": CompressSettings,
}


def pages() -> Iterator[tuple[str, str]]:
    """Place and text of each page."""
    yield "reference/flags.md", _flags()
    found = explaining.every()
    yield "errors/index.md", _index(found)
    for code, one in found.items():
        yield f"errors/{code}.md", _page(one)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages; mkdocs calls it."""
    from mkdocs.structure.files import File

    for place, text in pages():
        files.append(File.generated(config, place, content=text))
    return files


def _flags() -> str:
    parts = ["# Flags", "Each is a keyword of the function of the same name, too."]
    for command, noun in COMMANDS.items():
        rows = [_row(one) for one in options_of(noun)]
        parts.append("\n".join([f"## {command}\n", "| flag | |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _row(one: Option) -> str:
    flag = f"--{one.name.replace('_', '-')}"
    value = f" {one.metavar}" if one.metavar else ""
    return f"| `{flag}{value}` | {_safe(one.help)} |"


def _index(found: dict[str, explaining.Explanation]) -> str:
    rows = [f"| [{code}]({code}.md) | {_safe(one.what)} |" for code, one in found.items()]
    head = "# Errors\n\n`headstart explain CODE` says the same.\n\n| code | what |\n|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _page(one: explaining.Explanation) -> str:
    told = {"means": one.kind, "why": one.why, "fix": one.fix, "told by": one.raised_in}
    lines = [f"{name}\n:   {_safe(text)}" for name, text in told.items() if text]
    return "\n\n".join([f"# {one.code}: {_safe(one.what)}", *lines]) + "\n"


def _safe(text: str) -> str:
    """Text that Markdown and tables leave as it is."""
    for mark in "\\`*_{}[]<>#|":
        text = text.replace(mark, f"&#{ord(mark)};")
    return " ".join(text.split())
