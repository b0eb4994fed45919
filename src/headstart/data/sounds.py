"""Which examples are recordings: by the endings of their files, or by what is in memory."""

from collections.abc import Mapping
from dataclasses import replace

from headstart.data.examples import Source, Span
from headstart.data.found import Found

ENDINGS = {
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".w64", ".rf64"),
}
"""Of files with sound that libsndfile reads."""
UNREAD = {
    *(".m4a", ".m4b", ".mp4", ".aac", ".wma", ".amr", ".webm", ".3gp", ".mka", ".weba", ".ape"),
    *(".wv", ".ac3", ".dts", ".caff", ".m4r", ".awb"),
}
"""Of files with sound that it does not read: they are recordings, and each is refused as such."""
_BEGIN = (b"fLaC", b"OggS", b"ID3")
_FORMS = {b"RIFF": (b"WAVE",), b"RF64": (b"WAVE",), b"FORM": (b"AIFF", b"AIFC")}
"""Containers of chunks, and what they say of their content behind their size: pictures are RIFF,
too (WebP), and FORM (ILBM)."""


def with_sounds(found: Found) -> Found:
    """The same, known for recordings where more than half of the examples are."""
    sources = found.examples.sources
    sounds = sum(map(_is_sound, sources))
    many = found.holds == "files" and 2 * sounds > len(sources)
    return replace(found, holds="sounds") if many else found


def _is_sound(source: Source) -> bool:
    if not hasattr(source, "content"):
        return source.suffix.casefold() in ENDINGS | UNREAD
    thing = source.content
    if isinstance(thing, Span):
        return thing.path.suffix.casefold() in ENDINGS | UNREAD
    if isinstance(thing, bytes):
        return _begins_as_sound(thing)
    if isinstance(thing, Mapping):
        return "sampling_rate" in thing
    return isinstance(thing, tuple) and len(thing) == 2 and isinstance(thing[1], int)


def _begins_as_sound(content: bytes) -> bool:
    if content[:4] in _FORMS:
        return content[8:12] in _FORMS[content[:4]]
    return content.startswith(_BEGIN)
