"""Commands for work that is spread over machines."""

from dataclasses import asdict
from typing import Any

import headstart.run
from headstart import terminal
from headstart.commands.flags import Json, Place, given, takes
from headstart.ending import working
from headstart.run.settings import FeatureSettings


@takes(FeatureSettings)
def features(place: Place, *, json: Json = False, **options: Any) -> None:
    """Run the frozen network over one part of the examples, for machines that share a cache.

    `headstart train PATH --cache DIR_OR_URL` then computes no row that is there.
    """
    with working() as tell:
        done = headstart.run.features(place, tell=tell, **given(options))
    terminal.document(asdict(done)) if json else terminal.show([done.text])
