"""A model as one network from what files hold to probabilities, with nothing left outside."""

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn

from headstart.backbone import GRID, placing_of
from headstart.data import Source
from headstart.errors import BackboneError
from headstart.features import fast, noise
from headstart.hostile import printable
from headstart.modality import Image, Modality, Prepared, Sound, Text, windows
from headstart.modality.recording import hear
from headstart.model import Model
from headstart.share.prepared_input import prepared_input
from headstart.share.resizing import INTERPOLATIONS, PictureInput
from headstart.share.spectrogram import SoundInput
from headstart.task import Task

SAMPLES = "samples"
"""The input of networks for recordings."""
OUTPUT = "probabilities"
Feed = Mapping[str, np.ndarray]
"""What a runtime is given, by the names of the inputs."""


@dataclass(frozen=True, eq=False)
class Input:
    """One input of the network."""

    name: str
    example: Tensor
    """To trace with; no axis of varying size has one entry."""
    axes: tuple[str, ...]
    """Names of the axes whose size varies; "" for those of one size."""


@dataclass(frozen=True, eq=False)
class EndToEnd:
    """A network, what it is given, and how a source becomes that."""

    network: nn.Module
    inputs: tuple[Input, ...]
    feeds: Callable[[Source], list[Feed]]
    """One a source; of a long recording one a window, whose answers are averaged."""
    script: str = ""
    """The package's file with the lines that ask; empty where there are none."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What those lines need to know, for the metadata."""
    outputs: tuple[str, ...] = (OUTPUT,)
    beside: Mapping[str, Path] = field(default_factory=dict)
    """Files that a reader of sources needs, by the names they get."""


class Answering(nn.Module):
    """Raw input to answers: what is read, the stages, the head, and what scores mean."""

    def __init__(self, reading: nn.Module, stages: nn.Module, head: nn.Module, task: Task) -> None:
        super().__init__()
        self.reading, self.stages, self.head, self.task = reading, stages, head, task

    def forward(self, *given: Tensor) -> Float[Tensor, "n c"]:
        """One row of answers an example."""
        scores = self.head(self.stages(self.reading(*given)))
        answers: Tensor = self.task.answers(scores)
        return answers


def need_answers(model: Model) -> None:
    """Raise `BackboneError` for a model that searches or writes, or reads as no graph can."""
    task, modality = model.task, model.backbone.modality
    if task.locates:
        written = placing_of(model.backbone.architecture) == GRID
        raise BackboneError(
            "M710",
            "a model that finds boxes leaves as an ONNX file or a model folder only, as it is",
            f"headstart export RUN {'--to onnx, or ' if written else ''}--to folder",
        )
    if task.coded_rows or task.writes:
        raise BackboneError(
            "M701",
            f"a model of {task.kind} can't be exported: it searches for its answers",
            "headstart predict RUN, or export a run of classes, tags or values",
        )
    if why := _unwritten(modality):
        raise BackboneError(
            "M702",
            "how this model reads can't be written as a graph",
            "headstart predict RUN, or train with another --backbone",
            why=printable(why),
        )


def end_to_end(model: Model, *, resized: bool = False) -> EndToEnd:
    """The whole model as one network. Raises `BackboneError` for one that can't be.

    With `resized`, pictures go in as squares of the contract's size, which Pillow made.
    """
    need_answers(model)
    task, modality = model.task, model.backbone.modality
    folded = fast(model.backbone.stages, noise(modality)).to(memory_format=torch.contiguous_format)
    stages = copy.deepcopy(folded)  # out of inference mode, which tracers can't follow
    if isinstance(modality, Text):
        return _of_texts(modality, Answering(TokenInput(), stages, model.head, task))
    if isinstance(modality, Sound | Prepared):
        own = isinstance(modality, Sound)
        reading = SoundInput(modality) if own else prepared_input(modality)  # type: ignore[arg-type]
        return _of_recordings(modality, Answering(reading, stages, model.head, task))
    assert isinstance(modality, Image)
    if resized:
        return _of_squares(modality, Answering(SquareInput(modality), stages, model.head, task))
    return of_pictures(modality, Answering(PictureInput(modality), stages, model.head, task))


def _unwritten(modality: Modality) -> str:
    """Why no graph reads as this does; empty where one can."""
    if not isinstance(modality, Prepared):
        return "" if reads_shown(modality) or isinstance(modality, Text | Sound) else str(modality)
    try:
        prepared_input(modality)
    except ValueError as error:
        return str(error)
    return ""


def reads_shown(modality: Modality) -> bool:
    """Whether it reads pictures, and by a way of resizing that graphs have."""
    return isinstance(modality, Image) and modality.interpolation in INTERPOLATIONS


def feeds_of(modality: Modality) -> Callable[[Source], list[Feed]]:
    """What a runtime is given for a source, as this modality reads it."""
    if isinstance(modality, Text):
        return partial(_tokens, modality)
    if isinstance(modality, Sound | Prepared):
        return partial(_samples, modality)
    assert isinstance(modality, Image)
    return partial(_pixels, modality)


def _pixels(contract: Image, source: Source) -> list[Feed]:
    return [{"pixels": contract.pixels(source)[None].numpy()}]


def _tokens(contract: Text, source: Source) -> list[Feed]:
    codes = contract.read(source).numpy().astype(np.int64)[None]
    return [{"token_ids": codes, "mask": np.ones_like(codes)}]


def _samples(contract: Sound | Prepared, source: Source) -> list[Feed]:
    parts = windows(source, contract.most_s, lapped=True)
    heard = [hear(part, contract.rate_hz, contract.most_s).samples for part in parts]
    return [{SAMPLES: samples[None]} for samples in heard]


def of_pictures(
    contract: Image,
    network: nn.Module,
    outputs: tuple[str, ...] = (OUTPUT,),
    script: str = "predict_image.txt",
) -> EndToEnd:
    """A network that takes pictures of any size, and what it is given."""
    channels = 3 if contract.channels == 1 else contract.channels
    example = torch.zeros(2, 70, 90, channels, dtype=torch.uint8)
    axes = ("n", "height", "width", "")

    side = str(math.floor(contract.size_px / contract.crop_pct))
    shade = json.dumps(contract.background)
    facts = {"side": side, "crop": contract.crop_mode, "background": shade}
    facts |= {"bits": str(contract.bits)} if contract.bits < 16 else {}
    inputs = (Input("pixels", example, axes),)
    asked = script if channels == 3 else ""
    return EndToEnd(network.eval(), inputs, feeds_of(contract), asked, facts, outputs)


class SquareInput(nn.Module):
    """What `Image.batch` does, with pictures whose colors come last."""

    def __init__(self, contract: Image) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(contract.mean)[:, None, None])
        self.register_buffer("std", torch.tensor(contract.std)[:, None, None])

    def forward(self, pixels: UInt8[Tensor, "n s s c"]) -> Float[Tensor, "n c s s"]:
        """Pictures as the network takes them."""
        shown: Tensor = (pixels.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std
        return shown


def _of_squares(contract: Image, network: nn.Module) -> EndToEnd:
    side, channels = contract.size_px, contract.channels
    example = torch.zeros(2, side, side, channels, dtype=torch.uint8)
    feeds = partial(_squares, contract)
    facts = {"size": str(side)}
    script = "predict_openvino.txt" if channels == 3 else ""
    inputs = (Input("pixels", example, ("n", "", "", "")),)
    return EndToEnd(network.eval(), inputs, feeds, script, facts)


def _squares(contract: Image, source: Source) -> list[Feed]:
    return [{"pixels": contract.read(source).permute(1, 2, 0)[None].contiguous().numpy()}]


class TokenInput(nn.Module):
    """Token numbers and which of them count, as the stages take them: -1 where there is none."""

    def forward(
        self, token_ids: Int64[Tensor, "n t"], mask: Int64[Tensor, "n t"]
    ) -> Int64[Tensor, "n t"]:
        """One row a text."""
        return torch.where(mask > 0, token_ids, -torch.ones_like(token_ids))


def _of_texts(contract: Text, network: nn.Module) -> EndToEnd:
    row = torch.tensor([[*contract.blank().tolist(), 0, 0]] * 2)
    mask = torch.ones_like(row)
    mask[:, -2:] = 0

    inputs = (Input("token_ids", row, ("n", "tokens")), Input("mask", mask, ("n", "tokens")))
    facts = {"max_tokens": str(contract.max_tokens), "prefix": contract.prefix}
    beside = {"tokenizer.json": contract.place}
    script = "" if contract.paired or contract.language else "predict_text.txt"
    feeds = feeds_of(contract)
    return EndToEnd(network.eval(), inputs, feeds, script, facts, beside=beside)


def _of_recordings(contract: Sound | Prepared, network: nn.Module) -> EndToEnd:
    example = 0.05 * torch.randn(2, 2 * contract.rate_hz + 77)

    inputs = (Input(SAMPLES, example, ("n", "time")),)
    facts = {"rate_hz": str(contract.rate_hz), "most_s": str(contract.most_s)}
    return EndToEnd(network.eval(), inputs, feeds_of(contract), "predict_audio.txt", facts)


def shapes_of(inputs: tuple[Input, ...]) -> tuple[dict[int, Any], ...]:
    """Axes that vary, as `torch.export` takes them: axes of one name have one size."""
    names = {name for one in inputs for name in one.axes if name}
    sizes = {name: torch.export.Dim(name) for name in sorted(names)}
    return tuple({at: sizes[name] for at, name in enumerate(one.axes) if name} for one in inputs)
