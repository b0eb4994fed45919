import pytest

from headstart.errors import UsageError
from headstart.share.license import inherited


@pytest.mark.parametrize(
    ("backbone", "data", "found"),
    [
        *(("Apache-2.0", "MIT", "apache-2.0"), ("MIT", "Apache-2.0", "apache-2.0")),
        *(("MIT", "CC-BY-4.0", "cc-by-4.0"), ("Apache 2.0", "cc0-1.0", "apache-2.0")),
        *(("Apache-2.0", "CC-BY-SA-4.0", "cc-by-sa-4.0"), ("none", "mit", "mit")),
        ("cc-by-sa-4.0", "cc-by-sa-4.0", "cc-by-sa-4.0"),
    ],
)
def test_the_stricter_license_is_inherited(backbone: str, data: str, found: str) -> None:
    assert inherited([("the backbone", backbone), ("the data", data)]) == found


@pytest.mark.parametrize(
    ("backbone", "data", "why"),
    [
        *(("unknown", "mit", "not known"), ("", "mit", "not known"), ("other", "mit", "not known")),
        *(("mit", "CC-BY-NC-4.0", "commercial"), ("cc-by-nc-sa-4.0", "mit", "commercial")),
        *(("gpl-3.0", "cc-by-sa-4.0", "together"), ("none", "none", "nothing")),
    ],
)
def test_what_does_not_follow_is_refused_without_a_word(backbone: str, data: str, why: str) -> None:
    parts = [("the backbone", backbone), ("the data", data)]
    with pytest.raises(UsageError, match=why):
        inherited(parts)
    assert inherited(parts, "CC-BY-NC-4.0") == "cc-by-nc-4.0"
