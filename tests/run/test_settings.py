from pathlib import Path

import pytest

from headstart.errors import UsageError
from headstart.run import Settings, cache_root


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"test_size": 0.0}, "U105"),
        ({"test_size": 1.0}, "U105"),
        ({"compare": "nothing"}, "U106"),
        ({"strategy": "x"}, "U102"),
        ({"sede": 1}, "U107"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    wrong: dict[str, object], code: str
) -> None:
    with pytest.raises(UsageError, match=code):
        Settings.of(**wrong)


def test_none_leaves_a_setting_as_it_is() -> None:
    assert Settings.of(weights=None, seed=None) == Settings()


def test_the_digest_follows_every_setting() -> None:
    asked = [
        Settings(),
        Settings(seed=1),
        Settings(strategy="full"),
        Settings(compare=("scratch",)),
    ]
    assert len({s.digest("photos") for s in asked} | {Settings().digest("other")}) == 5


def test_the_cache_is_where_somebody_said(cache: Path, tmp_path: Path) -> None:
    assert cache_root(None) == cache
    assert cache_root(tmp_path) == tmp_path
