"""Where work may run, as people write it."""

import pytest

from headstart.errors import MissingExtra, UsageError
from headstart.scale import On, need_one_process, on_of, where


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", On("here")),
        ("here", On("here")),
        ("local:1", On("local", 1)),
        ("local:9999", On("local", 9999)),
        ("ray", On("ray")),
        ("ray://head:10001", On("ray", address="ray://head:10001")),
    ],
)
def test_places_are_read(text: str, found: On, monkeypatch) -> None:
    monkeypatch.setattr(where, "find_spec", lambda name: name)
    assert on_of(text) == found


def test_local_is_a_process_for_each_core(monkeypatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert on_of("local") == On("local", 7)


@pytest.mark.parametrize("text", ["local:0", "local:10000", "local:", "ray://head", "slurm", "Ray"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="U201"):
        on_of(text)


def test_ray_that_is_not_installed_is_an_error_with_the_line(monkeypatch) -> None:
    monkeypatch.setattr(where, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'headstart\[ray\]'"):
        on_of("ray")


@pytest.mark.parametrize("count", ["1", "", "many"])
def test_one_process_is_no_reason_to_refuse(count: str, monkeypatch) -> None:
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": count}.items():
        monkeypatch.setenv(name, value)
    need_one_process()
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("RANK")  # of some other launcher
    need_one_process()
