"""Texts, as the tokens of one tokenizer."""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from jaxtyping import Int32, Int64
from scipy.sparse import csr_array
from torch import Tensor

from headstart import durable
from headstart.data import InMemory, Pair, Source, name_of, text_in
from headstart.errors import BackboneError, DataError, needs
from headstart.hostile import printable
from headstart.modality.likeness import near_tokens
from headstart.modality.ngrams import counted_ngrams
from headstart.modality.protocol import Look
from headstart.modality.text_pairs import parts_of, shares_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING = -1
"""Stands where a batch has no token."""
_STEP = 16
"""Lengths in a batch are multiples of this."""
_CHARACTERS = 100_000
"""Of one text, at most, that are tokenized; no backbone reads as many."""
_WORDS = re.compile(r"\w+|[^\w\s]")
"""By which texts are held against each other, whatever the tokenizer."""
_BETWEEN = "\x1f"
_UNKNOWN = ("[UNK]", "<unk>", "<UNK>")
_LANGUAGE = re.compile(r"[a-z]{2,3}_[A-Z][A-Za-z]{1,3}|__[a-z]{2,3}__")
"""As mBART, NLLB and M2M100 write the codes of languages: en_XX, eng_Latn, __en__."""
_BLANK = "the quick brown fox jumps over the lazy dog and then it sleeps for a long time"


@dataclass(frozen=True)
class Text:
    """Token numbers in the order of the text, cut where the backbone can read no more."""

    kind: ClassVar[str] = "text"
    things: ClassVar[str] = "texts"
    plain_name: ClassVar[str] = "TF-IDF"
    varies: ClassVar[bool] = True

    tokenizer: str
    """SHA-256 of `tokenizer.json`."""
    max_tokens: int = 256
    """Special ones among them."""
    place: Path = field(default=Path(), repr=False, compare=False)
    """That file."""
    paired: bool = False
    """Whether it reads two texts as one."""
    prefix: str = ""
    """Stands before every text that is read, as it did where the network was trained."""
    language: str = ""
    """Stands in the place of the code that the tokenizer marks every text with; empty for that."""

    def read(self, source: Source) -> Int32[Tensor, " t"]:
        """Its token numbers, special ones among them. Raises `DataError`."""
        return self._read(self._texts(source))[0]

    def look(self, source: Source) -> tuple[Look, Int32[Tensor, " t"]]:
        """`read`, with digests and the number of tokens; content is compared without case."""
        texts = self._texts(source)
        item, length, unknown = self._read(texts)
        raw = _BETWEEN.join(texts)
        plain = " ".join(unicodedata.normalize("NFKC", raw).casefold().split())
        facts = (("tokens", float(length)), ("unknown", float(unknown)))
        near = near_tokens([*map(_number, _WORDS.findall(plain[:_CHARACTERS]))])
        return Look(_sha(raw), _sha(plain), near, facts), item

    def batch(self, items: Sequence[Tensor]) -> Int64[Tensor, "b t"]:
        """Rows of one length, padded with -1: at least one, so that no batch is without."""
        longest = max((len(item) for item in items), default=0)
        width = -(-(longest + 1) // _STEP) * _STEP
        rows = torch.full((len(items), width), PADDING, dtype=torch.int64)
        for row, item in zip(rows, items, strict=True):
            row[: len(item)] = item
        return rows

    def show(self, item: Int32[Tensor, " t"]) -> tuple[str, bytes]:
        """What is left of the text once it is tokens."""
        tokens = _opened(self.place, self.tokenizer)
        own = self._own(item)
        parts = parts_of(own, tokens) if self.paired else [own]
        text = "\n".join(tokens.decode(part, skip_special_tokens=True) for part in parts)
        return "text/plain", text.encode("utf-8", "replace")

    def clip(self, source: Source) -> tuple[str, bytes]:
        """Nothing can be heard."""
        return "", b""

    def plain(self, items: Sequence[Tensor]) -> csr_array:
        """How often each token and each pair of neighbors is in each text, shape (n, 2**20).

        Of two texts: in the first, in the second, and which tokens both have.
        """
        rows: list[Any] = [self._own(item) for item in items]
        if self.paired:
            tokens = _opened(self.place, self.tokenizer)
            rows = [parts_of(row, tokens) for row in rows]
        return counted_ngrams(rows, paired=self.paired)

    def blank(self) -> Int32[Tensor, " t"]:
        """A plain sentence; or two."""
        return self._read([_BLANK] * (1 + self.paired))[0]

    def half(self) -> None:
        """A text half as long is another text."""

    def halved(self, item: Tensor) -> Tensor:
        """Nothing is halved."""
        return item

    def noted(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """How many texts are cut, and how much of them the tokenizer does not know."""
        lengths = [dict(look.facts) for look in looks]
        tokens = [float(facts["tokens"]) for facts in lengths]
        unknown = sum(float(facts["unknown"]) for facts in lengths) / max(1.0, sum(tokens))
        long = sum(count > self.max_tokens for count in tokens)
        told = [f"{unknown:.1%} of tokens are unknown to the tokenizer"] if unknown > 0.001 else []
        if long:
            most = max(tokens)
            share = f"{long:,} of {len(tokens):,} texts ({long / len(tokens):.1%})"
            told.append(f"{share} are cut at {self.max_tokens} tokens; the longest has {most:,.0f}")
        return tuple(told)

    def codes(self, text: str) -> list[int]:
        """Token numbers of a text that is to be written; cut as those that are read are."""
        return self._item(text)[0].tolist()

    def plain_codes(self, text: str) -> list[int]:
        """Token numbers of some letters, without those that open and end every text."""
        found = _opened(self.place, self.tokenizer).encode(text, add_special_tokens=False)
        return list(found.ids)

    @property
    def words(self) -> int:
        """One more than the largest token number, those that were added later left away."""
        vocabulary = _opened(self.place, self.tokenizer).get_vocab(with_added_tokens=False)
        return 1 + max(vocabulary.values(), default=-1)

    def languages(self) -> dict[str, int]:
        """The codes that the tokenizer can mark a text with, and their tokens; of most, none."""
        return _languages(self.place, self.tokenizer)

    def starts(self, text: str) -> list[int]:
        """Where in its item each word, between single spaces, begins; -1 for those cut off."""
        kept = self.prefix + text[:_CHARACTERS].encode("utf-8", "replace").decode()
        found = _opened(self.place, self.tokenizer).encode(kept)
        whole = len(found.ids)
        special = sum(found.special_tokens_mask[-1:])
        last = whole if whole <= self.max_tokens else self.max_tokens - special
        spans = [
            (place, *span)
            for place, span in enumerate(found.offsets[:last])
            if not found.special_tokens_mask[place]
        ]
        begins, at = list[int](), len(self.prefix)
        for word in text.split(" "):
            inside = (place for place, one, end in spans if one < at + len(word) and end > at)
            begins.append(next(inside, -1))
            at += len(word) + 1
        return begins

    def spelled(self, codes: Sequence[int]) -> str:
        """The text of these tokens, without special ones."""
        return str(_opened(self.place, self.tokenizer).decode(list(codes)))

    def _texts(self, source: Source) -> list[str]:
        """One text, or two. Raises `DataError`."""
        held = source.content if isinstance(source, InMemory) else None
        if isinstance(held, Pair) != self.paired:
            asked = "two texts, here is one" if self.paired else "one text, here are two"
            fix = 'headstart predict RUN --text "…"' + (' --second "…"' if self.paired else "")
            raise DataError("D194", f"an example of this model is {asked}", fix, name_of(source))
        if not isinstance(held, Pair):
            return [content_of(source)]
        return [content_of(InMemory(name_of(source), text)) for text in (held.first, held.second)]

    def _read(self, texts: Sequence[str]) -> tuple[Tensor, int, int]:
        """Tokens, how many there were before the cut, and how many of those are unknown."""
        texts = [self.prefix + texts[0], *texts[1:]]
        if len(texts) < 2:
            return self._item(texts[0])
        tokens = _opened(self.place, self.tokenizer)
        special, alone = map(tokens.num_special_tokens_to_add, (True, False))
        if not special + alone:  # nothing could stand between them
            return self._item("\n".join(texts))
        known = special > alone
        special = special if known else alone + 1
        plain = [text[:_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        parts = [tokens.encode(text, add_special_tokens=False) for text in plain]
        lengths = [len(part.ids) for part in parts]
        unknown = sum(token in _UNKNOWN for part in parts for token in part.tokens)
        for part, length in zip(parts, shares_of(lengths, self.max_tokens - special), strict=True):
            part.truncate(length)
        first, second = parts
        ids = tokens.post_process(first, second if known else None).ids
        ids = ids if known else [*ids, *second.ids, ids[-1]]
        return torch.tensor(self._marked(ids), dtype=torch.int32), sum(lengths) + special, unknown

    def _own(self, item: Tensor) -> list[int]:
        """Tokens without those of the prefix."""
        codes: list[int] = item.tolist()
        if not self.prefix:
            return codes
        before = self.plain_codes(self.prefix.strip())
        for at in range(2):  # behind a special token that opens every text, or where there is none
            if codes[at : at + len(before)] == before:
                return codes[:at] + codes[at + len(before) :]
        return codes

    def _item(self, text: str) -> tuple[Tensor, int, int]:
        """Tokens, how many there were before the cut, and how many of those are unknown."""
        kept = text[:_CHARACTERS].encode("utf-8", "replace").decode()
        found = _opened(self.place, self.tokenizer).encode(kept)
        ids, whole = found.ids, len(found.ids)
        special = sum(found.special_tokens_mask[-1:])
        if whole > self.max_tokens:
            ids = ids[: self.max_tokens - special] + ids[whole - special :]
        unknown = sum(token in _UNKNOWN for token in found.tokens)
        return torch.tensor(self._marked(ids), dtype=torch.int32), whole, unknown

    def _marked(self, ids: list[int]) -> list[int]:
        """With this language's code where any stands: what somebody writes is never one."""
        if not self.language:
            return ids
        known = self.languages()
        codes = set(known.values())
        return [known[self.language] if token in codes else token for token in ids]


def text_of(place: Path, max_tokens: int) -> Text:
    """The contract of the tokenizer in a file."""
    return Text(durable.sha256(place), max_tokens, place)


@cache
def _opened(place: Path, digest: str) -> "Tokenizer":
    with needs("text"):
        from tokenizers import Tokenizer

    try:
        if durable.sha256(place) != digest:
            raise OSError("it is not the file that it was")
        opened: Tokenizer = Tokenizer.from_file(str(place))
    except Exception as error:  # the library raises bare ones
        raise BackboneError(
            "M471",
            "the tokenizer cannot be read",
            "copy the backbone's folder again from where it came",
            where=printable(place),
            why=printable(error, limit=200),
        ) from error
    opened.no_padding()
    opened.no_truncation()
    opened.encode_special_tokens = True  # "[SEP]" in somebody's text is no separator
    return opened


@cache
def _languages(place: Path, digest: str) -> dict[str, int]:
    added = _opened(place, digest).get_added_tokens_decoder().items()
    return {token.content: id_ for id_, token in added if _LANGUAGE.fullmatch(token.content)}


def content_of(source: Source) -> str:
    """The text itself; of a file as `text_in` reads it."""
    if isinstance(source, InMemory):
        if isinstance(source.content, str):
            text = source.content
        else:
            raise DataError(
                "D191", "this is no text", "give a string for each example", name_of(source),
                type(source.content).__name__,
            )  # fmt: skip
    else:
        text = text_in(source)
    if not text.strip():
        raise DataError("D193", "a text is empty", "take it out, or fill it in", name_of(source))
    return text


def _number(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
