"""The verbs of the front door, with every option as a keyword.

Places, flags and words are judged here, and files are listed, before PyTorch is imported: that
takes seconds, and a wrong word should not.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from headstart.backbone import listed
from headstart.data.column_settings import Columns
from headstart.data.presence import is_address, need_place
from headstart.events import Tell, quiet, together
from headstart.features.clearing import guarded
from headstart.notebook import watched
from headstart.options import made, signed
from headstart.run import sweep_grid
from headstart.run.folder import Request
from headstart.run.network_settings import Network
from headstart.run.reading import Run, report
from headstart.run.settings import (
    AUTO,
    FeatureSettings,
    PretrainSettings,
    RankSettings,
    Settings,
    cache_root,
)
from headstart.run.signatures import (
    ColumnOptions,
    FeatureOptions,
    PretrainOptions,
    RankOptions,
    TrainOptions,
)
from headstart.run.tracking import need_trackers, tracking
from headstart.scale import need_one_process

if TYPE_CHECKING:
    import headstart.advise
    import headstart.backbone
    import headstart.data
    import headstart.evaluate
    import headstart.run.feature_parts
    import headstart.run.sweeping

    Place: TypeAlias = Path | str | headstart.data.Found | headstart.data.Frame | Any
    """A path or an address; a DataFrame, a data set of `datasets`, torch or torchvision; or what
    is found already."""


@signed(Columns)
@guarded
@watched
def check(
    place: "Place",
    *,
    page: Path | str | None = None,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[ColumnOptions],
) -> "headstart.data.Audit":
    """Read and look at everything, train nothing.

    Whatever is wrong is listed; `refused` says where nothing could be learned from the rest. `page`
    is an HTML file to write, which shows the pictures that it is about.
    """
    columns, root = made(Columns, options), cache_root(cache)
    found = _found(place, columns, root, Network(), tell)
    from headstart.run import pipeline

    return pipeline.check(found, root, tell, Path(page) if page else None)


@signed(Settings)
@guarded
@watched
def train(
    place: "Place",
    *,
    out: Path | str | None = None,
    cache: Path | None = None,
    tell: Tell = quiet,
    track: str | None = None,
    **options: Unpack[TrainOptions],
) -> Run:
    """Read and audit the data, fit the arms, judge them once, and leave a run folder.

    `place` is a folder, a table, an archive, the address of one (hf://datasets/owner/name, s3://…),
    a DataFrame, a data set of `datasets`, torch or torchvision, or what
    `headstart.data.from_memory` makes of arrays or pictures. `out` is the folder to leave
    (runs/DATE_NAME), `cache` where features are kept, `tell` who hears of the progress, and
    `track` what keeps figures elsewhere ("tensorboard", "mlflow:URI", "wandb", "trackio"). The same
    call again goes on where a killed one was, and gives back a finished one. Raises `DataError`,
    `BackboneError`, `UsageError`, `ResourceError` or `TrainingError`.
    """
    need_one_process()
    settings, root = Settings.of(**options), cache_root(cache)
    trackers = need_trackers(track or "")
    found = _found(place, settings.columns, root, settings.network, tell)
    lies = _where(place)
    where = lies or "memory"
    request = Request(Path(out) if out else None, Path(where).stem, settings.digest(where), lies)
    from headstart.run import pipeline

    title = Path(out).name if out else request.name
    with tracking(trackers, title, settings.record(), tell) as (hear, finish):
        run = pipeline.train(found, settings, request, root, together(tell, hear))
        finish(run)
    return run


@signed(Settings)
@guarded
@watched
def plan(
    place: "Place",
    *,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[TrainOptions],
) -> "headstart.advise.Plan":
    """Say what `train` would try and take: read all examples, run and fit a part, extrapolate.

    What is read and run here need not be again. Raises what `train` raises.
    """
    settings, root = Settings.of(**options), cache_root(cache)
    found = _found(place, settings.columns, root, settings.network, tell)
    from headstart.run import planning

    return planning.plan(found, settings, root, tell)


@signed(RankSettings)
@guarded
@watched
def rank(
    place: "Place | headstart.data.Dataset",
    *,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[RankOptions],
) -> "list[headstart.advise.Ranked]":
    """Order candidates by what their features say about at most 1,000 examples, and by the prior.

    After `budget` (seconds, or "10m") no further candidate is begun; what is left is spent on short
    fine-tunes. Rows that `train` tests on with this `seed` and `test_size` are not looked at.
    Raises `DataError`; `UsageError` where every candidate was left out.
    """
    settings, root = made(RankSettings, options), cache_root(cache)
    if not isinstance(place, Path | str):  # else it is not divided yet
        from headstart.data import Dataset

        if isinstance(place, Dataset):
            from headstart.advise import RankedList
            from headstart.run import candidate_ranking

            return RankedList(candidate_ranking.rank(place, settings, root, tell))
    found = _found(place, settings.columns, root, settings.network, tell)
    from headstart.advise import RankedList
    from headstart.run import candidate_ranking

    dataset = candidate_ranking.dataset_for(found, settings, root, tell)
    return RankedList(candidate_ranking.rank(dataset, settings, root, tell))


@signed(FeatureSettings)
@guarded
def features(
    place: "Place",
    *,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[FeatureOptions],
) -> "headstart.run.feature_parts.FeaturePart":
    """Make rows of a frozen network, of one part of the examples, and add them to what is shared.

    `train` with the same `shared` computes none of them again. Parts may run at the same time, be
    killed and be given again: what is finished is not made anew. Raises `DataError`,
    `BackboneError`, `UsageError` or `ResourceError`.
    """
    settings, root = made(FeatureSettings, options), cache_root(cache)
    found = _found(place, settings.columns, root, settings.network, tell)
    from headstart.run import feature_parts

    return feature_parts.features(found, settings, root, tell)


@signed(PretrainSettings)
@guarded
@watched
def pretrain(
    place: Path | str | Sequence[Path | str],
    *,
    out: Path | str,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[PretrainOptions],
) -> "headstart.backbone.Backbone":
    """Train a network from fresh weights and leave a backbone folder at `out`; of boxes a detector,
    from the weights of `backbone`.

    On one or several labeled sets, a head each; with `teacher` on anything, labeled or not, to say
    what the teacher says; a recurrent one on texts, to tell the next token. The same call again
    goes on where a killed one was. Raises `DataError`, `BackboneError`, `UsageError` or
    `TrainingError`.
    """  # noqa: D205 - one sentence
    settings, root = PretrainSettings.of(**options), cache_root(cache)
    places = [Path(one) for one in ([place] if isinstance(place, Path | str) else place)]
    for one in places:
        need_place(one)
    from headstart.run import pretraining

    return pretraining.pretrain(places, Path(out), settings, root, tell)


def compare(runs: Sequence[Path | str]) -> "headstart.evaluate.Comparison":
    """Hold finished runs of one task against the first of them, on the test rows that they share.

    Rows are matched by what they show and their labels. Each difference has a paired 95% interval;
    every run is held against one common way without a network, too. Raises `UsageError` where one
    is no finished run, where tasks differ, or where no test row is shared.
    """
    read = [report(run) for run in runs]
    from headstart.run import comparing

    return comparing.compare(read)


@signed(Settings)
@guarded
def sweep(
    place: Path | str,
    *,
    seeds: int = 3,
    out: Path | str | None = None,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Unpack[TrainOptions],
) -> "headstart.run.sweeping.Sweep":
    """Train with every backbone, every strategy and so many seeds, and compare all of them.

    `backbone` and `strategy` may hold several words with commas between them; seeds count from
    `seed`. Each run is one of `train` in a folder below `out` (runs/sweep_NAME_...), so that the
    same call goes on where a killed one was, and another one adds to it; workers (`on`) make them
    side by side. A run that fails is listed, and the others go on. Raises what `train` raises where
    all of them fail.
    """
    known: dict[str, Any] = {**options}
    grid = [known.pop(name, None) or AUTO for name in ("backbone", "strategy")]
    cells = sweep_grid.cells_of(
        str(grid[0]), str(grid[1]), int(known.pop("seed", None) or 0), seeds
    )
    need_place(place)
    lies = _where(place)
    asked = {
        cell: {**known, "backbone": cell.backbone, "strategy": cell.strategy, "seed": cell.seed}
        for cell in cells
    }
    for one in asked.values():
        Settings.of(**one)  # a wrong word is refused before any of them begins
    folder = sweep_grid.folder_of(out, Path(lies).stem, Settings.of(**known).digest(lies))
    sweep_grid.need_sweep(folder)
    from headstart.run import sweep_jobs, sweeping

    on = Settings.of(**known).network.where
    done = sweep_jobs.by_workers(lies, folder, cache_root(cache), asked, on, tell)

    def make(cell: sweep_grid.Cell) -> Run:
        out = folder / cell.name
        made = sweep_jobs.known(done[cell], out, tell) if cell in done else None
        return made or train(place, out=out, cache=cache, tell=tell, **asked[cell])

    return sweeping.swept(folder, cells, make, tell)


def backbones() -> "tuple[headstart.backbone.Listed, ...]":
    """List what can be started from, here and now: in the package, and in the hub's cache."""
    return listed(cache_root(None))


def _found(
    place: "Place", columns: Columns, root: Path, network: Network, tell: Tell
) -> "headstart.data.Found":
    if isinstance(place, Path | str):
        need_place(place)
    from headstart.run import inputs

    return inputs.found_at(place, columns, root, network, tell)


def _where(place: object) -> str:
    """The address or the path that can be gone to again; empty for what is in memory."""
    if not isinstance(place, Path | str):
        return ""
    return str(place) if is_address(place) else str(Path(place).resolve())
