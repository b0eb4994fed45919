"""What a killed run goes on from: one file of tensors, replaced after every epoch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed
from torch import Tensor

from headstart import durable
from headstart.errors import TrainingError
from headstart.train.loop import Apprentice
from headstart.train.placing import CPU


@dataclass(frozen=True)
class Mark:
    """One epoch as the curve shows it; losses and merit as the task has them."""

    number: int
    train_loss: float
    val_loss: float
    val_merit: float


@dataclass(frozen=True)
class Progress:
    """How far training is: every epoch so far. Epoch 0 is the start."""

    marks: tuple[Mark, ...] = ()
    best: int = 0
    """The epoch whose weights are kept."""

    @property
    def done(self) -> int:
        """The last epoch that ended."""
        return self.marks[-1].number if self.marks else 0


def save(
    path: Path, apprentice: Apprentice, best: Mapping[str, Tensor], progress: Progress
) -> None:
    """Replace the checkpoint. Raises `TrainingError` for weights that are not finite."""
    tensors = {f"now.{name}": t for name, t in apprentice.network.state_dict().items()}
    tensors |= {f"best.{name}": t for name, t in best.items()}
    if apprentice.average is not None:
        tensors |= {f"mean.{name}": t for name, t in apprentice.average.state_dict().items()}
    for index, state in apprentice.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": t for name, t in state.items()}
    bad = [name for name, t in tensors.items() if not bool(torch.isfinite(t).all())]
    if bad:
        raise TrainingError(
            "T501",
            f"training diverged: {len(bad)} of {len(tensors)} tensors are not finite",
            "train with a smaller rate, or --strategy probe",
            where=bad[0],
        )
    record = {"progress": json.dumps(asdict(progress))}
    durable.write(path, packed({name: _apart(t) for name, t in tensors.items()}, record))


def restore(path: Path, apprentice: Apprentice) -> tuple[Progress, dict[str, Tensor]]:
    """Put network, optimizer and average back to where they were; nothing kept, nothing changed."""
    try:
        with safe_open(path, "pt") as file:
            record = json.loads(file.metadata()["progress"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        return Progress(), {}
    apprentice.network.load_state_dict(_below(tensors, "now."))
    if apprentice.average is not None:
        apprentice.average.load_state_dict(_below(tensors, "mean."))
    _restore_optimizer(apprentice.optimizer, _below(tensors, "optimizer."))
    marks = tuple(Mark(**mark) for mark in record["marks"])
    return Progress(marks, record["best"]), _below(tensors, "best.")


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Moments lie in memory as their parameters do: fused steps take both in order of memory."""
    learned = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, slot = name.partition(".")
        parameter = learned[int(index)]
        alike = torch.empty_like(parameter).copy_(tensor) if tensor.ndim else tensor
        state.setdefault(int(index), {})[slot] = alike.detach()
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _apart(tensor: Tensor) -> Tensor:
    """In memory of its own: some networks use the same weights twice."""
    return tensor.detach().to(CPU).clone(memory_format=torch.contiguous_format)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): t for k, t in tensors.items() if k.startswith(prefix)}
