"""What tracks runs elsewhere, each behind the same three calls; libraries are imported on use."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

_ODD = re.compile(r"[^\w\-./ ]")
"""What MLflow's names of metrics must not hold."""
_LONGEST = 500
_PROJECT = "headstart"


class Tracker(Protocol):
    """Where figures of one run go."""

    package: ClassVar[str]
    """What has to be installed."""

    def __init__(self, target: str, title: str, settings: Mapping[str, Any]) -> None: ...

    def figures(self, named: Mapping[str, float], step: int) -> None:
        """Add figures of one step."""
        ...

    def file(self, path: Path) -> None:
        """Keep a file beside them, where files are kept."""
        ...

    def end(self) -> None:
        """Close it."""
        ...


class TensorBoard:
    """Event files in a folder: `tensorboard`, or `tensorboard:FOLDER`."""

    package: ClassVar[str] = "tensorboard"

    def __init__(self, target: str, title: str, settings: Mapping[str, Any]) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(Path(target or "runs/tensorboard") / title))
        rows = "\n".join(f"    {name}: {value}" for name, value in settings.items())
        self._writer.add_text("settings", rows)

    def figures(self, named: Mapping[str, float], step: int) -> None:
        """One scalar each."""
        for name, value in named.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def file(self, path: Path) -> None:
        """Nothing: event files hold no files."""

    def end(self) -> None:
        """Close the file."""
        self._writer.close()


class MLflow:
    """A run of the experiment "headstart" on a server: `mlflow:URI`, or `mlflow` where
    MLFLOW_TRACKING_URI says it. Version 3 of the extra's package takes no folder and no SQLite.
    """  # noqa: D205 - one sentence

    package: ClassVar[str] = "mlflow"

    def __init__(self, target: str, title: str, settings: Mapping[str, Any]) -> None:
        from mlflow.tracking import MlflowClient

        self._client = MlflowClient(tracking_uri=target or None)
        known = self._client.get_experiment_by_name(_PROJECT)
        experiment = known.experiment_id if known else self._client.create_experiment(_PROJECT)
        self._run = self._client.create_run(experiment, run_name=title).info.run_id
        for name, value in settings.items():
            self._client.log_param(self._run, _plain(name), str(value)[:_LONGEST])

    def figures(self, named: Mapping[str, float], step: int) -> None:
        """One metric each."""
        for name, value in named.items():
            self._client.log_metric(self._run, _plain(name), value, step=step)

    def file(self, path: Path) -> None:
        """An artifact; models are not logged: MLflow pickles them."""
        self._client.log_artifact(self._run, str(path))

    def end(self) -> None:
        """Mark the run as finished."""
        self._client.set_terminated(self._run)


class WandB:
    """A run of a project: `wandb`, or `wandb:PROJECT`."""

    package: ClassVar[str] = "wandb"

    def __init__(self, target: str, title: str, settings: Mapping[str, Any]) -> None:
        import wandb

        self._run = wandb.init(project=target or _PROJECT, name=title, config=dict(settings))

    def figures(self, named: Mapping[str, float], step: int) -> None:
        """All of one step; steps of several trainings begin anew, so the step is a figure."""
        self._run.log({**named, "step": step})

    def file(self, path: Path) -> None:
        """A file of the run."""
        self._run.save(str(path), base_path=str(path.parent), policy="now")

    def end(self) -> None:
        """Send what is left."""
        self._run.finish()


class Trackio:
    """A run of a project on this machine: `trackio`, or `trackio:PROJECT`."""

    package: ClassVar[str] = "trackio"

    def __init__(self, target: str, title: str, settings: Mapping[str, Any]) -> None:
        import trackio

        self._run = trackio.init(project=target or _PROJECT, name=title, config=dict(settings))

    def figures(self, named: Mapping[str, float], step: int) -> None:
        """All of one step, which is a figure as well."""
        self._run.log({**named, "step": step})

    def file(self, path: Path) -> None:
        """Nothing: Trackio keeps figures."""

    def end(self) -> None:
        """Send what is left."""
        self._run.finish()


def _plain(name: str) -> str:
    """A name that MLflow takes.

    >>> _plain("training 1/val loss (%)")
    'training 1/val loss ___'
    """
    return _ODD.sub("_", name)


TRACKERS: dict[str, type[Tracker]] = {
    "tensorboard": TensorBoard,
    "mlflow": MLflow,
    "wandb": WandB,
    "trackio": Trackio,
}
