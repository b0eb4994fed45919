"""Makes the backbone for sound that ships: one small network learns what two larger ones say.

`python -m benchmarks hearing`: 6,400 made-up scenes of four seconds (`scenes`), of which 45% hold
read speech (../shared/pretrain/speech, CC BY); what the teachers say of every 80 ms (`teachers`);
14 epochs in which the student learns to say the same, each number in units of its spread. Nothing
of ../shared/data is heard. On two cores of a shared Xeon at 2.5 GHz that had other work to do,
2026-11-21: 14 minutes for the scenes, 86 of training; of 160 scenes kept apart the student
leaves 19% of the variance of YAMNet's numbers and 35% of the speech embedding's unexplained.
The figures on real sounds are those of `python -m benchmarks sounds`.
"""

import copy
import math
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file

from benchmarks.measuring import SHARED, figure, here
from benchmarks.scenes import LONG, scene
from benchmarks.teachers import PLACE, SpeechEmbedding, Yamnet
from headstart.backbone import HEARING, Architecture, build
from headstart.modality import Sound
from headstart.modality.sound import FLOOR

SPEECH = SHARED / "pretrain" / "speech"
SCENES, EPOCHS, BATCH, RATE = 6_400, 14, 32, 3e-3
SHARE = np.r_[np.ones(256), np.full(96, 4.0)]
"""What each number counts: 96 of speech as much as one and a half times 256 of sounds."""


def main() -> None:
    if not here(SPEECH, PLACE):
        return
    parts = np.array_split(np.arange(SCENES), os.cpu_count() or 1)
    with ProcessPoolExecutor() as pool:
        made = [pair for part in pool.map(_taught, parts) for pair in part]
    heard, said = (np.stack(side) for side in zip(*made, strict=True))
    network = _trained(heard, said)
    place = Path("headstart_dscnn.safetensors")
    save_file(network.state_dict(), place)
    figure("hearing", saved=str(place), scenes=SCENES, epochs=EPOCHS)


def _taught(keys: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Spectrograms and what both teachers say of them."""
    torch.set_num_threads(1)
    speech = [soundfile.read(path, dtype="float32")[0] for path in sorted(SPEECH.glob("*.ogg"))]
    sound, yamnet, embedding, found = Sound(), Yamnet(), SpeechEmbedding(), []
    for key in keys.tolist():
        wave = scene(np.random.default_rng(key), speech)
        heard = sound.of(np.pad(wave, (0, 240)))[: LONG // 160]
        sounds = yamnet(heard[None].float() + math.log(FLOOR))[0].numpy()
        words = embedding(np.pad(wave, (6_080, 7_360)))[: len(sounds)]
        found.append((heard.numpy(), np.hstack([sounds, words]).astype(np.float16)))
    return found


def _trained(heard: np.ndarray, said: np.ndarray) -> torch.nn.Sequential:
    kept = np.arange(0, len(heard), 40)
    rest = np.setdiff1d(np.arange(len(heard)), kept)
    some = said[::4].astype(np.float32).reshape(-1, said.shape[2])
    mean, spread = some.mean(0), some.std(0)
    spread = np.maximum(spread, 0.05 * np.median(spread[:256]))

    def taken(rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.from_numpy(heard[rows]).float()
        wanted = torch.from_numpy((said[rows].astype(np.float32) - mean) / spread)
        return torch.cat([x, torch.ones(*x.shape[:2], 1)], dim=2), wanted

    network = build(Architecture(HEARING)).requires_grad_(True)
    average, steps = copy.deepcopy(network), len(rest) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.02, fused=True)
    rng, step = np.random.default_rng(0), 0
    for epoch in range(1, EPOCHS + 1):
        network.train()
        for rows in np.array_split(rng.permutation(rest)[: steps * BATCH], steps):
            for group in optimizer.param_groups:
                falling = 0.5 * (1 + math.cos(math.pi * step / (EPOCHS * steps)))
                group["lr"] = RATE * min(1, (step + 1) / 200) * falling
            _step(network, optimizer, *taken(np.sort(rows)))
            step += 1
            _follow(average, network, min(0.998, (1 + step) / (10 + step)))
        _told(average.eval(), *taken(kept), epoch)
    return average


def _step(
    network: torch.nn.Sequential,
    optimizer: torch.optim.Optimizer,
    x: torch.Tensor,
    wanted: torch.Tensor,
) -> None:
    said = network[-1].moments(network[:-1](x))
    each = (said - wanted).square() + 2 * (said.mean(1) - wanted.mean(1)).square()[:, None]
    loss = (each * torch.from_numpy(SHARE).float()).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step()


@torch.no_grad()
def _follow(average: torch.nn.Module, network: torch.nn.Module, decay: float) -> None:
    now = network.state_dict()
    for name, tensor in average.state_dict().items():
        if tensor.is_floating_point():
            tensor.lerp_(now[name], 1 - decay)
        else:
            tensor.copy_(now[name])


@torch.inference_mode()
def _told(network: torch.nn.Sequential, x: torch.Tensor, wanted: torch.Tensor, epoch: int) -> None:
    left = (network[-1].moments(network[:-1](x)) - wanted).square().mean((0, 1))
    figure("unexplained", epoch=epoch, yamnet=round(float(left[:256].mean()), 3),
           speech=round(float(left[256:].mean()), 3))  # fmt: skip


if __name__ == "__main__":
    main()
