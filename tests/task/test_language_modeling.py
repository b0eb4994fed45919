"""More of the same: next tokens, and letters that networks are compared by."""

from pathlib import Path

import numpy as np
import pytest
from writers import TEXTS, start

from headstart.task import LanguageModeling

pytest.importorskip("transformers")


def test_the_share_of_a_letter_does_not_go_by_tokens(tmp_path: Path) -> None:
    """Two networks give a text the same nats, one in twice as many tokens."""
    continued = LanguageModeling(start(tmp_path, "t5").writer)
    labels = continued.codes(TEXTS).numpy()
    nats = np.array([1.0, 2.0, 4.0])
    few, many = (
        np.stack([np.exp(-nats / n), nats, np.ones(3), np.full(3, n)], axis=1) for n in (5.0, 10.0)
    )
    expected = np.exp(-nats / [len(text) for text in TEXTS])
    np.testing.assert_allclose(continued.comparable(few, labels)[0], expected)
    np.testing.assert_allclose(continued.comparable(many, labels)[0], expected)
