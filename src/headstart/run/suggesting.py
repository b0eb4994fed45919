"""What `auto` may start from besides what is on this machine, where the hub is in reach."""

from collections.abc import Iterator, Sequence

from headstart.backbone import listed
from headstart.backbone.suggestions import Suggested, brought, in_reach, suggested
from headstart.data import Found
from headstart.events import Tell, note, warn
from headstart.hostile import printable
from headstart.run.inputs import KINDS
from headstart.run.network_settings import Network
from headstart.run.units import bytes_in
from headstart.task import task_type


def offered(found: Found, network: Network, tell: Tell) -> tuple[str, ...]:
    """Names within `--fetch` for the ranking, fetched; what they weigh and what is beyond is told.

    None where nobody may be asked, the hub is not in reach, or the task wants a network that
    writes.
    """
    task = task_type(found.examples.kind)
    if network.offline or task.needs_writer or task.continues:
        return ()
    kind = KINDS[found.holds]
    here = {word for row in listed() for word in (row.name, row.place)}
    choice = suggested(kind, here, bytes_in(network.fetch))
    if not (choice.within or choice.beyond) or not in_reach():
        return ()
    if choice.within:
        note(tell, f"fetching {_named(choice.within)}: {choice.megabytes:.1f} MB from the hub, "
             f"within --fetch {network.fetch}; --offline asks nobody")  # fmt: skip
    if choice.beyond:
        note(tell, f"a better start may be one flag away: --fetch {choice.all_megabytes}MB tries "
             f"{_named(choice.beyond)}, too")  # fmt: skip
    return tuple(_fetched(choice.within, tell))


def _fetched(wanted: Sequence[Suggested], tell: Tell) -> Iterator[str]:
    """Names of those that the hub brought; the first that keeps everybody waiting is the last."""
    for at, one in enumerate(wanted):
        try:
            why = brought(one)
        except TimeoutError as error:
            left = ", ".join(other.name for other in wanted[at:])
            warn(tell, f"left out, {error}: {left}; --offline asks nobody")
            return
        if why:
            warn(tell, f"{one.name} is left out: {printable(why, limit=200)}")
        else:
            yield one.name


def _named(some: Sequence[Suggested]) -> str:
    return ", ".join(f"{one.name} ({one.megabytes:.1f} MB, {one.license})" for one in some)
