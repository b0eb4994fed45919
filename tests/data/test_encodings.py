"""Bytes of texts in the encodings that programs save them in."""

import pytest

from headstart.data.encodings import are_texts, decoded

TABLES = {
    "ru": "Съешь же ещё этих мягких французских булок, да выпей чаю. Погода сегодня хорошая.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ο καιρός είναι καλός σήμερα και πάμε βόλτα.",
    "ja": "色は匂へど散りぬるを我が世誰ぞ常ならむ。今日は天気がいいですから散歩に行きましょう。",
    "zh": "我能吞下玻璃而不伤身体。今天天气很好，我们去公园散步吧，晚上再回家吃饭。",
    "ko": "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다.",
    "fr": "Un café très bon ici, « déjà vu » à l’été où les élèves naïfs mangent du bœuf.",
    "de": "Zwölf große Boxkämpfer jagen Viktor quer über den Sylter Deich.",
}
SAVED = [
    ("ru", "cp1251", "Windows-1251"), ("ru", "koi8-r", "KOI8-R"), ("el", "cp1253", "Windows-1253"),
    ("ja", "cp932", "Shift JIS"), ("zh", "gb18030", "GB 18030"), ("ko", "euc-kr", "EUC-KR"),
    ("fr", "cp1252", "Windows-1252"), ("de", "latin-1", "Windows-1252"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "encoding", "name"), SAVED)
def test_a_table_is_read_in_the_encoding_of_its_script(language, encoding, name) -> None:
    table = "text,label\n" + 8 * f"{TABLES[language]},1\n"
    assert decoded(table.encode(encoding)) == (table, name)


@pytest.mark.parametrize(("more", "name"), [("", "Windows-1251"), ("g", "Windows-1252")])
def test_another_script_has_two_fifths_of_the_letters(more, name) -> None:
    other = "Сегодня хорошая погода и мы идём гулять в парк"
    plain = "some plain words that are beside them in the very same line of text and "
    assert (sum(map(str.isalpha, other)), sum(map(str.isalpha, plain))) == (38, 57)
    assert decoded(f"{other} {plain}{more}".encode("cp1251"))[1] == name


def test_what_has_zeros_all_over_is_no_text() -> None:
    with pytest.raises(ValueError, match="zeros"):
        decoded("булок".encode("cp1251") + b"\x00\xff")


@pytest.mark.parametrize(
    ("name", "held", "text"),
    [
        *(("1", b"Dear all,", True), ("alt.atheism.1", "é".encode("cp1252"), True)),
        *(("1", b"\x89PNG\r\n\x1a\n\0\0", False), ("1", b"a\x01b", False), ("1.jpg", b"a", False)),
    ],
)
def test_files_without_endings_are_texts_by_what_they_hold(tmp_path, name, held, text):
    (tmp_path / name).write_bytes(held)
    assert are_texts([tmp_path / name]) == text


def test_no_files_and_missing_files_are_no_texts(tmp_path):
    assert not are_texts([]) and not are_texts([tmp_path / "none"])
