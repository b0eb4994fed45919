"""Sixty texts that somebody might send: judged, or refused by name; nothing of them gets out."""

import json
import re

import pytest
from language import save_network

import headstart
from headstart import summaries, terminal
from headstart.errors import DataError

pytest.importorskip("transformers")

MARKUP = "<script>alert(1)</script>"
HOSTILE = {
    "empty": "",
    "a space": " ",
    "tabs": "\t\t",
    "line ends": "\n\r\n",
    "no-break spaces": "\u00a0" * 5,
    "zero width": "\u200b" * 9,
    "a million letters": "a" * 1_000_000,
    "a million words": "cat " * 250_000,
    "one letter": "x",
    "digits": "0123456789" * 50,
    "surrogate": "cat \ud800 dog",
    "surrogates apart": "\udc00\ud800",
    "byte order mark": "\ufeffcat",
    "replacement": "\ufffd" * 10,
    "null": "cat\0dog",
    "bell": "\a\a",
    "backspace": "cat\b\b\bdog",
    "escape": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\a",
    "clear": "\x1b[2J\x1b[H",
    "C1": "\x9b31m red",
    "delete": "\x7f" * 4,
    "script": MARKUP,
    "image": "<img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)',
    "entity": "&lt;script&gt;",
    "comment": "<!-- -->",
    "template": "{{ 7 * 7 }}{% raw %}",
    "closing": "</script></style></body>",
    "cdata": "<![CDATA[x]]>",
    "style": "<style>*{display:none}</style>",
    "link": "javascript:alert(1)",
    "markdown": "[x](javascript:1) ![](x)",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "right to left": "\u202ecat\u202c",
    "isolate": "\u2067dog\u2069",
    "hebrew": "שלום עולם",
    "arabic": "السلام عليكم",
    "mixed": "cat שלום dog",
    "combining": "e" + "\u0301" * 500,
    "zalgo": "".join(c + "\u0334\u0336" for c in "cat dog"),
    "emoji": "👩‍👩‍👧‍👦" * 20,
    "flags": "🇩🇪🇫🇷",
    "variation": "☃\ufe0e",
    "private use": "\ue000\uf8ff",
    "unassigned": "\U000e0fff",
    "tags": "\U000e0061\U000e0062",
    "chinese": "你好世界",
    "thai": "สวัสดีชาวโลก",
    "full width": "ｃａｔ",
    "mathematical": "𝒸𝒶𝓉",
    "special": "[CLS] [SEP] [MASK] [PAD]",
    "unknown": "[UNK]" * 30,
    "end": "</s><s>",
    "path": "../../etc/passwd",
    "a file": "/dev/zero",
    "percent": "%s%n%x",
    "sql": "'; DROP TABLE x; --",
    "line separators": "cat\u2028dog\u2029",
    "nested quotes": "\"'`\"'`",
}
REFUSED = {"empty", "a space", "tabs", "line ends", "no-break spaces"}
SAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Of plain texts and hostile ones alike."""
    root = tmp_path_factory.mktemp("hostile")
    plain = [("the cat is good", "dog not bad"), ("it was very red", "they sleeps and runs")]
    rows = [
        {"text": f"{pair[i % 2]} {i}", "label": "ab"[i % 2]} for i in range(40) for pair in plain
    ]
    rows += [
        {"text": text, "label": "ab"[i % 2], "split": "test"}
        for i, text in enumerate(HOSTILE.values())
    ]
    rows = [{"split": "train", **row} for row in rows]
    (root / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    network = save_network(root / "bert")
    return headstart.train(
        root / "t.jsonl", backbone=str(network), strategy="probe", out=root / "run"
    )


@pytest.fixture(scope="module")
def model(run):
    return headstart.load(run.path)


def test_there_are_sixty() -> None:
    assert len(HOSTILE) >= 60


def test_nothing_of_them_gets_out_of_page_card_and_list(run) -> None:
    page = (run.path / "report.html").read_text()
    assert MARKUP not in page and "onerror=alert(1)>" not in page
    assert not SAFE.search(page.replace("\r", ""))
    for name in ("problems.csv", "model/README.md", "metrics.json"):
        text = (run.path / name).read_text()
        assert not SAFE.search(text.replace("\r", "")) and MARKUP not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_judged_or_refused(name: str, run, model, capsys) -> None:
    text = HOSTILE[name]
    if name in REFUSED:
        with pytest.raises(DataError, match="D193") as refused:
            model.predict([text])
        terminal.show([str(refused.value)])
    else:
        (found,) = model.predict([text])
        terminal.show(summaries.predicted([{"file": text, **vars(found)}]))
    out, err = capsys.readouterr()
    assert out and not SAFE.search(out) and not SAFE.search(err)
