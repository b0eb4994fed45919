"""Commands that say what is here and what words mean: nothing is learned, PyTorch stays shut."""

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer

import headstart
from headstart import explaining, terminal
from headstart.backbone.places import cache_root
from headstart.commands.flags import Json
from headstart.errors import UsageError
from headstart.hostile import printable

WELCOME = (
    "headstart: transfer learning that measures whether it helped",
    "",
    "  headstart demo                      see where transfer helps, and where not",
    "  headstart check photos/             what a folder, table or archive holds, and what is odd",
    "  headstart train photos/             learn, test, and leave a model and a report",
    "  headstart predict runs/NAME new/    ask the model about files, folders or tables",
    "  headstart serve runs/NAME           the same over HTTP, with a page to try it",
    "",
    "photos/ has a folder a class, as in photos/cat and photos/dog; tables have a column label.",
    "headstart help says all commands, headstart help train one, headstart explain D104 an error,",
    "headstart doctor what is installed here.",
)
"""What `headstart` alone shows: at most twelve lines."""
_KINDS = {
    "tables": "features and items, computed again where missing",
    "unpacked": "archives",
    "vocabularies": "words of texts",
    "demo": "the demo's pictures",
    "engines": "which engine was quickest for a network, and the network in it",
    "fetched": "downloaded backbones, which clear leaves",
}


def doctor(*, json: Json = False) -> None:
    """Say what is installed, which extras are missing, what this machine and the cache have."""
    from headstart.doctor import look

    found = look()
    terminal.document(found.record()) if json else terminal.show(found.lines())


def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="such as D104")] = None,
    *,
    json: Json = False,
) -> None:
    """Say what an error code means and what mends it; without one, list all codes."""
    if code is None:
        listed = explaining.codes()
        terminal.document(list(listed)) if json else terminal.show(_listed(listed))
        return
    found = explaining.explanation_of(code.upper())
    if found is None:
        close = difflib.get_close_matches(code.upper(), explaining.codes(), n=1, cutoff=0.5)
        raise UsageError(
            "U321",
            f"there is no code {printable(code, 40)!r}",
            f"headstart explain {close[0]}" if close else "headstart explain",
        )
    terminal.document(found.record()) if json else terminal.show(found.lines())


def _listed(codes: tuple[str, ...]) -> list[str]:
    letters = dict.fromkeys(code[0] for code in codes)
    lines = [f"{len(codes)} codes; headstart explain CODE says what one means"]
    for letter in letters:
        own = [code for code in codes if code[0] == letter]
        lines += ["  " + " ".join(own[i : i + 15]) for i in range(0, len(own), 15)]
    return lines


def cache(
    action: Annotated[
        str, typer.Argument(metavar="[clear]", help="what to do; without it, show")
    ] = "",
    *,
    keep: Annotated[str, typer.Option(metavar="SIZE", help="leave so much, as 5GB")] = "0",
    json: Json = False,
) -> None:
    """Show where features and archives are kept and what they take; clear throws them away.

    Only what headstart made and can make again goes; what a run at work uses stays.
    """
    from headstart.features.clearing import clear, sizes
    from headstart.run.units import bytes_in

    root = cache_root(None)
    if action not in ("", "clear"):
        raise UsageError("U322", f"cache does not {printable(action, 40)}", "headstart cache clear")
    if action:
        done = clear(root, bytes_in(keep))
        terminal.document(done.record()) if json else terminal.show(
            [
                f"thrown away: {sum(e.size for e in done.removed) / 1e6:,.1f} MB in "
                f"{len(done.removed):,} of the cache's folders at {printable(root)}",
                *(f"  {printable(entry.path.relative_to(root))}" for entry in done.removed[:20]),
                *([f"  and {len(done.removed) - 20:,} more"] if len(done.removed) > 20 else []),
                *([f"in use by a run, and left: {len(done.in_use):,}"] if done.in_use else []),
                f"left: {done.left_bytes / 1e6:,.1f} MB",
            ]
        )
        return
    _show(root, sizes(root), json=json)


def _show(root: Path, held: dict[str, int], *, json: bool) -> None:
    if json:
        terminal.document({"place": str(root), "bytes": sum(held.values()), "kinds": held})
        return
    lines = [f"{sum(held.values()) / 1e6:,.1f} MB at {printable(root)} (HEADSTART_CACHE names it)"]
    lines += [f"  {kind:<13}{size / 1e6:>10,.1f} MB  {_KINDS[kind]}" for kind, size in held.items()]
    terminal.show([*lines, "headstart cache clear [--keep 5GB] throws away what can be made again"])


def version(*, json: Json = False) -> None:
    """Print the version."""
    number = headstart.__version__
    terminal.document({"version": number}) if json else terminal.show([f"headstart {number}"])


def help(
    context: typer.Context,
    word: Annotated[
        str | None, typer.Argument(metavar="WORD", help="a command or an error code")
    ] = None,
) -> None:
    """Say what a command does and takes; without a word, list all commands."""
    above = context.parent
    if above is None or word is None:
        terminal.show((above or context).get_help().splitlines())
        return
    if explaining.CODE.fullmatch(word.upper()):
        explain(word)
        return
    group: Any = above.command
    command = group.get_command(above, word)
    if command is None:
        close = difflib.get_close_matches(word, list(group.commands), n=1)
        raise UsageError(
            "U323",
            f"there is no command {printable(word, 40)!r}",
            f"headstart help {close[0]}" if close else "headstart help",
        )
    own = type(context)(command, info_name=word, parent=above)
    terminal.show(own.get_help().splitlines())
