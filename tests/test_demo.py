"""The digits that come along: all of them, few to learn from, and equal every time."""

import io
import zipfile
from collections import Counter

from headstart.demo import LABELED, digits


def test_twenty_of_each_digit_are_to_learn_from_and_all_others_for_the_test() -> None:
    with zipfile.ZipFile(io.BytesIO(digits())) as archive:
        entries = archive.infolist()
    counts = Counter(entry.filename.split("/")[1] for entry in entries)
    learned = Counter(e.filename.split("/")[2] for e in entries if "/train/" in e.filename)
    assert counts == {"train": 200, "test": 1597}
    assert learned == {str(digit): LABELED for digit in range(10)}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}  # no clock in it
