from pathlib import Path

import pytest

from headstart.data.xml_files import root_name, word, xml_in
from headstart.errors import SecurityError
from headstart.untrusted import Damaged

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><annotation>&b;</annotation>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation>&a;</annotation>'


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "x.xml").write_text(text)
    return tmp_path / "x.xml"


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_entities_are_refused_and_nothing_is_read(text: str, tmp_path: Path) -> None:
    with pytest.raises(SecurityError, match="S620"):
        xml_in(written(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["", "<a>", "<a></b>", "no", '<?xml version="1.0" encoding="x"?><a/>']
)
def test_what_is_no_xml_is_damaged(text: str, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        xml_in(written(tmp_path, text))


def test_words_are_taken_without_blanks(tmp_path: Path) -> None:
    found = xml_in(written(tmp_path, "<a><b> c </b><d/></a>"))
    assert (word(found, "b"), word(found, "d"), word(found, "e")) == ("c", "", "")


@pytest.mark.parametrize(
    ("text", "name"),
    [("<annotations>", "annotations"), ("<?xml?><annotation v='1'>", "annotation"), ("<svg>", "")],
)
def test_a_file_is_known_by_its_first_bytes(text: str, name: str, tmp_path: Path) -> None:
    assert root_name(written(tmp_path, text)) == name
    assert root_name(tmp_path / "nothing.xml") == ""
