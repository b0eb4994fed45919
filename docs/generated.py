"""Pages that are made of the program itself: every flag, and every error code.

A hook of mkdocs; `pages()` gives the same without it, for tests.
"""

from collections.abc import Iterator
from typing import Any

import typer

from headstart import cli, explaining

MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "&\\`*_{}[]<>#|"})
"""What Markdown, tables or HTML would take for theirs."""


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
    parts = ["# Flags", "Most are keywords of the function of the same name, too."]
    group: Any = typer.main.get_command(cli.app)
    for name, command in group.commands.items():
        flags = [one for one in command.params if one.param_type_name == "option"]
        rows = [_row(one) for one in flags if not one.hidden]
        if rows:
            parts.append("\n".join([f"## {name}\n", "| flag | |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _row(one: Any) -> str:
    value = f" {one.metavar}" if one.metavar else ""
    return f"| `{', '.join(one.opts)}{value}` | {_safe(one.help or '')} |"


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
    return " ".join(text.translate(MARKS).split())
