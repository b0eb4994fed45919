"""Made-up sounds, and read speech in many forms: what the shipped backbone for sound learned from.

A scene of four seconds at 16 kHz follows from its key: tones with glides and formants, chirps,
bursts, bells and clicks, once or again and again; rain, hum and waves below them; or speech, whole
or in words. Then a room, a telephone, a filter, noise, and a level.
"""

from collections.abc import Callable, Sequence

import numpy as np
import soxr
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE, LONG = 16_000, 64_000
Draw = np.random.Generator
Wave = np.ndarray


def scene(rng: Draw, speech: Sequence[Wave]) -> Wave:
    kind = rng.random()
    found = _speech(rng, speech) if kind < 0.45 else _events(rng, kind)
    for change in (_room, _telephone, _filter, _noise):
        found = change(rng, found)
    found = found / (np.abs(found).max() + 1e-9) * 10 ** (-rng.uniform(0, 1.5))
    if rng.random() < 0.3:
        found[: int(rng.uniform(0.3, 2) * RATE)] = 0
    return np.nan_to_num(found).astype(np.float32)


def _speech(rng: Draw, speech: Sequence[Wave]) -> Wave:
    found, at = np.zeros(LONG), 0
    if rng.random() < 0.5:
        found = _talk(rng, LONG, speech)
    while at < LONG and not found.all():
        at += int(rng.uniform(0.1, 0.9) * RATE)
        n = int(rng.uniform(0.15, 1.0) * RATE)
        if at + n >= LONG:
            break
        found[at : at + n] += _talk(rng, n, speech) * _edges(n) * rng.uniform(0.5, 1)
        at += n
    if rng.random() < 0.35:
        found = found + _BEDS[rng.integers(3)](rng, LONG) * rng.choice([0.02, 0.1, 0.4])
    return found


def _events(rng: Draw, kind: float) -> Wave:
    found = np.zeros(LONG)
    if kind > 0.6:
        bed = _unit(_BEDS[rng.integers(3)](rng, LONG))
        found += bed * (1 if rng.random() < 0.5 else rng.uniform(0.02, 0.5))
    for _ in range(rng.integers(1, 4) if kind < 0.9 else 0):
        n = int(np.exp(rng.uniform(np.log(0.03), np.log(2.5))) * RATE)
        made = _EVENTS[rng.integers(len(_EVENTS))](rng, n)
        made = made / (np.abs(made).max() + 1e-9) * rng.uniform(1, 5)
        if rng.random() < 0.6:
            _repeat(rng, found, made)
        else:
            at = rng.integers(0, LONG - n)
            found[at : at + n] += made
    return found


def _repeat(rng: Draw, found: Wave, made: Wave) -> None:
    n, at = len(made), int(rng.integers(0, RATE))
    gap = int(n + np.exp(rng.uniform(np.log(0.02), 0)) * RATE)
    jitter = rng.choice([0, 0.02, 0.3])
    while at + n < LONG and rng.random() > 0.03:
        found[at : at + n] += made * rng.uniform(0.7, 1)
        at += max(1, int(gap * (1 + rng.normal(0, jitter))))


def _talk(rng: Draw, n: int, speech: Sequence[Wave]) -> Wave:
    """A piece, faster or slower, and with that higher or lower; now and then backward."""
    wave, speed = speech[rng.integers(len(speech))], rng.choice([1, 1, rng.uniform(0.7, 1.4)])
    span = int(n * speed) + 2
    at = rng.integers(0, max(1, len(wave) - span))
    piece = wave[at : at + span]
    found = np.interp(np.arange(n) * speed, np.arange(len(piece)), piece)
    return _unit(found[::-1] if rng.random() < 0.1 else found)


def _tone(rng: Draw, n: int) -> Wave:
    time, pitch = np.arange(n) / RATE, np.exp(rng.uniform(np.log(60), np.log(2500)))
    steps = np.cumsum(rng.normal(0, rng.choice([0.02, 0.15, 0.4]), 5))
    glide = np.exp(np.interp(np.linspace(0, 1, n), np.linspace(0, 1, 5), steps))
    shake = 1 + rng.choice([0, 0.02, 0.08]) * np.sin(2 * np.pi * rng.uniform(3, 12) * time)
    phase = 2 * np.pi * np.cumsum(pitch * glide * shake) / RATE
    roll, found = rng.uniform(0.3, 2), np.zeros(n)
    for k in range(1, rng.integers(3, 25)):
        found += (k * pitch < 7500) * k**-roll * np.sin(k * phase + rng.uniform(0, 6))
    found += rng.choice([0, 0.05, 0.4]) * rng.standard_normal(n)
    return (_formants(rng, found) if rng.random() < 0.6 else found) * _envelope(rng, n)


def _chirp(rng: Draw, n: int) -> Wave:
    low, high = np.exp(rng.uniform(np.log(100), np.log(7000), 2))
    pitch = low * (high / low) ** np.linspace(0, 1, n)
    return np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * _envelope(rng, n)


def _burst(rng: Draw, n: int) -> Wave:
    return _band(rng, _colored(rng, n)) * _envelope(rng, n)


def _bell(rng: Draw, n: int) -> Wave:
    time, pitch = np.arange(n) / RATE, np.exp(rng.uniform(np.log(150), np.log(3000)))
    found = np.zeros(n)
    for k in np.cumsum(rng.uniform(0.3, 1.2, 8)):
        ring = np.sin(2 * np.pi * min(7500, pitch * k) * time)
        found += rng.random() * ring * np.exp(-time * rng.uniform(2, 30))
    return found


def _click(rng: Draw, n: int) -> Wave:
    found = np.zeros(n)
    found[0] = 1
    return _formants(rng, found)


def _grains(rng: Draw, n: int) -> Wave:
    """Drops of rain, crackling of fire."""
    found, count = np.zeros(n), int(np.exp(rng.uniform(np.log(3), np.log(3000)))) + 1
    drops = rng.exponential(1, count) * rng.choice([-1, 1], count)
    np.add.at(found, rng.integers(0, n, count), drops)
    return _unit(_formants(rng, found) if rng.random() < 0.7 else _band(rng, found))


def _hum(rng: Draw, n: int) -> Wave:
    """Engines and rotors."""
    time, wander = np.arange(n) / RATE, np.cumsum(rng.normal(0, rng.uniform(0, 0.02), n))
    turn = np.sin(2 * np.pi * rng.uniform(8, 220) * time + wander)
    pulses = np.maximum(0, turn) ** rng.uniform(1, 30)
    found = pulses + rng.uniform(0, 0.8) * pulses * rng.standard_normal(n)
    return _formants(rng, found - found.mean())


def _waves(rng: Draw, n: int) -> Wave:
    time = np.arange(n) / RATE
    swell = 1 + rng.uniform() * np.sin(2 * np.pi * rng.uniform(0.1, 6) * time + rng.uniform(0, 6))
    found = _colored(rng, n)
    return (_band(rng, found) if rng.random() < 0.6 else found) * swell**2


_EVENTS: tuple[Callable[[Draw, int], Wave], ...] = (
    *(_tone, _tone, _chirp, _burst, _burst, _bell, _click),
)
_BEDS: tuple[Callable[[Draw, int], Wave], ...] = (_grains, _hum, _waves)


def _edges(n: int) -> Wave:
    time = np.linspace(0, 1, n)
    return np.minimum(1, 20 * np.minimum(time, 1 - time))


def _envelope(rng: Draw, n: int) -> Wave:
    time, kind = np.linspace(0, 1, n), rng.integers(4)
    if kind == 0:
        return np.exp(-time * rng.uniform(2, 12))
    if kind == 1:
        rise, fall = rng.uniform(0.01, 0.3), rng.uniform(0.1, 0.5)
        return np.minimum(time / rise, 1) * np.minimum((1 - time) / fall, 1)
    return np.sin(np.pi * time) ** rng.uniform(0.5, 3) if kind == 2 else _edges(n)


def _colored(rng: Draw, n: int) -> Wave:
    bins = np.fft.rfft(rng.standard_normal(n))
    return _unit(
        np.fft.irfft(bins * (np.fft.rfftfreq(n, 1 / RATE) + 20) ** -rng.uniform(0, 1.3), n)
    )


def _band(rng: Draw, found: Wave) -> Wave:
    low = np.exp(rng.uniform(np.log(60), np.log(5000)))
    high = min(7600, low * np.exp(rng.uniform(0.1, 2.5)))
    return sosfilt(butter(2, [low, high], "band", fs=RATE, output="sos"), found)


def _formants(rng: Draw, found: Wave) -> Wave:
    places = (rng.uniform(250, 900), rng.uniform(800, 2500), rng.uniform(2200, 3600))
    for hz in places[: rng.integers(1, 4)]:
        sharp, turn = rng.uniform(0.9, 0.985), 2 * np.pi * hz / RATE
        found = lfilter([1 - sharp], [1, -2 * sharp * np.cos(turn), sharp * sharp], found)
    return _unit(found)


def _room(rng: Draw, found: Wave) -> Wave:
    if rng.random() > 0.3:
        return found
    n = int(rng.uniform(0.05, 0.8) * RATE)
    echo = rng.standard_normal(n) * np.exp(-np.linspace(0, rng.uniform(4, 9), n))
    echo[0] = rng.uniform(1, 10)
    return fftconvolve(found, echo)[:LONG]


def _telephone(rng: Draw, found: Wave) -> Wave:
    if rng.random() > 0.3:
        return found
    made = soxr.resample(soxr.resample(found, RATE, 8000), 8000, RATE)[:LONG]
    return np.pad(made, (0, LONG - len(made)))


def _filter(rng: Draw, found: Wave) -> Wave:
    if rng.random() > 0.2:
        return found
    hz, kind = np.exp(rng.uniform(np.log(200), np.log(6000))), rng.choice(["low", "high"])
    return sosfilt(butter(1, hz, kind, fs=RATE, output="sos"), found)


def _noise(rng: Draw, found: Wave) -> Wave:
    if rng.random() > 0.3:
        return found
    return found + rng.standard_normal(LONG) * found.std() * 10 ** rng.uniform(-3, -1)


def _unit(found: Wave) -> Wave:
    return found / (found.std() + 1e-9)
