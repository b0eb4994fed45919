"""Sound of telephones and films: m4a, mp4, webm, AAC, AMR and others, by PyAV, an extra.

FFmpeg is told which container to expect by the first bytes, so that no playlist is followed and no
other file is opened.
"""

from importlib.util import find_spec
from io import BufferedIOBase

import numpy as np
from jaxtyping import Float32

from headstart.errors import needs
from headstart.modality.file_types import LEAST_MISSING

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
"""Of all channels together, 2 GB of memory: 1.7 hours of stereo at 44.1 kHz."""
_SLACK_S = 0.1
"""Codecs add and leave out up to so much at the ends."""


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
                    raise RuntimeError(f"it has more than {MOST_SAMPLES:,} samples")
            alone = len(opened.streams) == 1  # a film may be longer than its sound
            promised_s = float(opened.duration or 0) / av.time_base if alone else 0.0
    except av.error.FFmpegError as error:
        raise RuntimeError(f"{type(error).__name__}: {error.strerror}") from error
    if not parts or not rate:
        raise RuntimeError("no samples came of it")
    table = np.concatenate(parts).astype(np.float32)
    need_whole(len(table) / rate, promised_s)
    return table, rate


def need_whole(heard_s: float, promised_s: float) -> None:
    """Raise `RuntimeError` where more is missing of a recording's seconds than codecs leave out."""
    if promised_s - heard_s > max(_SLACK_S, LEAST_MISSING * promised_s):
        raise RuntimeError(f"it stops after {heard_s:,.2f} of {promised_s:,.2f} s")
