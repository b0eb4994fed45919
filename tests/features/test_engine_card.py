"""A graphics processor is asked before all engines of the CPU."""

import torch
from engines_tried import chosen, quick, told_seconds

from headstart.features import engine
from headstart.features.engine import FOLDED
from headstart.features.running import Engine


def test_a_card_that_answers_is_taken_and_nothing_else_is_tried(tiny, others, monkeypatch) -> None:
    others(Engine("quick", quick))
    device, asked = torch.device("cuda", 0), []
    own = Engine("card", quick, device=device, scale=8)

    def answers(where, network, batch, rows, tell):
        asked.append((where, rows))
        return own, network

    monkeypatch.setattr(engine, "card", lambda: device)
    monkeypatch.setattr(engine, "choose_on", answers)
    assert chosen(tiny, rows=10_000) == "card" and asked == [(device, 10_000)]
    assert chosen(tiny, rows=256) == "card"
    assert chosen(tiny, rows=99) == "slow"  # 1.98 s on the CPU
    assert chosen(tiny, rows=101) == "card"
    monkeypatch.setattr(engine, "choose_on", lambda *_: None)
    assert chosen(tiny, rows=10_000) == "quick"


def test_a_card_is_not_asked_for_few_rows_that_the_cpu_makes_quickly(tiny, monkeypatch) -> None:
    own = Engine("card", quick, device=torch.device("cuda", 0))
    monkeypatch.setattr(engine, "card", lambda: own.device)
    monkeypatch.setattr(engine, "choose_on", lambda where, network, *_: (own, network))
    monkeypatch.setattr(engine, "_timed", told_seconds)  # a thousandth of a second a row
    assert chosen(tiny, rows=255) == FOLDED.name
    assert chosen(tiny, rows=256) == "card"
