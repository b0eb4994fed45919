"""What a run's numbers follow from is told apart from what it was."""

from dataclasses import replace

import pytest

from headstart.errors import UsageError
from headstart.run.provenance import Contents, alike, need_same, tell_apart

NOW = Contents("d1", "tiny", "w1", (("torch", "2"),))
RECORD = {
    "data": {"digest": "d1"},
    "backbone": {"name": "tiny", "digest": "w1"},
    "versions": {"torch": "2"},
}


@pytest.mark.parametrize("field", ["data", "weights", "versions"])
def test_a_digest_names_everything_that_numbers_follow_from(field: str) -> None:
    other = replace(NOW, **{field: (("torch", "3"),) if field == "versions" else "x"})
    assert other.digest != NOW.digest and len(NOW.digest) == 16
    assert replace(NOW, backbone="small").digest == NOW.digest


def test_data_and_weights_are_the_same_as_far_as_it_is_known(tmp_path) -> None:
    assert alike(RECORD, NOW) and alike({"backbone": {"name": "tiny", "digest": "w1"}}, NOW)
    assert not alike(RECORD, replace(NOW, data="d2"))
    assert not alike(RECORD, replace(NOW, weights="w2"))
    assert alike(RECORD, replace(NOW, backbone="small", weights="w2"))
    need_same(tmp_path, RECORD, NOW)
    with pytest.raises(UsageError, match="U109"):
        need_same(tmp_path, RECORD, replace(NOW, data="d2"))
    with pytest.raises(UsageError, match="U164"):
        need_same(tmp_path, RECORD, replace(NOW, weights="w2"))


def test_only_what_differs_is_told() -> None:
    told: list[str] = []
    tell_apart(RECORD, NOW, lambda event: told.append(event.what))
    assert not told
    newer = replace(NOW, backbone="small", versions=(("torch", "3"),))
    tell_apart(RECORD, newer, lambda event: told.append(event.what))
    assert "small comes first now" in told[0] and "torch 2" in told[1]
