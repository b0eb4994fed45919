"""Text and numbers of a page can be read on every ground, light and dark."""

import re

import pytest

from headstart.report.figures import heat


def _palettes(html):
    light, dark = re.findall(r":root \{(.*?)\}", html, re.DOTALL)[:2]
    return [dict(re.findall(r"--([\w-]+): ([^;]+);", text)) for text in (light, dark)]


def _rgb(code):
    if " " in code:
        return [int(part) for part in code.split()]
    code = code[1:] if len(code) > 4 else "".join(c * 2 for c in code[1:])
    return [int(code[i : i + 2], 16) for i in (0, 2, 4)]


def _luminance(rgb):
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(a, b):
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground(html, mode):
    colors = {name: _rgb(code) for name, code in _palettes(html)[mode].items()}
    for ground in ("paper", "card", "tint"):
        for text in ("ink", "soft", "blue", "rust"):
            assert _contrast(colors[text], colors[ground]) >= 4.5, (text, ground)
    for ground in ("green", "red", "slate"):
        assert _contrast(colors["on"], colors[ground]) >= 4.5, ground


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("color", ["blue-rgb", "orange-rgb"])
def test_numbers_can_be_read_on_the_deepest_cell(html, mode, color):
    colors = {name: _rgb(code) for name, code in _palettes(html)[mode].items()}
    pairs = zip(colors[color], colors["paper"], strict=True)
    deepest = [heat(1.0) * a + (1 - heat(1.0)) * b for a, b in pairs]
    assert _contrast(colors["ink"], deepest) >= 4.5
