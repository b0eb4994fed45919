"""The commands: what the command line asks of the front door, and how answers are shown.

Takes: words and flags, as typer reads them.
Gives: functions, one a command, which `cli` lists; torch is not imported before they are called.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.commands.flags import given, takes

__all__ = ["given", "takes"]

lazy.attach(__name__)
