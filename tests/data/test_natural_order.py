import random
from array import array

import pytest

from headstart.data import natural_order
from headstart.data.natural_order import in_natural_order
from headstart.data.records import natural


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_names_are_in_natural_order_however_few_keys_are_held(at_once: int) -> None:
    rng = random.Random(0)
    names = ["".join(rng.choices("aAb019/.-ß", k=rng.randrange(1, 9))) for _ in range(500)]
    names = list(dict.fromkeys(names))
    found = in_natural_order(array("I", range(len(names))), names.__getitem__, at_once)
    assert [names[n] for n in found] == sorted(names, key=natural)


def test_of_names_in_order_no_key_is_made_more_than_a_few_times() -> None:
    asked = list[int]()

    def name(number: int) -> str:
        asked.append(number)
        return f"{number:05d}"

    numbers = array("I", range(1000))
    assert in_natural_order(numbers, name, 100) == numbers
    assert len(asked) < 1050


def test_nothing_is_in_order() -> None:
    assert len(in_natural_order(array("I"), str)) == 0


def test_few_keys_are_held_at_the_same_time(monkeypatch) -> None:
    held = most = 0

    class Key(tuple):
        def __new__(cls, *given):
            nonlocal held, most
            held += 1
            most = max(most, held)
            return super().__new__(cls, *given)

        def __del__(self) -> None:
            nonlocal held
            held -= 1

    monkeypatch.setattr(natural_order, "natural", lambda name: Key(natural(name)))
    scrambled = array("I", (number * 389 % 1000 for number in range(1000)))
    assert in_natural_order(scrambled, str, 50) == array("I", range(1000))
    assert 50 <= most < 100
