"""Web pages as the text that a reader sees."""

import re
from html import unescape
from html.parser import HTMLParser

PAGES = frozenset({".html", ".htm"})
"""Endings of files whose text lies in markup."""
NOTE = "markup of .html files is left out: what is read is the text that a reader sees"
_UNSEEN = {"script", "style", "template", "noscript"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
    *("img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub"),
    *("sup", "time", "tt", "u", "var", "wbr"),
}
"""Elements that end no word: <b>bo</b>ld is one."""


def visible_text(page: str) -> str:
    """The words of a page, a line a block, without scripts, styles and remarks.

    >>> visible_text("<style>b {}</style><p>A <b>bo</b>ld &amp; <i>new</i><br>start").splitlines()
    ['A bold & new', 'start']
    """
    reader = _Reader()
    reader.feed(page)
    # not `close`, which looks to the end of the page from each mark that nobody ended
    reader.handle_data(unescape(_ENDED.sub(" ", reader.rawdata)))
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split(_BREAK)]
    return "\n".join(filter(None, lines))


_ENDED = re.compile(r"<[^<>]*>")
"""A mark in what is left behind one that does not end."""
_BREAK = "\0"
"""Between blocks, where line breaks of the source are blanks."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = list[str]()
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in _UNSEEN
        self.pieces += [] if tag in _INLINE else [_BREAK]

    def handle_endtag(self, tag: str) -> None:
        self.unseen = max(0, self.unseen - (tag in _UNSEEN))
        self.pieces += [] if tag in _INLINE else [_BREAK]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces += [] if tag in _INLINE else [_BREAK]

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002
        """Past <![if IE]> and its like: the parser knows few of them, and stops at others."""
        return self.rawdata.find(">", i) + 1 or -1

    def handle_data(self, data: str) -> None:
        self.pieces += [] if self.unseen else [re.sub(_BREAK, " ", data)]
