"""What the studio's page says and what a screen reader hears of it."""

import re
from importlib.resources import files

STUDIO = files("headstart.studio")
WORDS = dict(re.findall(r'^  (\w+): "(.*)",$', (STUDIO / "en.js").read_text("utf-8"), re.M))
SHOWN, CALLED = r'text: t\("(\w+)"', r'"aria-label": t\("(\w+)"'
NAMED = re.compile(f'{SHOWN}[^"]*{CALLED}|{CALLED}[^"]*{SHOWN}')


def test_what_a_button_shows_is_part_of_what_it_is_called_by() -> None:
    """Who speaks to a page says the words that are seen (WCAG 2.5.3, label in name)."""
    pairs = []
    for source in STUDIO.iterdir():
        if source.name.endswith(".js"):
            pairs += NAMED.findall(source.read_text("utf-8"))
    assert len(pairs) >= 4
    for shown, called, called_first, shown_last in pairs:
        seen, heard = WORDS[shown or shown_last], WORDS[called or called_first]
        assert seen.rstrip("…").casefold() in heard.casefold(), (seen, heard)
