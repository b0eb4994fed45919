"""Makes the backbone for sound that ships: one small network learns what two larger ones say.

`python -m benchmarks hearing`: 6,400 made-up scenes of four seconds (`scenes`), of which 45% hold
read speech (../shared/pretrain/speech, CC BY); what the teachers say of every 80 ms (`teachers`);
14 epochs in which the student learns to say the same, each number in units of its spread. Nothing
of ../shared/data is heard. On two cores of a shared Xeon at 2.5 GHz that had other work to do,
2026-11-21: 14 minutes for the scenes, 86 of training; of 160 scenes kept apart the student
leaves 19% of the variance of YAMNet's numbers and 35% of the speech embedding's unexplained.
The figures on real sounds are those of `python -m benchmarks sounds`.
"""

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
from benchmarks.teaching import taught
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
    average = network

    def left(
        network: torch.nn.Sequential, rows: np.ndarray, _: np.random.Generator
    ) -> torch.Tensor:
        return _left(network, *taken(np.sort(rows)))

    plan = {"rng": np.random.default_rng(0), "epochs": EPOCHS, "rate": RATE, "batch": BATCH}
    for epoch, average in taught(network, rest, left, **plan, clip=5.0):
        _told(average, *taken(kept), epoch)
    return average


def _left(network: torch.nn.Sequential, x: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """What the student does not say yet, each moment for itself and in the mean."""
    said = network[-1].moments(network[:-1](x))
    each = (said - wanted).square() + 2 * (said.mean(1) - wanted.mean(1)).square()[:, None]
    return (each * torch.from_numpy(SHARE).float()).mean()


@torch.inference_mode()
def _told(network: torch.nn.Sequential, x: torch.Tensor, wanted: torch.Tensor, epoch: int) -> None:
    left = (network[-1].moments(network[:-1](x)) - wanted).square().mean((0, 1))
    figure("unexplained", epoch=epoch, yamnet=round(float(left[:256].mean()), 3),
           speech=round(float(left[256:].mean()), 3))  # fmt: skip


if __name__ == "__main__":
    main()
