"""Two published networks for sound, as they are in ../shared: they taught the shipped one.

YAMNet-256 (trained on AudioSet) hears log-mel spectrograms as `headstart.modality.Sound` has them;
Google's speech embedding has its own. Both are Apache-2.0; their files stay where they are.
Needs h5py and onnxruntime.
"""

from typing import Any

import numpy as np
import torch
from torch.nn.functional import conv2d, pad

from benchmarks.measuring import SHARED

PLACE = SHARED / "weights" / "audio"
_STRIDES = (2, 1, 2, 1, 2, 1)
_FRAMES, _HOP = 76, 8
"""Of the speech embedding's window, and from one to the next: 80 ms."""


class Yamnet:
    """Six layers; 256 numbers every 80 ms, means over bands."""

    def __init__(self) -> None:
        import h5py

        self.weights: dict[str, torch.Tensor] = {}

        def visit(name: str, thing: Any) -> None:
            if isinstance(thing, h5py.Dataset):
                self.weights[name.removesuffix(":0")] = torch.tensor(np.array(thing))

        with h5py.File(PLACE / "yamnet_256_f32.h5") as file:
            file["model_weights/model_2"].visititems(visit)

    @torch.inference_mode()
    def __call__(self, spectrograms: torch.Tensor) -> torch.Tensor:
        """(b, t, 64) natural logarithms of band amounts -> (b, t / 8, 256)."""
        x = spectrograms[:, None]
        kernel = self.weights["layer1/conv/kernel"].permute(3, 2, 0, 1)
        x = self._norm(conv2d(_same(x, 2), kernel, stride=2), "layer1/conv/bn")
        for layer, stride in enumerate(_STRIDES[1:], start=2):
            name = f"layer{layer}/depthwise_conv"
            kernel = self.weights[f"{name}/depthwise_kernel"].permute(2, 3, 0, 1)
            x = conv2d(_same(x, stride), kernel, stride=stride, groups=len(kernel))
            x = self._norm(x, f"{name}/bn")
            name = f"layer{layer}/pointwise_conv"
            x = self._norm(
                conv2d(x, self.weights[f"{name}/kernel"].permute(3, 2, 0, 1)), f"{name}/bn"
            )
        return x.mean(dim=3).transpose(1, 2)

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        mean, variance, beta = (
            self.weights[f"{name}/{part}"][:, None, None]
            for part in ("moving_mean", "moving_variance", "beta")
        )
        return ((x - mean) / torch.sqrt(variance + 1e-4) + beta).relu()


class SpeechEmbedding:
    """96 numbers every 80 ms, each from 760 ms."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        names = ("melspectrogram.onnx", "embedding_model.onnx")
        self.mel, self.net = (
            onnxruntime.InferenceSession(str(PLACE / name), options) for name in names
        )

    def __call__(self, wave: np.ndarray) -> np.ndarray:
        """Samples from -1 to 1 at 16 kHz -> (moments, 96)."""
        given = {"input": np.asarray(wave, np.float32)[None] * 32767}
        frames = self.mel.run(None, given)[0].reshape(-1, 32) / 10 + 2
        starts = range(0, len(frames) - _FRAMES + 1, _HOP)
        windows = np.stack([frames[start : start + _FRAMES] for start in starts])[..., None]
        return self.net.run(None, {"input_1": windows.astype(np.float32)})[0].reshape(-1, 96)


def _same(x: torch.Tensor, stride: int, kernel: int = 3) -> torch.Tensor:
    """TensorFlow's padding."""
    sides = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        sides += [total // 2, total - total // 2]
    return pad(x, sides)
