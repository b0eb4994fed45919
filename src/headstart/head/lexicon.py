"""Words that transcripts were made of: what letters over time are likely to come to."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

MOST_WORDS = 20_000
"""Words that are kept, the most frequent ones."""


@dataclass(frozen=True)
class Lexicon:
    """How likely words are, and beginnings of words.

    A word is one of those that were learned from, as often as it was there; or a new one, with the
    probability that Good and Turing (1953) give to what was not seen yet, any letters of it alike.
    So where transcripts are made of a few words nearly everything comes to one of them, and where
    most words were seen once hardly anything does.
    """

    counts: Mapping[str, int]
    """How often each word was there."""
    starts: Mapping[str, int]
    """How often words were there that begin so."""
    new: float
    """How probable a word is that was not there."""
    letter: float
    """Natural logarithm of the share that a letter of a new word has."""

    @classmethod
    def of(cls, words: Sequence[tuple[str, int]], letters: int) -> "Lexicon":
        """From words with how often they were there; `letters` are those that words are made of."""
        starts = Counter[str]()
        for word, count in words:
            for end in range(len(word) + 1):
                starts[word[:end]] += count
        once = sum(count == 1 for _, count in words)
        return cls(
            dict(words), starts, (once + 1) / (starts[""] + 2), -math.log(max(2, letters + 1))
        )

    def begun(self, part: str) -> float:
        """Natural logarithm of how probable it is that a word begins so."""
        return self._mixed(self.starts.get(part, 0), len(part))

    def ended(self, word: str) -> float:
        """Natural logarithm of how probable this word is."""
        return self._mixed(self.counts.get(word, 0), len(word) + 1)

    def _mixed(self, count: int, letters: int) -> float:
        known = (1 - self.new) * count / max(1, self.starts[""])
        return math.log(known + self.new * math.exp(letters * self.letter))


class WordPrior:
    """How likely letters are as words, whatever was heard; remembers what it was asked."""

    def __init__(self, words: Sequence[tuple[str, int]], letters: Sequence[str]) -> None:
        self._lexicon, self._letters = Lexicon.of(words, len(letters)), letters
        self._between = letters.index(" ") if " " in letters else -1
        self.begun, self.ended = cache(self._begun), cache(self._ended)

    def _begun(self, codes: tuple[int, ...]) -> float:
        """Natural logarithm of how probable it is that a text begins so."""
        before, word = self._parts(codes)
        return before + self._lexicon.begun(word)

    def _ended(self, codes: tuple[int, ...]) -> float:
        """Natural logarithm of how probable these words are."""
        before, word = self._parts(codes)
        return before + self._lexicon.ended(word)

    def _parts(self, codes: tuple[int, ...]) -> tuple[float, str]:
        """What the words before the last are worth, and the last, ended or not."""
        spaces = [at for at, code in enumerate(codes) if code == self._between]
        at = spaces[-1] + 1 if spaces else 0
        word = "".join(self._letters[code] for code in codes[at:])
        return (self.ended(codes[: at - 1]) if at else 0.0), word


def words_in(texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The words of texts that are spelled by rule, each with how often it is there.

    >>> words_in(["one two", "two"])
    (('one', 1), ('two', 2))
    """
    counted = Counter(word for text in texts for word in text.split())
    return tuple(sorted(counted.most_common(MOST_WORDS)))
