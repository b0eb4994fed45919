"""Short recordings, made up: low tones, high tones, and noise."""

import wave
from pathlib import Path

import numpy as np

RATE = 8_000


def samples(kind: str, seed: int, seconds: float = 0.6) -> np.ndarray:
    """From -1 to 1, at 8 kHz."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = {"low": rng.uniform(200, 400), "high": rng.uniform(1500, 2500), "noise": 0.0}[kind]
    tone = np.sin(2 * np.pi * pitch * time + rng.uniform(0, 6)) if pitch else 0.0
    found = 0.4 * tone + (0.2 if kind == "noise" else 0.02) * rng.standard_normal(len(time))
    return found.clip(-1, 1)


def write(path: Path, found: np.ndarray, rate: int = RATE) -> Path:
    """As 16-bit PCM; columns are channels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if found.ndim == 1 else found.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((found * 32767).astype("<i2").tobytes())
    return path


def folder(root: Path, each: int = 16) -> Path:
    """Three classes, of differing lengths."""
    for kind in ("low", "high", "noise"):
        for i in range(each):
            write(root / kind / f"{i}.wav", samples(kind, i, 0.4 + 0.1 * (i % 12)))
    return root
