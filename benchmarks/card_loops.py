"""Plain PyTorch beside headstart on one device: what a bare loop takes for the same work."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

RANK = 8
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Took:
    """What some work came to: things a second, and bytes at most on the device."""

    rate: float
    peak: int = 0


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(device: torch.device, count: int, work: Callable[[], object]) -> Took:
    """Things a second of a work that handles so many of them."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    wait(device)
    began = time.perf_counter()
    work()
    wait(device)
    spent = time.perf_counter() - began
    peak = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0
    return Took(count / spent, peak)


def pinned(batch: Tensor, device: torch.device) -> Tensor:
    if device.type != "cuda":
        return batch
    return batch.pin_memory().to(device, non_blocking=True)


def normalized(pixels: Tensor, kind: torch.dtype) -> Tensor:
    mean = torch.tensor(MEAN, device=pixels.device, dtype=kind)[:, None, None] * 255
    std = torch.tensor(STD, device=pixels.device, dtype=kind)[:, None, None] * 255
    return ((pixels.to(kind) - mean) / std).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def pictures(
    network: nn.Module, device: torch.device, batches: list[list[Tensor]], *, compiled: bool
) -> Took:
    """Rows of a frozen network, in bfloat16: stacked, pinned, sent as bytes, and copied back."""
    network = network.eval().to(device, torch.bfloat16, memory_format=torch.channels_last)
    run: Any = torch.compile(network) if compiled else network

    def one(batch: list[Tensor]) -> Tensor:
        made: Tensor = run(normalized(pinned(torch.stack(batch), device), torch.bfloat16))
        return made.float()

    one(batches[0]).cpu()
    one(batches[0]).cpu()
    rows = sum(map(len, batches))
    return timed(device, rows, lambda: [one(batch) for batch in batches][-1].cpu())


@torch.inference_mode()
def texts(network: nn.Module, device: torch.device, batches: list[Tensor]) -> Took:
    """Mean rows of a frozen network for texts, in bfloat16; batches are padded by -1."""
    network = network.eval().to(device, torch.bfloat16)

    def one(batch: Tensor) -> Tensor:
        tokens = pinned(batch, device)
        return _row(network, tokens).float()

    one(batches[0]).cpu()
    rows = sum(map(len, batches))
    return timed(device, rows, lambda: [one(batch) for batch in batches][-1].cpu())


def _row(network: nn.Module, tokens: Tensor) -> Tensor:
    mask = (tokens >= 0).long()
    hidden = network(tokens.clamp_min(0), attention_mask=mask).last_hidden_state
    return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def training(
    network: nn.Module,
    head: nn.Module,
    device: torch.device,
    batches: Callable[[], Iterator[tuple[Tensor, Tensor]]],
    *,
    half: bool,
    warm: int = 3,
) -> Took:
    """Steps of a loop that does nothing else; pictures are mirrored and moved on the device."""
    network, head = network.train().to(device), head.to(device)
    whole = [p for p in (*network.parameters(), *head.parameters()) if p.requires_grad]
    optimizer = torch.optim.AdamW(whole, lr=1e-4, fused=True)

    def step(given: Tensor, wanted: Tensor) -> None:
        given, wanted = pinned(given, device), pinned(wanted, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            rows = network(_moved(given)) if given.ndim == 4 else _row(network, given)
            scores = head(rows)
        loss = nn.functional.cross_entropy(scores.float(), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    source = batches()
    for _ in range(warm):
        step(*next(source))
    left = list(source)
    count = sum(len(wanted) for _, wanted in left)
    return timed(device, count, lambda: [step(*batch) for batch in left])


def _moved(pixels: Tensor) -> Tensor:
    """A crop and a mirror for the whole batch, by one grid."""
    given = normalized(pixels, torch.float32)
    turn = torch.zeros(len(given), 2, 3, device=given.device)
    turn[:, 0, 0] = torch.where(torch.rand(len(given), device=given.device) < 0.5, -0.8, 0.8)
    turn[:, 1, 1] = 0.8
    turn[:, :, 2] = torch.rand(len(given), 2, device=given.device) * 0.4 - 0.2
    grid = nn.functional.affine_grid(turn, list(given.shape), align_corners=False)
    return nn.functional.grid_sample(given, grid, align_corners=False)


def thin(network: nn.Module) -> nn.Module:
    """Thin matrices beside each linear layer, by peft where it is installed, else by its way."""
    network.requires_grad_(False)
    try:
        import peft  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError:
        for layer in list(network.modules()):
            for name, child in list(layer.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(layer, name, Thin(child))
        return network
    asked = peft.LoraConfig(r=RANK, target_modules="all-linear", use_rslora=True)
    changed: nn.Module = peft.get_peft_model(network, asked)
    return changed


class Thin(nn.Module):
    """A linear layer as it is, and two thin matrices beside it, as peft has them."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Linear(layer.in_features, RANK, bias=False)
        self.up = nn.Linear(RANK, layer.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, rows: Tensor) -> Tensor:
        made: Tensor = self.layer(rows) + self.up(self.down(rows)) / RANK**0.5
        return made
