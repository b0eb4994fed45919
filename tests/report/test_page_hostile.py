"""What a page shows of names and texts stays text, and asks no network for anything."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from headstart.evaluate import Shown
from headstart.report import page

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></title><b onclick=x>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ report.title }}{% raw %}",
    "\x1b[31mred\x07\x00",
    "abc\u202egnp.exe",
)


def test_nothing_is_asked_of_a_network(html, seen):
    words = re.sub(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+", "", html)
    assert not re.findall(r"(?i)https?:|//[a-z]|@import|javascript:", words)
    places = [v for _, a in seen.tags for k, v in a.items() if k in ("href", "src", "action")]
    assert places
    assert all(place.startswith("#") or place == "data:," for place in places)
    assert all(url.startswith("data:image/") for url in re.findall(r"url\(([^)]*)\)", html))


def test_the_policy_allows_no_network_and_only_the_script_of_the_page(html, seen):
    (policy,) = seen.all("meta", **{"http-equiv": "Content-Security-Policy"})
    (script,) = re.findall("<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = dict(rule.split(maxsplit=1) for rule in policy["content"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["img-src"] == "data:"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_comes_from(flowers, renamed, parse, html, text):
    seen = parse(page(renamed(flowers, text)))
    attributes = {name for _, a in seen.tags for name in a}
    assert attributes == {name for _, a in parse(html).tags for name in a}
    assert {tag for tag, _ in seen.tags} == {tag for tag, _ in parse(html).tags}
    assert len(seen.all("script")) == len(seen.all("style")) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_drawings_stays_text(many, renamed, parse, text):
    seen = parse(page(renamed(many, text)))
    assert len(seen.all("script")) == 1
    assert not seen.all("b") and not seen.all("img")
    assert not any(name.startswith("on") for _, a in seen.tags for name in a)


def test_hostile_text_is_shown_as_it_is(flowers, renamed, parse):
    assert HOSTILE[0] in parse(page(renamed(flowers, HOSTILE[0]))).text
    assert HOSTILE[3] in parse(page(renamed(flowers, HOSTILE[3]))).text


@pytest.mark.parametrize("text", HOSTILE[4:])
def test_control_and_direction_characters_are_spelled_out(flowers, many, renamed, text):
    for report in (flowers, many):
        written = page(renamed(report, text))
        assert not re.findall("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", written)
    assert "\\x1b[31mred" in written or "\\u202egnp" in written


def test_a_picture_of_another_kind_is_named_and_not_loaded(flowers, parse):
    odd = Shown(
        "x.svg", "image/svg+xml)}body{", b"<svg onload=x>", 0, 1, 0.9, True, "a", "b", False
    )
    written = page(replace(flowers, shown=(odd,)))
    assert "svg+xml" not in written and "onload" not in written
    assert "x.svg" in parse(written).text
