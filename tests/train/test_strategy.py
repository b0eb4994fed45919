import pytest

from headstart.errors import UsageError
from headstart.train import Full, Probe, Scratch, Unfreeze, cut_of, strategy_of


@pytest.mark.parametrize(
    "text", ["probe", "full", "gradual", "bitfit", "scratch", "unfreeze:3", "lora", "lora:4"]
)
def test_a_strategy_reads_back_what_it_is_written_as(text: str) -> None:
    assert str(strategy_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Probe", "probe:1", "unfreeze", "unfreeze:x", "unfreeze:-1", "lora:x", "gradual:2"]
)
def test_a_word_that_is_no_strategy_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="unfreeze:N"):
        strategy_of(text)


def test_unfreezing_no_stage_is_called_a_probe() -> None:
    with pytest.raises(UsageError, match="--strategy probe"):
        strategy_of("unfreeze:0")


def test_every_strategy_is_one_number() -> None:
    cuts = [cut_of(s, 5) for s in (Probe(), Unfreeze(2), Unfreeze(9), Full(), Scratch())]
    assert cuts == [5, 3, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "fix"),
    [("prob", "probe"), ("unfreze:3", "unfreeze:2"), ("ful", "full"), ("x", "probe, ")],
)
def test_a_strategy_that_there_is_not_names_the_nearest(text: str, fix: str) -> None:
    with pytest.raises(UsageError, match="U102") as caught:
        strategy_of(text)
    assert caught.value.fix.startswith(f"--strategy {fix}")
