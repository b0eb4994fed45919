"""Sound of telephones and films: m4a, mp4, webm, AAC, AMR and others, by PyAV, an extra.

FFmpeg is told which container to expect by the first bytes, so that no playlist is followed and no
other file is opened.
"""

from importlib.util import find_spec
from io import BufferedIOBase

import numpy as np
from jaxtyping import Float32

from headstart.errors import needs

_CONTAINERS = {
    "MPEG-4 (m4a, mp4)": "mov",
    "Matroska (webm, mka)": "matroska",
    "Windows Media (wma)": "asf",
    "AMR": "amr",
    "AAC": "aac",
    "Monkey's Audio": "ape",
    "WavPack": "wv",
}
"""What FFmpeg calls the formats that libsndfile does not read."""
MOST_SAMPLES = 2**29
"""Of all channels together, 2 GB of memory: 3 hours of stereo."""


def can_decode() -> bool:
    """Whether PyAV is installed."""
    return find_spec("av") is not None


def decoded(file: BufferedIOBase, form: str) -> tuple[Float32[np.ndarray, "n c"], int]:
    """All samples of the first sound in a file, and how many there are a second.

    Raises `RuntimeError` where there is no sound, too much of it, or it cannot be decoded.
    """
    with needs("media"):
        import av

    try:
        with av.open(file, mode="r", format=_CONTAINERS[form]) as opened:
            if not opened.streams.audio:
                raise RuntimeError("there is no sound in it")
            stream = opened.streams.audio[0]
            plain = av.AudioResampler(format="fltp")
            parts, rate, count = list[np.ndarray](), int(stream.rate or 0), 0
            for frame in opened.decode(stream):
                for piece in plain.resample(frame):
                    parts.append(piece.to_ndarray().T)
                    count += parts[-1].size
                if count > MOST_SAMPLES:
                    raise RuntimeError("it is longer than three hours")
    except av.error.FFmpegError as error:
        raise RuntimeError(f"{type(error).__name__}: {error.strerror}") from error
    if not parts or not rate:
        raise RuntimeError("no samples came of it")
    return np.concatenate(parts).astype(np.float32), rate
