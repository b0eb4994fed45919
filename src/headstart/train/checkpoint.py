"""What a killed run goes on from: one file of tensors, replaced after every epoch.

Its header holds a digest of every byte, of the file's place, and what was asked of the training:
a file that is damaged, comes from elsewhere, or was left by a training with other settings counts
as none, with a warning.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as unpacked
from safetensors.torch import save as packed
from torch import Tensor

from headstart import durable
from headstart.errors import TrainingError
from headstart.events import Tell, quiet, warn
from headstart.train.devices import CPU
from headstart.train.loop import TrainState

CHECKPOINT = "checkpoint.safetensors"
_OPEN = "0" * 64
_SEAL = re.compile(rb'"sealed"\s*:\s*"([0-9a-f]{64})"')


@dataclass(frozen=True)
class EpochMetrics:
    """One epoch as the curve shows it; losses and merit as the task has them."""

    number: int
    train_loss: float
    val_loss: float
    val_merit: float


@dataclass(frozen=True)
class Progress:
    """How far training is: every epoch so far. Epoch 0 is the start."""

    marks: tuple[EpochMetrics, ...] = ()
    best: int = 0
    """The epoch whose weights are kept."""
    passed: int = 0
    """The last epoch that ended without a look at validation rows."""

    @property
    def done(self) -> int:
        """The last epoch that ended."""
        return max(self.passed, self.marks[-1].number if self.marks else 0)


def save(
    path: Path,
    train_state: TrainState,
    best: Mapping[str, Tensor],
    progress: Progress,
    asked: str = "",
) -> None:
    """Replace the checkpoint. Raises `TrainingError` for weights that are not finite."""
    tensors = {f"now.{name}": t for name, t in train_state.network.state_dict().items()}
    tensors |= {f"best.{name}": t for name, t in best.items()}
    if train_state.average is not None:
        tensors |= {f"mean.{name}": t for name, t in train_state.average.state_dict().items()}
    for index, state in train_state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": t for name, t in state.items()}
    bad = [name for name, t in tensors.items() if not bool(torch.isfinite(t).all())]
    if bad:
        raise TrainingError(
            "T501",
            f"training diverged: {len(bad)} of {len(tensors)} tensors are not finite",
            "train with a smaller rate, or --strategy probe",
            where=bad[0],
        )
    record = {"progress": durable.to_json(_recorded(progress)), "asked": asked, "sealed": _OPEN}
    data = bytearray(packed({name: _apart(t) for name, t in tensors.items()}, record))
    start, end = _place_of_seal(data)
    data[start:end] = durable.seal_of(path, data).encode()
    durable.write(path, bytes(data))


def restore(
    path: Path, train_state: TrainState, asked: str = "", tell: Tell = quiet
) -> tuple[Progress, dict[str, Tensor]]:
    """Put network, optimizer and average back to where they were; nothing kept, nothing changed.

    What was `asked` has to be what it was when the checkpoint was saved.
    """
    try:
        record, tensors = _read(path)
    except FileNotFoundError:
        return Progress(), {}
    except durable.Damaged:
        warn(tell, "the checkpoint is damaged: training begins again")
        return Progress(), {}
    if record["asked"] != asked:
        warn(tell, "the checkpoint is of a training with other settings: training begins again")
        return Progress(), {}
    train_state.network.load_state_dict(_below(tensors, "now."))
    if train_state.average is not None:
        train_state.average.load_state_dict(_below(tensors, "mean."))
    _restore_optimizer(train_state.optimizer, _below(tensors, "optimizer."))
    return _progress(json.loads(record["progress"])), _below(tensors, "best.")


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Header and tensors. Raises `FileNotFoundError`; `Damaged` where a byte is not as written."""
    try:
        data = bytearray(path.read_bytes())
        start, end = _place_of_seal(data)
        sealed, data[start:end] = data[start:end].decode(), _OPEN.encode()
        if sealed != durable.seal_of(path, data):
            raise durable.Damaged(path.name)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        return header["__metadata__"], unpacked(bytes(data))
    except FileNotFoundError:
        raise
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise durable.Damaged(path.name) from error


def _place_of_seal(data: bytearray) -> tuple[int, int]:
    """Where the digest stands in the header. Raises `Damaged` where there is none."""
    end = min(len(data), 8 + int.from_bytes(data[:8], "little"))
    found = _SEAL.search(data, 8, end)
    if found is None:
        raise durable.Damaged("a checkpoint without a digest")
    return found.span(1)


def _recorded(progress: Progress) -> dict[str, object]:
    """As JSON has it, which has no numbers that are not finite: these become words."""
    marks = [
        {name: value if math.isfinite(value) else str(value) for name, value in asdict(m).items()}
        for m in progress.marks
    ]
    return {"marks": marks, "best": progress.best, "passed": progress.passed}


def _progress(record: dict[str, Any]) -> Progress:
    losses = ("train_loss", "val_loss", "val_merit")
    marks = [
        EpochMetrics(mark["number"], *(float(mark[name]) for name in losses))
        for mark in record["marks"]
    ]
    return Progress(tuple(marks), record["best"], record.get("passed", 0))


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
