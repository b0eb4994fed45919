"""Backbones as examples need them: of their kind, and given what was asked."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from headstart.backbone import (
    Alone,
    Backbone,
    Fetch,
    detector,
    detects,
    load_backbone,
    need_writer,
)
from headstart.data import Found, InMemory, Pair, Source
from headstart.errors import BackboneError, UsageError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.modality import Image, Modality, Text, bits_used
from headstart.run.inputs import KINDS, THINGS
from headstart.run.network_settings import Network
from headstart.run.settings import Given, PretrainSettings
from headstart.run.units import bytes_in
from headstart.task import task_type


def label_of(name: str, weights: str | None) -> str:
    """What rankings call a model: the name, and the file that its weights are from."""
    return f"{name}={weights}" if weights else name


def backbones_in(text: str) -> Iterator[tuple[str, str | None]]:
    """Names and weights of what was written with commas between; paths may hold either sign.

    >>> list(backbones_in("resnet18, vit_tiny_patch16_224=random"))
    [('resnet18', None), ('vit_tiny_patch16_224', 'random')]
    >>> list(backbones_in("https://example.org/index.json#sha256=ab"))
    [('https://example.org/index.json#sha256=ab', None)]
    """
    words = [text] if Path(text).exists() else [word.strip() for word in text.split(",")]
    for word in filter(None, words):
        plain = "://" in word or Path(word).exists()
        name, _, weights = (word, "", "") if plain else word.partition("=")
        yield name, weights or None


def taken(
    name: str,
    weights: str | None,
    found: Found,
    given: Given,
    seed: int,
    network: Network,
    tell: Tell = quiet,
) -> Backbone:
    """The backbone of this name for these examples.

    Raises `BackboneError` where it cannot be had or takes other things than these; `UsageError`
    where what it is given is not for its kind.
    """
    task = task_type(found.examples.kind)
    backbone = load_backbone(
        name,
        weights,
        seed,
        network.offline,
        size=given.size or None,
        channels=given.channels or None,
        writes=task.kind if task.needs_writer else "",
        fetch=Fetch(bytes_in(network.fetch), tell),
    )
    need_kind(backbone, found)
    if task.locates:
        backbone = detector(backbone, given.size or None)
    elif detects(backbone.architecture):
        raise BackboneError(
            "M513",
            f"{printable(backbone.name)} says what is at each point of a picture, and this task "
            f"({task.kind}) is about the whole",
            "leave --backbone out, or --task detection with annotations of boxes",
        )
    backbone = spoken(backbone, given.languages)
    return replace(
        backbone, modality=fitting(_begun(backbone.modality, given.prefix), found.examples.sources)
    )


def loaded(
    name: str,
    weights: str | None,
    settings: PretrainSettings,
    tell: Tell,
    *,
    size: int | None = None,
) -> Backbone:
    """The backbone of this name for a pre-training. Raises `BackboneError`."""
    fetch = Fetch(bytes_in(settings.fetch), tell)
    return load_backbone(name, weights, settings.seed, settings.offline, size=size, fetch=fetch)


def spoken(backbone: Backbone, languages: str) -> Backbone:
    """With texts marked by the codes of what it reads and what it writes, "en_XX,de_DE".

    Raises `UsageError` for codes that it does not know.
    """
    if not languages:
        return backbone
    modality, writer = backbone.modality, copy.deepcopy(backbone.writer)
    asked = [code.strip() for code in languages.split(",")]
    known = list(modality.languages()) if isinstance(modality, Text) else []
    if not isinstance(modality, Text) or not writer or len(asked) != 2 or {*asked} - {*known}:
        some = f"it knows {', '.join(known[:8])}" if writer and known else "it marks no languages"
        raise UsageError(
            "U163",
            f"{printable(backbone.name)} has no languages {printable(languages)!r}: {some}",
            "--languages en_XX,de_DE, with two codes that it knows, or leave it out",
        )
    writer.tokens = replace(writer.tokens, language=asked[1])
    return replace(backbone, modality=replace(modality, language=asked[0]), writer=writer)


def need_kind(backbone: Backbone, found: Found) -> None:
    """Raise `BackboneError` where source and target differ in what they are, or it cannot write."""
    given = backbone.modality
    if KINDS[found.holds] != given.kind:
        raise BackboneError(
            "M461",
            f"{printable(backbone.name)} takes {given.things}, the examples are "
            f"{THINGS[found.holds]}",
            "leave --backbone out, or name one for their kind: headstart backbones",
        )
    task = task_type(found.examples.kind)
    if task.needs_writer:
        need_writer(backbone.name, backbone.writer)
    if task.continues and not isinstance(backbone.writer, Alone):
        raise BackboneError(
            "M480",
            f"{printable(backbone.name)} answers texts, it does not continue them",
            "--backbone gpt2, or a folder with GPT-2, Llama, Qwen, Gemma or another decoder",
        )


def fitting(modality: Modality, sources: Sequence[Source]) -> Modality:
    """The same contract for what the examples are: one text each, or two; pictures of 16 bits that
    use fewer.
    """  # noqa: D205 - one sentence
    if isinstance(modality, Image) and modality.channels in (1, 3):
        return replace(modality, bits=bits_used(sources))
    if not isinstance(modality, Text):
        return modality
    first = sources[0]
    return replace(modality, paired=isinstance(first, InMemory) and isinstance(first.content, Pair))


def _begun(modality: Modality, prefix: str) -> Modality:
    """With this before every text; as it is where nothing was asked. Raises `UsageError`."""
    if not prefix:
        return modality
    if not isinstance(modality, Text):
        raise UsageError(
            "U159", f"--prefix stands before texts, and these are {modality.things}", "leave it out"
        )
    return replace(modality, prefix=prefix)
