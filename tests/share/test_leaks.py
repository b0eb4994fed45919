from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from headstart.errors import SecurityError
from headstart.share.leaks import need_nothing_own, own_paths


def test_words_are_found_in_texts_names_and_headers(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"note": "from /data/alice\\u00e9/x"}')
    need_nothing_own(tmp_path, ["/data/bobby"])
    with pytest.raises(SecurityError, match=r"S621[\s\S]*a\.json"):
        need_nothing_own(tmp_path, ["/data/aliceé/x"])
    with pytest.raises(SecurityError, match="S621"):
        need_nothing_own(tmp_path, ["a.json"])
    (tmp_path / "a.json").unlink()
    save_file({"x": torch.zeros(3)}, tmp_path / "w.safetensors", {"made": "by /data/alice"})
    with pytest.raises(SecurityError, match=r"w\.safetensors"):
        need_nothing_own(tmp_path, ["/data/alice"])


def test_words_of_four_letters_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1.png and 12.png")
    need_nothing_own(tmp_path, ["png."[:4]])
    with pytest.raises(SecurityError):
        need_nothing_own(tmp_path, ["1.png"])


def test_a_path_is_looked_for_as_it_is_and_resolved(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert {str(tmp_path / "real"), str(tmp_path / "link")} <= own_paths(tmp_path / "link")
