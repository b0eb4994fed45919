"""From a large set, labeled or not, to a new backbone folder that others can start from."""

import glob
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from headstart import durable
from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    is_recurrent,
    output_of,
    read_backbone,
    save_backbone,
    sized,
)
from headstart.backbone.folder import CARD
from headstart.backbone.places import FACTS
from headstart.data import (
    ClassTruth,
    Columns,
    Found,
    Partition,
    Problem,
    audit,
    collect,
    find,
    hold_out,
    merge,
    with_sounds,
)
from headstart.errors import BackboneError, ResourceError, UsageError
from headstart.events import Tell, note, quiet, warn
from headstart.features import survey
from headstart.hostile import printable
from headstart.modality import Image, Modality, learned_vocabulary
from headstart.modality.text import content_of
from headstart.run.backbone_card import card_of, origin_note
from headstart.run.box_pretraining import HELD_OUT, Make, box_pretraining
from headstart.run.facts import computing
from headstart.run.holding import held
from headstart.run.named_backbones import loaded
from headstart.run.online_probe import watcher
from headstart.run.settings import PretrainSettings
from headstart.train import Material, Recipe, Teacher
from headstart.train import pretrain as trained
from headstart.train.goals import ends_of
from headstart.train.pretraining import LANGUAGE, PRETRAINING


def pretrain(
    places: Sequence[Path], folder: Path, settings: PretrainSettings, root: Path, tell: Tell = quiet
) -> Backbone:
    """Train a network from fresh weights, or a detector from a backbone; leave a backbone folder.

    The same call again goes on where a killed one was. Raises `DataError`, `BackboneError`,
    `UsageError` or `TrainingError`.
    """
    if settings.backbone:
        boxes = box_pretraining(places, folder, settings, root, tell)
        return _made_once(folder, boxes.name, boxes.make, tell)
    plain = Architecture(settings.arch)
    if not is_recurrent(plain):
        build(plain, settings.seed)  # an unknown name fails before anything is read
    found, ends = _found(places, settings, root)
    architecture, modality, recipe = _made_for(plain, found, settings, root)
    material, digest = _material(found, modality, settings, root, tell)
    material = replace(material, ends=ends)
    asked = f"{digest} {architecture!r} {modality!r} {recipe!r} {_taught_by(material.teacher)}"
    name = hashlib.sha256(asked.encode()).hexdigest()[:16]
    watch = watcher(settings.watch, modality, root, tell) if settings.watch else None

    def make(work: Path) -> None:
        told = origin_note(places, material, recipe, name)
        origin = Origin("folder", folder.name, "unknown", told)
        made = trained(
            material, architecture, recipe, origin=origin, work=work, tell=tell, watch=watch
        )
        save_backbone(folder, made.backbone, card_of(made, material, recipe, settings), half=True)

    return _made_once(folder, name, make, tell)


def _made_once(folder: Path, name: str, make: Make, tell: Tell) -> Backbone:
    """What is made of this name, or was already."""
    with _held(folder, tell):
        if not _taken(folder, name, tell):
            make(_work(folder, name))
        for work in _beside(folder, "work"):  # others may not end here any more
            durable.discard(work)
    return read_backbone(folder)


@contextmanager
def _held(folder: Path, tell: Tell) -> Iterator[None]:
    """One process at a time; what killed ones left beside the folder is thrown away."""
    with ExitStack() as stack:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(folder.parent / f".{folder.name}.lock", tell))
            durable.sweep(folder.parent, glob.escape(folder.name))
        except OSError as error:
            raise ResourceError(
                "R303",
                "cannot write beside the folder of the backbone",
                "choose a folder you may write to: --out FOLDER",
                where=printable(folder),
                why=printable(error.strerror or error),
            ) from error
        yield


def _beside(folder: Path, kind: str) -> list[Path]:
    return list(folder.parent.glob(f".{glob.escape(folder.name)}.{kind}-*"))


def _work(folder: Path, name: str) -> Path:
    """What a killed pre-training goes on from; of other versions of what computes, another."""
    key = hashlib.sha256(repr((name, computing())).encode()).hexdigest()[:16]
    work = folder.parent / f".{folder.name}.work-{key}"
    work.mkdir(parents=True, exist_ok=True)
    durable.sweep(work)
    return work


def _taught_by(teacher: Teacher | None) -> str:
    """Names the teacher's weights, those over its classes among them."""
    if teacher is None:
        return ""
    backbone = teacher.backbone
    if teacher.head is not None:
        stages = nn.Sequential(*backbone.stages, teacher.head)
        backbone = replace(backbone, stages=stages)
    return backbone.contents


def _found(
    places: Sequence[Path], settings: PretrainSettings, root: Path
) -> tuple[Found, tuple[int, ...]]:
    """All sets as one, and where the classes of each end; labeled where labels are learned."""
    names = [place.stem for place in places]
    if settings.teacher or is_recurrent(Architecture(settings.arch)):
        return merge([collect(place, cache=root) for place in places], names), ()
    founds = [with_sounds(find(place, Columns(), cache=root)) for place in places]
    return merge(founds, names), ends_of([len(found.examples.truth.names) for found in founds])


def _made_for(
    plain: Architecture, found: Found, settings: PretrainSettings, root: Path
) -> tuple[Architecture, Modality, Recipe]:
    """The network for this material, its input contract, and how it learns."""
    if is_recurrent(plain):
        _need_texts(plain, found)
        recipe = LANGUAGE
        architecture = replace(plain, settings=(("words", settings.words),))
        modality: Modality = _vocabulary(found, settings.words, root)
    else:
        recipe, architecture, modality = PRETRAINING, plain, contract(plain)
        if isinstance(modality, Image):
            architecture, modality = sized(plain, modality, settings.size or None, None)
        else:
            recipe = replace(recipe, views=None)
    epochs = settings.epochs or recipe.epochs
    if settings.teacher and recipe.views:  # each of the kept views is seen that often
        epochs = max(1, round(epochs / recipe.views.kept))
    return architecture, modality, replace(recipe, seed=settings.seed, epochs=epochs)


def _need_texts(plain: Architecture, found: Found) -> None:
    if found.holds != "text":
        raise BackboneError(
            "M462",
            f"{plain.name} reads texts, and these are none",
            "name a .txt file, a folder of them, or a table with texts",
            where=printable(found.examples.root or ""),
        )


def _vocabulary(found: Found, words: int, root: Path) -> Modality:
    """Learned from the texts, once for equal texts."""
    texts = [content_of(source) for source in found.examples.sources]
    sha = hashlib.sha256(f"{words}".encode())
    for text in texts:
        sha.update(text.encode("utf-8", "surrogatepass"))
    folder = root / "vocabularies" / sha.hexdigest()[:24]
    folder.mkdir(parents=True, exist_ok=True)
    return learned_vocabulary(texts, folder / "tokenizer.json", words=words)


def _material(
    found: Found, modality: Modality, settings: PretrainSettings, root: Path, tell: Tell
) -> tuple[Material, str]:
    """What is learned from, read once; and a digest of it (16 hex digits)."""
    examples = found.examples
    seen = survey(examples, modality, cache=root, tell=tell)
    truth = examples.truth_as(ClassTruth)
    text = json.dumps([seen.items.digests, truth.indexes, truth.names])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    labels = torch.tensor(truth.indexes)
    if len(truth.names) > 1:
        checked = audit(found, seen.looks).needed()
        for line in checked.lines():
            note(tell, line)
        usable, together = checked.usable, checked.together
    else:
        usable, together = _once(seen.looks, tell), ()
    partition = hold_out(examples, HELD_OUT, settings.seed, usable, together)
    plain = Material(seen.items, partition, modality, root, labels)
    if not settings.teacher:
        return plain, digest
    return replace(
        plain, teacher=_teacher(found, partition, modality, settings, root, tell)
    ), digest


def _once(looks: Sequence[Any], tell: Tell) -> tuple[int, ...]:
    """Rows that can be read, each content once."""
    first: dict[str, int] = {}
    for row, look in enumerate(looks):
        if not isinstance(look, Problem):
            first.setdefault(look.content, row)
    if len(first) < len(looks):
        note(tell, f"{len(looks) - len(first):,} of {len(looks):,} are unreadable or there twice")
    return tuple(first.values())


def _teacher(
    found: Found,
    partition: Partition,
    modality: Modality,
    settings: PretrainSettings,
    root: Path,
    tell: Tell,
) -> Teacher:
    """The backbone to be matched, and the same things as it takes them.

    Of pictures it sees the part that the student sees.
    """
    weights = settings.weights or None
    backbone = loaded(settings.teacher, weights, settings, tell)
    own = backbone.modality
    if own.kind != modality.kind:
        raise BackboneError(
            "M463",
            f"{printable(settings.teacher)} takes {own.things}, the student {modality.things}",
            "--teacher NAME, one for the same kind: headstart backbones",
        )
    if isinstance(own, Image) and isinstance(modality, Image):
        own = replace(own, crop_pct=modality.crop_pct, crop_mode=modality.crop_mode)
        backbone = replace(backbone, modality=own)
    items = survey(found.examples, own, cache=root, tell=tell).items
    digests = items.digests
    lost = [row for row in (*partition.train, *partition.val) if not digests[row]]
    if lost:
        raise BackboneError(
            "M464",
            f"the teacher cannot read {len(lost)} of the examples that the student can",
            "take them out: headstart check PATH lists what is odd",
            where=found.examples.name(lost[0]),
        )
    return Teacher(backbone, items, output_of(backbone, weights))


def _taken(folder: Path, name: str, tell: Tell) -> bool:
    """Whether this very pre-training ended here. One that is damaged is made again, with a warning.

    Raises `UsageError` where something else is.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    if any(name.encode() in _bytes(folder / file) for file in (FACTS, CARD)):
        if durable.whole(folder):
            return True
        warn(tell, "the backbone that was made here is damaged: it is made again")
        return False
    raise UsageError(
        "U111",
        "this folder holds something else",
        "choose another folder: --out FOLDER",
        where=printable(folder),
    )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
