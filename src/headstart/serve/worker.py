"""The process that has a model, reads what strangers send, and may die of it.

Run by `python -m headstart.serve.worker HANDLE MODEL MEGABYTES THREADS`.
"""

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from headstart.data import InMemory, Pair
from headstart.data.encodings import decoded
from headstart.errors import DataError, HeadstartError, ResourceError
from headstart.head import ABOVE
from headstart.hostile import printable
from headstart.model import Model, Prediction
from headstart.prediction import record_of
from headstart.serve.frames import Message, Thing
from headstart.serve.nursery import nursed
from headstart.share import load


def main(handle: str, place: str, megabytes: str, threads: str) -> None:
    """Load a model and answer for it; `handle` is the file descriptor of a socket to the server."""
    control = socket.socket(fileno=int(handle))
    torch.set_num_threads(1)  # none before a fork: they would be lost in it
    try:
        model = load(Path(place))
        model.fold()
    except HeadstartError as error:
        control.sendall(Message({"error": error.record()}).packed())
        return

    def answers(things: Sequence[Thing]) -> list[dict[str, Any]]:
        torch.set_num_threads(int(threads))
        return answers_to(model, things)

    nursed(control, facts_of(model), answers, int(megabytes))


def facts_of(model: Model) -> dict[str, Any]:
    """What the server needs to know of a model: the fields of `Signature`."""
    modality = model.backbone.modality
    return {
        "kind": modality.kind,
        "things": modality.things,
        "task": model.task.kind,
        "classes": list(model.classes),
        "paired": bool(getattr(modality, "paired", False)),
        "sure_share": model.trust.sure_share,
        "familiar_above": ABOVE if model.familiar else None,
        "rate": int(getattr(modality, "rate", 0) or 0),
    }


def answers_to(model: Model, things: Sequence[Thing]) -> list[dict[str, Any]]:
    """A record of a prediction or of an error each, in the order given."""
    return [
        record_of(printable(thing.name, 1000), found)
        for thing, found in zip(things, _predicted(model, things), strict=True)
    ]


def _predicted(model: Model, things: Sequence[Thing]) -> list[Prediction | HeadstartError]:
    """All at once; where that fails, one by one."""
    sources = [_source(thing, model.backbone.modality.kind) for thing in things]
    good = [one for one in sources if not isinstance(one, HeadstartError)]
    try:
        found = iter(model.predict_each(good))
    except Exception:  # of one of them, which is found by asking again
        found = iter([_alone(model, one) for one in good])
    return [one if isinstance(one, HeadstartError) else next(found) for one in sources]


def _alone(model: Model, source: InMemory) -> Prediction | HeadstartError:
    try:
        return model.predict_each([source])[0]
    except Exception as error:
        text = printable(error)
        if isinstance(error, MemoryError) or "memory" in text.lower():
            return ResourceError(
                "R331", "it takes more memory than a worker may have", "send a smaller one",
                printable(source.name), text,
            )  # fmt: skip
        return DataError(
            "D298",
            "this input could not be predicted",
            "send another",
            printable(source.name),
            text,
        )


def _source(thing: Thing, kind: str) -> InMemory | HeadstartError:
    content: object = thing.content
    if thing.kind == "text":
        content = thing.content.decode()
    elif thing.kind == "pair":
        content = Pair(*json.loads(thing.content))
    elif thing.kind == "array":
        array = np.frombuffer(thing.content, thing.dtype).reshape(thing.shape)
        content = (array, thing.rate) if kind == "audio" else array
    elif kind == "text":
        try:
            content = decoded(thing.content)[0]
        except ValueError as error:
            return DataError(
                "D297", "this is no text", "send text as UTF-8", thing.name, printable(error)
            )
    return InMemory(thing.name, content)


if __name__ == "__main__":
    main(*sys.argv[1:])
