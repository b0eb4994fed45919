"""What is asked of one candidate of a ranking: by this process, or by a worker somewhere else."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from headstart.advise import Entry, Past, Target, prior_of, target_of
from headstart.backbone import Backbone
from headstart.data import Examples, Found, InMemory, Page, Pair, Span
from headstart.errors import HeadstartError, UsageError
from headstart.events import Tell, warn
from headstart.features import Prefix, extract, milliseconds, survey
from headstart.head import Sample
from headstart.hostile import printable
from headstart.modality import Image, bits_used
from headstart.run.named_backbones import label_of, taken
from headstart.run.settings import RankSettings
from headstart.run.short_training import Trial, cheapest, for_epochs
from headstart.stats import level
from headstart.task import make_task, task_type


@dataclass(frozen=True, eq=False)
class Trials:
    """What all candidates of a ranking are judged on, and how."""

    found: Found
    """The sample alone: files are named, not sent."""
    bits: int
    """Of pictures of 16 bits, as all that was found has them, not the sample alone."""
    settings: RankSettings
    past: tuple[Past, ...]
    root: Path
    until: float
    """In seconds since 1970; later no candidate is begun."""
    threads: int
    """Of PyTorch: the last bits of what is fitted and trained follow from it."""


@dataclass(frozen=True, eq=False)
class Candidacy:
    """One candidate."""

    trials: Trials
    name: str
    weights: str | None
    anyway: bool = False
    """Whether it is looked at however late it is."""

    @property
    def label(self) -> str:
        """What the ranking calls it."""
        return label_of(self.name, self.weights)


@dataclass(frozen=True, eq=False)
class Looked:
    """What a look showed: nothing where it came too late, or the candidate can't be had."""

    entry: Entry | None = None
    late: bool = False
    backbone: Backbone | None = None


def trials_of(
    found: Found, sample: Examples, settings: RankSettings, past: tuple[Past, ...], root: Path,
    until: float = math.inf,
) -> Trials:  # fmt: skip
    """On this sample of what was found."""
    network = replace(settings.network, on="")
    bits = bits_used(found.examples.sources) if found.holds == "files" else 0
    few, alone = replace(found, examples=sample), replace(settings, network=network)
    return Trials(few, bits, alone, past, root.absolute(), until, torch.get_num_threads())


def can_be_sent(sources: Sequence[object]) -> bool:
    """Whether all are names of files, places in these, or texts; what else is in memory is not."""
    kept = [one.content for one in sources if isinstance(one, InMemory)]
    return all(isinstance(content, str | Pair | Span | Page) for content in kept)


def backbone_of(one: Candidacy, tell: Tell) -> Backbone:
    """The candidate, as all that was found needs it. Raises what `taken` raises."""
    trials, settings = one.trials, one.trials.settings
    asked = settings.given, settings.seed, settings.network
    backbone = taken(one.name, one.weights, trials.found, *asked, tell)
    modality = backbone.modality
    if isinstance(modality, Image) and modality.channels in (1, 3):
        return replace(backbone, modality=replace(modality, bits=trials.bits))
    return backbone


def look(one: Candidacy, tell: Tell) -> Looked:
    """What its features say on the sample; a warning where it can't be had."""
    if time.time() > one.trials.until and not one.anyway:
        return Looked(late=True)
    try:
        backbone = backbone_of(one, tell)
    except UsageError:
        raise
    except HeadstartError as error:
        warn(tell, f"{printable(one.name)} is left out: {error.what}", code=error.code)
        return Looked()
    return Looked(_entry(one, backbone, tell), backbone=backbone)


def look_afar(one: Candidacy, tell: Tell) -> Looked:
    """The same by a worker, which keeps the network."""
    torch.set_num_threads(one.trials.threads)
    return replace(look(one, tell), backbone=None)


def train_afar(asked: tuple[Candidacy, int], tell: Tell) -> Trial:
    """A short fine-tune of so many epochs by a worker."""
    one, epochs = asked
    torch.set_num_threads(one.trials.threads)
    return for_epochs(one.trials.found.examples, backbone_of(one, tell), epochs, one.trials.root)


def _entry(one: Candidacy, backbone: Backbone, tell: Tell) -> Entry:
    trials, examples = one.trials, one.trials.found.examples
    judge = _trained if task_type(examples.kind).coded_rows else _probed
    return Entry(
        one.label,
        judge(examples, backbone, trials.settings.seed, trials.root, tell),
        prior_of(backbone.name, one.label, trials.past) if backbone.origin.pretrained else None,
        milliseconds(backbone.stages, backbone.modality),
        sum(p.numel() for p in backbone.stages.parameters()),
        backbone.origin.license,
        backbone.origin.pretrained,
    )


def _probed(examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell) -> Target:
    """By heads on the rows of features that it gives."""
    items = survey(examples, backbone.modality, cache=root, tell=tell).items
    features = extract(
        items,
        range(len(examples)),
        Prefix(backbone.modality, backbone.stages, backbone.digest(backbone.depth)),
        cache=root,
        tell=tell,
    )
    task, labels = make_task(examples, tuple(range(len(examples))))
    return target_of(Sample(features.all(), labels, task, examples.groups, seed))


def _trained(examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell) -> Target:
    """By the cheapest training there is, where answers have an order."""
    trial = cheapest(examples, backbone, seed, root, tell)
    found = level(trial.merit, trial.groups)
    how = trial.strategy
    return Target(trial.loss, how, found, math.nan, math.nan, trial.merit, trial.groups)
