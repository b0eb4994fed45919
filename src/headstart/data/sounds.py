"""Which examples are recordings: by the endings of their files, or by what is in memory."""

from collections.abc import Mapping
from dataclasses import replace

from headstart.data.examples import Source, Span
from headstart.data.problem import Found

ENDINGS = {
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".w64", ".rf64"),
}
"""Of files with sound that libsndfile reads."""
_BEGIN = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"FORM")


def heard(found: Found) -> Found:
    """The same, known for recordings where more than half of the examples are."""
    sources = found.examples.sources
    sounds = sum(map(_is_sound, sources))
    many = found.holds == "files" and 2 * sounds > len(sources)
    return replace(found, holds="sounds") if many else found


def _is_sound(source: Source) -> bool:
    if not hasattr(source, "content"):
        return source.suffix.casefold() in ENDINGS
    thing = source.content
    if isinstance(thing, Span):
        return thing.path.suffix.casefold() in ENDINGS
    if isinstance(thing, bytes):
        return thing[:4] in _BEGIN or thing[:3] in _BEGIN
    if isinstance(thing, Mapping):
        return "sampling_rate" in thing
    return isinstance(thing, tuple) and len(thing) == 2 and isinstance(thing[1], int)
