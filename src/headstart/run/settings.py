"""What the commands are asked for: every option of a command is one field here.

Nothing here needs tensors, so that a wrong word is refused before PyTorch is imported.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from headstart.backbone.places import cache_root as cache_root
from headstart.data.column_settings import Columns
from headstart.errors import UsageError
from headstart.options import made, option
from headstart.run.network_settings import Fleet, Manned, Network, Sharing
from headstart.run.units import bytes_in, count, part_of, seconds
from headstart.train.hyperparameters import AS_USUAL, Hyperparameters
from headstart.train.strategy import Probe, Strategy, Unfreeze, strategy_of

AUTO = "auto"
YOUNGER = {"classes", "parts", "negatives", "without", "pages"}
"""Columns that a digest names only where they were asked for, and so does it hyperparameters: runs
of before there were any are found again."""


@dataclass(frozen=True)
class Given:
    """What a backbone is given, where that differs from what it was made for."""

    size: int = option(
        0, "side of the pictures in pixels", "PX", usual="the backbone's own", least=1
    )
    channels: int = option(
        0,
        "1 for gray pictures, N for N bands; the backbone is adapted",
        "N",
        usual="the backbone's own",
    )
    prefix: str = option(
        "", "text put before every text: 'query: ' for E5", "TEXT", usual="the backbone's own"
    )
    """Empty for the one that the backbone was trained with, where that is known."""
    languages: str = option(
        "",
        "codes of the source and target language, for mBART: en_XX,de_DE",
        "A,B",
        usual="the tokenizer's own",
    )
    """Empty for what the tokenizer was saved with."""


@dataclass(frozen=True)
class Settings:
    """All that decides what a run computes, besides the data itself."""

    backbone: str = option(
        AUTO, "a timm model, a folder, an address, several, or auto", "NAME", usual="auto"
    )
    """A backbone's name, a folder with one, the address of a published one (https://…/index.json,
    hf://owner/name@revision, s3://…), NAME=FILE, "shipped", several with commas between them
    (the first that `rank` gives is taken), or "auto": of pictures the first that `rank` gives of
    those on this machine, of texts and recordings the usual one."""
    weights: str = option(
        "", "a safetensors file for it, or random", "FILE", usual="its pretrained ones"
    )
    """Empty for the weights that come with the name."""
    given: Given = Given()
    """What the backbone is given, where that differs from what it was made for; its fields are
    options like the others."""
    strategy: str = option(
        AUTO, "auto, probe, unfreeze:N, full, lora, gradual, ...", "S", usual="auto"
    )
    """auto, probe, unfreeze:N, full, gradual, ulmfit, contrast, lora, lora:RANK, bitfit
    or scratch."""
    budget: str = option("10m", "CPU time that auto may spend on training beyond probes", "TIME")
    compare: tuple[str, ...] = option(
        (), "train a further arm for the verdict: scratch", "ARM", usual="none"
    )
    seed: int = option(0, "divides the rows, orders them, draws fresh weights", "N", usual="0")
    test_size: float = option(0.2, "share of the rows that is kept for the test", "X")
    folds: int = option(
        0, "test each example once, in K folds; 1: one part", "K", usual="few examples: 5"
    )
    """0 for what suits the data: folds where examples or groups are few and nothing but heads is
    fitted."""
    hyperparameters: Hyperparameters = AS_USUAL
    """How heads are fitted, and what every trained arm goes by; its fields are options like the
    others."""
    columns: Columns = field(default_factory=Columns)
    """Which columns of a table say what; its fields are options like the others."""
    network: Fleet = field(default_factory=Fleet)
    """What may be asked of other machines; its fields are options like the others."""

    def __post_init__(self) -> None:
        seconds(self.budget)
        if self.strategy != AUTO:
            strategy_of(self.strategy)
        _need_share(self.test_size)
        if self.given.size < 0:
            raise UsageError("U325", f"--size {self.given.size} is no side", "--size 224")
        if self.folds < 0:
            raise UsageError("U135", f"--folds {self.folds} is not a number of folds", "--folds 5")
        wrong = [arm for arm in self.compare if arm != "scratch"]
        if wrong:
            raise UsageError("U106", f"cannot compare with {wrong[0]!r}", "--compare scratch")

    @classmethod
    def of(cls, **options: Any) -> "Settings":
        """From keyword options. Raises `UsageError` for one that is not a field."""
        compare = options.get("compare") or ()
        several = (compare,) if isinstance(compare, str) else tuple(compare)
        return made(cls, {**options, "compare": several})

    @property
    def plan(self) -> Strategy | None:
        """The strategy as a noun; None where it follows from the data."""
        return None if self.strategy == AUTO else strategy_of(self.strategy)

    def record(self) -> dict[str, Any]:
        """All that a run was asked for, without what changes no number: who makes which rows."""
        found = asdict(self)
        found["network"] = {name: found["network"][name] for name in ("offline", "fetch")}
        return found

    def digest(self, place: str) -> str:
        """Equal for runs that were asked for the same, of data at the same place (16 digits)."""
        asked, training = self.record(), self.hyperparameters.asked
        asked["head"] = asked.pop("hyperparameters")["head"]
        asked |= {"training": training} if training else {}
        network = asked.pop("network")
        asked["offline"] = network["offline"]
        asked |= {} if network["fetch"] == Network().fetch else {"fetch": network["fetch"]}
        columns = asked["columns"].items()
        asked["columns"] = {name: v for name, v in columns if v or name not in YOUNGER}
        text = json.dumps([place, asked], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Limits:
    """What a candidate of a ranking may cost; None for no limit."""

    max_params: float | str | None = option(
        None, "leave out those with more parameters: 5M", "N", usual="no limit"
    )
    max_ms: float | None = option(
        None, "leave out slower ones, in CPU milliseconds an item", "MS", usual="no limit"
    )
    max_mb: float | None = option(
        None, "leave out those with larger weights, in megabytes", "MB", usual="no limit"
    )
    """In single precision."""
    license: str | None = option(
        None, "leave out those whose license lacks this word", "WORD", usual="any license"
    )
    """In any case."""

    def __post_init__(self) -> None:
        if self.max_params is not None:
            count(self.max_params)


@dataclass(frozen=True)
class RankSettings:
    """All that decides a ranking, besides the data itself."""

    backbones: str = option(
        "all", "NAME, FOLDER, NAME=FILE or NAME=random with commas, or all", "A,B", usual="all"
    )
    budget: float | str | None = option(
        None,
        "time it may take; what is left fine-tunes the first three: 10m",
        "TIME",
        usual="no limit, nothing fine-tuned",
    )
    limits: Limits = Limits()
    seed: int = option(
        0, "draws the examples; with the same one train tests on others", "N", usual="0"
    )
    test_size: float = option(0.2, "share that train keeps for the test: not looked at", "X")
    given: Given = Given()
    columns: Columns = field(default_factory=Columns)
    network: Manned = field(default_factory=Manned)

    def __post_init__(self) -> None:
        if self.budget:
            seconds(self.budget)
        _need_share(self.test_size)


@dataclass(frozen=True)
class FeatureSettings:
    """What rows a part of a job array makes."""

    part: str = option("1/1", "which part of how many: 1/4 to 4/4", "I/N", usual="1/1")
    backbone: str = option(
        AUTO, "as train takes it, but for several", "NAME", usual="the usual one of their kind"
    )
    weights: str = option(
        "", "a safetensors file for it, or random", "FILE", usual="its pretrained ones"
    )
    strategy: str = option(
        AUTO, "what train will be asked for: auto, probe, unfreeze:N", "S", usual="auto"
    )
    seed: int = option(0, "draws fresh weights", "N", usual="0")
    given: Given = Given()
    columns: Columns = field(default_factory=Columns)
    network: Sharing = field(default_factory=Sharing)

    def __post_init__(self) -> None:
        part_of(self.part)
        if self.plan and not isinstance(self.plan, Probe | Unfreeze):
            raise UsageError(
                "U199",
                f"--strategy {self.strategy} freezes nothing whose rows could be kept",
                "--strategy auto, probe, probe:all or unfreeze:N",
            )
        if not self.network.shared:
            raise UsageError("U200", "nothing says where to store the rows", "--cache DIR_OR_URL")

    @property
    def plan(self) -> Strategy | None:
        """The strategy as a noun; None where it follows from the data."""
        return None if self.strategy == AUTO else strategy_of(self.strategy)


@dataclass(frozen=True)
class PretrainSettings:
    """What is asked of a pre-training."""

    arch: str = option(
        "", "a timm architecture, headstart_lstm or headstart_dscnn", "NAME", usual="none"
    )
    backbone: str = option(
        "", "for boxes: the network that a detector is trained from", "NAME", usual="none"
    )
    teacher: str = option(
        "",
        "a backbone to be matched, or for boxes a run; labels are not used",
        "NAME",
        usual="none",
    )
    weights: str = option(
        "", "a safetensors file for the teacher, or the backbone", "FILE", usual="its own"
    )
    """Empty for the weights that belong to its name."""
    watch: str = option(
        "", "labeled data to evaluate a probe on, every two minutes", "DATA", usual="none"
    )
    epochs: int = option(0, "passes over the examples", "N", usual="the recipe's")
    """0 for the recipe's."""
    size: int = option(0, "side of the input in pixels", "PX", usual="the architecture's", least=1)
    """0 for what the architecture is made for."""
    words: int = option(6000, "vocabulary size of a recurrent network", "N")
    seed: int = option(0, "draws the weights, orders the examples", "N", usual="0")
    offline: bool = option(False, "never use the network", usual="off")
    fetch: str = option("100MB", "the most that is downloaded of a backbone", "SIZE")

    @classmethod
    def of(cls, **options: Any) -> "PretrainSettings":
        """From keyword options. Raises `UsageError` for one that is not a field."""
        asked = made(cls, options)
        bytes_in(asked.fetch)
        if not asked.arch and not asked.backbone:
            fix = "--arch resnet18; of boxes: --backbone headstart_detector"
            raise UsageError("U116", "nothing says which network to train", fix)
        others = [name for name in ("arch", "watch") if getattr(asked, name)]
        if asked.backbone and (wrong := "".join(others[:1])):
            raise UsageError(
                "U284", f"--{wrong} is not for detectors, which are trained from --backbone",
                f"leave --{wrong} out, or --backbone",
            )  # fmt: skip
        if asked.weights and not asked.teacher and not asked.backbone:
            raise UsageError(
                "U117", "--weights are a teacher's, and none is named", "--teacher NAME"
            )
        return asked


def _need_share(size: float) -> None:
    """Raise `UsageError` where the test would get no row, or every one."""
    if not 0 < size < 1:
        raise UsageError("U105", f"--test-size {size} is not between 0 and 1", "--test-size 0.2")
