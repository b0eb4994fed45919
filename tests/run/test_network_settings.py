"""What is asked of other machines is judged word by word, before anything is asked of them."""

import pytest

from headstart.errors import UsageError
from headstart.run.network_settings import Fleet, Network, Sharing


def test_what_may_be_fetched_is_a_size() -> None:
    assert Network(fetch="2GB").fetch == "2GB"
    with pytest.raises(UsageError):
        Network(fetch="much")


def test_rows_are_shared_in_a_folder_or_at_an_address_that_something_opens(tmp_path) -> None:
    assert Sharing().shared == ""
    with pytest.raises(UsageError, match="U345"):
        Sharing(shared="memory://rows")
    assert Sharing(shared=str(tmp_path)).shared.endswith(tmp_path.name)
    with pytest.raises(UsageError, match="U344"):
        Sharing(shared="nosuch://rows")


def test_work_runs_here_in_processes_or_nowhere_else_that_is_not_known() -> None:
    assert (Fleet().where.kind, Fleet(on="local:3").where.workers) == ("here", 3)
    with pytest.raises(UsageError):
        Fleet(on="cloud")
