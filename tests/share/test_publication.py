"""Where something can be published, judged before PyTorch is imported."""

from pathlib import Path

import pytest

from headstart.errors import UsageError
from headstart.share.publication import Published, need_free, need_target


@pytest.mark.parametrize("target", ["hf://owner/name", "hf://owner/name/", "s3://bucket/x"])
def test_repositories_and_stores_take_what_is_sent(target: str) -> None:
    need_target(target)


@pytest.mark.parametrize(
    ("target", "code"),
    [("hf://name", "U184"), ("hf://a/b/c", "U184"), ("hf://a/b?", "U184"),
     ("https://example.org/x", "U185"), ("http://x", "U185"), ("file:///x", "U185")],
)  # fmt: skip
def test_nothing_is_sent_to_other_places(target: str, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        need_target(target)


def test_a_place_is_free_where_nothing_stands_or_what_was_published(tmp_path: Path) -> None:
    need_free(tmp_path / "new")
    need_free(tmp_path)
    (tmp_path / "headstart").mkdir()
    with pytest.raises(UsageError, match="U182"):  # half of what was published is something else
        need_free(tmp_path)
    (tmp_path / "index.json").write_text("{}")
    need_free(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="U182"):
        need_free(tmp_path / "link")


@pytest.mark.parametrize(("sent", "verb"), [(True, "left"), (False, "would leave")])
def test_every_file_is_told_and_whether_it_was_sent(sent: bool, verb: str) -> None:
    files = (("a\x1b", 1000), ("b", 234))
    lines = Published("there", files, "mit", "", "", sent=sent).lines()
    assert lines[0] == f"2 files, 1,234 bytes {verb}: there" and r"a\x1b" in lines[1]
    assert ("--yes" in lines[-1]) == (not sent)
