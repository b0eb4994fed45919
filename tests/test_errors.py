"""One shape for every failure, and one exit code for each kind."""

import copy

import pytest

from headstart import errors

CODES = {
    errors.UsageError: 2,
    errors.MissingExtra: 2,
    errors.DataError: 3,
    errors.ResourceError: 4,
    errors.BackboneError: 5,
    errors.TrainingError: 6,
    errors.SecurityError: 7,
    errors.Interrupted: 130,
}


def test_every_kind_has_the_promised_exit_code() -> None:
    assert {kind: kind.exit_code for kind in CODES} == CODES
    every = {k for k in vars(errors).values() if isinstance(k, type)}
    raised = {k for k in every if issubclass(k, errors.HeadstartError)}
    assert raised == {*CODES, errors.HeadstartError}


def test_an_error_says_what_where_why_and_what_mends_it() -> None:
    error = errors.DataError("D101", "found 1 class", "add one", where="photos", why="too few")
    assert str(error).splitlines() == [
        "error[D101] found 1 class",
        "  where: photos",
        "  why: too few",
        "  fix: add one",
    ]
    facts = {"what": "found 1 class", "where": "photos", "why": "too few", "fix": "add one"}
    assert error.record() == {"code": "D101", **facts}


@pytest.mark.parametrize("kind", CODES)
def test_an_error_survives_a_worker_process(kind) -> None:
    error = copy.copy(kind("X1", "what", "fix", where="where", why="why"))
    assert type(error) is kind and error.record()["why"] == "why"


def test_a_missing_extra_is_named_and_is_an_import_error() -> None:
    with (
        pytest.raises(ImportError, match=r"pip install 'headstart\[audio\]'"),
        errors.needs("audio"),
    ):
        import no_such_module  # noqa: F401


def test_other_failures_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), errors.needs("audio"):
        raise ZeroDivisionError
