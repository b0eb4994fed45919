"""What the pretraining was worth: one of three words, and the interval that supports it.

Wang et al. (2019), "Characterizing and Avoiding Negative Transfer": transfer is negative where
using the source is worse than the same algorithm without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from scipy.special import ndtri

from headstart.evaluate.arms import Arm
from headstart.evaluate.candidates import by_choice
from headstart.evaluate.learning_curve import Learning
from headstart.head import Known
from headstart.hostile import printable
from headstart.stats import Interval, Merit, lead, obstacle, widened
from headstart.task import Task

Word = Literal["helps", "no evidence", "hurts"]

OTHERS = 2
"""Groups of test rows with another class than the most frequent, from which a word is given."""
BEST = "the rival of each fold"
"""Name of the rival where folds have different ones."""
_PHRASES = {
    BEST: "the rival that each fold picked before testing",
    "the usual words": "always the most frequent words",
    "the usual tag": "always the most frequent tag",
    "each word's usual tag": "the tag that each word had most often",
    "how often tokens are": "how often each token is",
    "what followed before": "what followed the same two tokens before",
    "as it is": "the network as it was published",
    "the usual text": "always the most frequent text",
    "the source itself": "the source text as it is",
    "the nearest source": "what was written for the most similar source",
    "usual boxes": "always the most frequent boxes",
    "the mean value": "always the mean value",
    "majority class": "always the most frequent class",
    "median class": "always the median class",
    "linear on raw pixels": "a linear head on raw pixels",
    "linear on raw log-mel statistics": "a linear head on log-mel statistics",
    "the usual tags": "always the usual tags",
    "linear on TF-IDF": "a linear head on TF-IDF",
    "scratch": "the same network trained from scratch",
}


@dataclass(frozen=True, eq=False)
class Pair:
    """The arm with transfer and the best one without, fitted to the same rows where they can be."""

    one: Arm
    other: Arm


@dataclass(frozen=True)
class Tested:
    """How examples were tested."""

    told: str
    """The end of a sentence: " on the same 140 test examples"."""
    lead: Callable[[Merit, Merit], Interval]
    """What one arm leads another by."""
    told_of_others: str = ""
    """The same where the comparison is not of the two that were fitted to the same rows."""


@dataclass(frozen=True)
class Verdict:
    """Whether transfer helped; differences are of mean merits, of shares from -1 to 1."""

    word: Word
    against: str
    """Name of the arm compared with; empty where there was none."""
    difference: float
    low: float
    high: float
    sentence: str
    """The same in plain English, in percent points."""
    learning: Learning | None = None
    """How both sides grow with the number of examples."""
    cautions: tuple[str, ...] = ()
    """What somebody should hear before believing it, or spending more."""

    def record(self) -> dict[str, str | float]:
        """As `metrics.json` has it."""
        return {
            "word": self.word,
            "against": self.against,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
        }


def judge(
    task: Task,
    arms: Sequence[Arm],
    chosen: Arm,
    labels: Known,
    groups: Sequence[str] = (),
    *,
    pretrained: bool = True,
    pair: Pair | None = None,
    tested: Tested | None = None,
) -> Verdict:
    """Compare the chosen arm with the best arm without transfer, on the same test rows.

    `pair` has both as fitted to the same rows, where these are not the arms as they are; `tested`
    says how many examples were tested, and how.

    It helps where the whole paired interval lies above 0, and hurts where it lies below; equal arms
    get either word in at most 5 of 100 runs, where `headstart.stats.lead` holds what it says. That
    is so with many arms because test rows have no part in picking the sides: the best arm without
    transfer is the one with the least `choice`. "helps" is a claim about all of them, and is said
    where the chosen arm leads each (`_not_led`).
    Choices of linear heads are out-of-fold over train and validation rows, those of trained
    networks over validation rows alone, where their best epoch was picked: the second is the
    noisier and slightly the kinder, so a tie goes to the rival that had more spent on it. With
    nothing pretrained the word is "no evidence" whatever the interval; so it is where test rows
    support no other (`silence`).
    """
    rivals = [arm for arm in arms if not arm.transfer and arm is not chosen]
    if not rivals:
        return _unopposed(task, chosen)
    tested = tested or _once(len(labels), groups)
    pair = pair or Pair(chosen, min(rivals, key=by_choice))
    merits = [task.merit(arm.answers, labels) for arm in (pair.one, pair.other)]
    why = silence(task, labels, groups)
    interval = _widest(tested.lead(*merits)) if why else tested.lead(*merits)
    transferred = pretrained and chosen.transfer
    word = _word(interval) if transferred else "no evidence"
    more = f"These examples can't tell more: {why}" if why and transferred else ""
    passed = [arm for arm in rivals if arm.contender and arm.name != pair.other.name]
    if word == "helps" and (harder := _not_led(task, pair.one, passed, labels, tested)):
        more = _passed_over(pair, harder[0])
        pair, interval, told = Pair(pair.one, harder[0]), harder[1], tested.told_of_others
        return _verdict(task, _word(interval), pair, interval, f"{told}. {more}.")
    told = f"{tested.told}. {more or _also_led(word, pair, passed)}".removesuffix(". ") + "."
    return _verdict(task, word, pair, interval, told, transferred=transferred)


def _verdict(
    task: Task, word: Word, pair: Pair, interval: Interval, told: str, *, transferred: bool = True
) -> Verdict:
    """The word and its sentence, which ends in `told`."""
    sentence = f"{_opening(word, transferred=transferred)}: {_compared(task, pair, interval)}{told}"
    return Verdict(word, pair.other.name, interval.value, interval.low, interval.high, sentence)


def _passed_over(pair: Pair, arm: Arm) -> str:
    """What was picked before testing, where `arm` is compared with in its place."""
    name = phrase(pair.other.name)
    told = (
        f"{name[:1].upper()}{name[1:]}, which lost less before testing, "
        f"scored {pair.other.merit.value:z.1%}"
    )
    if arm.learned == pair.one.learned:
        return told
    return (
        f"{told}; {phrase(arm.name)} learned from {arm.learned:,} examples, "
        f"{phrase(pair.one.name)} from {pair.one.learned:,}"
    )


def _also_led(word: Word, pair: Pair, passed: Sequence[Arm]) -> str:
    """The best of those that were passed over, where it was better than the rival that was picked:
    the table of arms shows it, and the difference to it is smaller than the one that is told.
    """  # noqa: D205 - one sentence
    best = max(passed, key=lambda arm: arm.merit.value, default=None)
    if word != "helps" or best is None or best.merit.value <= pair.other.merit.value:
        return ""
    name = phrase(best.name)
    return (
        f"{name[:1].upper()}{name[1:]}, which was not picked, scored {best.merit.value:z.1%} "
        "and is led, too"
    )


def _widest(found: Interval) -> Interval:
    return Interval(found.value, min(-1.0, found.low), max(1.0, found.high))


def silence(task: Task, labels: Known, groups: Sequence[str]) -> str:
    """Why no word is believed on these test rows, in a clause; empty where one can be.

    Groups may be too few or too uneven (`headstart.stats.obstacle`). Or they are nearly all of one
    class: an arm that always says that class is then right in all groups but one, and how often it
    is wrong cannot be told. Of patients with one diagnosis each, 3 to 40 with 20 rows, arms
    that were equally good got a word in up to 52% of 2,000 draws without this rule, 4% with it.
    """
    there = task.presence(labels)
    why = obstacle(len(labels), groups)
    if why or not len(groups) or there is None or not task.single_label:
        return why
    usual = there[:, there.sum(axis=0).argmax()]
    others = {group for group, same in zip(groups, usual, strict=True) if not same}
    if len(others) >= OTHERS:
        return ""
    more = f"all but {len(others)}" if others else "all"
    return f"{more} of their {len(set(groups))} groups are of one class"


def _once(n: int, groups: Sequence[str]) -> Tested:
    """In one part."""
    told = f" on the same {n:,} test examples"
    return Tested(told, partial(lead, groups=groups), told)


def _word(interval: Interval) -> Word:
    words: dict[int, Word] = {1: "helps", 0: "no evidence", -1: "hurts"}
    return words[sign_of(interval.low, interval.high)]


def sign_of(low: float, high: float) -> int:
    """1 where the interval lies above 0, -1 where it lies below, else 0."""
    return int(low > 0) - int(high < 0)


def _opening(word: Word, *, transferred: bool) -> str:
    if not transferred:
        return "Nothing pretrained was used, so there is no transfer to credit or to blame"
    return {
        "helps": "Transfer helps",
        "hurts": "Transfer hurts",
        "no evidence": "No evidence that transfer helps or hurts",
    }[word]


def _compared(task: Task, pair: Pair, interval: Interval) -> str:
    """Both figures, the difference and its interval, in percent and percent points."""
    one, other = pair.one.merit.value, pair.other.merit.value
    return (
        f"{task.phrase}{one:z.1%} against {other:z.1%} for {phrase(pair.other.name)}, "
        f"{100 * interval.value:+z.1f} points (95% interval {100 * interval.low:+z.1f} "
        f"to {100 * interval.high:+z.1f})"
    )


def _not_led(
    task: Task, chosen: Arm, passed: Sequence[Arm], labels: Known, tested: Tested
) -> tuple[Arm, Interval] | None:
    """Of the arms that were passed over before testing, the one that `chosen` leads least, and by
    how much; None where it leads each of them for sure.

    What must hold against each arm errs in no more of 100 runs than what is said of one (Berger
    1982, "Multiparameter hypothesis testing and acceptance sampling": intersection-union tests).
    Test rows say which arm this is, so its interval is that of all of them at once (Bonferroni).
    """  # noqa: D205 - one sentence
    ours = task.merit(chosen.answers, labels)
    leads = [(tested.lead(ours, task.merit(arm.answers, labels)), arm) for arm in passed]
    least = min(leads, key=lambda one: one[0].low, default=None)
    if least is None or least[0].low > 0:
        return None
    found, arm = least
    by = float(ndtri(1 - 0.025 / len(leads)) / ndtri(0.975))
    return arm, widened(found, by, min(-1.0, found.low), max(1.0, found.high))


def phrase(name: str) -> str:
    """What a sentence calls an arm without transfer."""
    shown = printable(name, 80)
    return _PHRASES.get(name, shown if shown.startswith("the ") else f"the {shown}")


def _unopposed(task: Task, chosen: Arm) -> Verdict:
    sentence = (
        f"No evidence: {task.phrase}{chosen.merit.value:z.1%} on the test examples, and "
        "no arm without transfer to compare with."
    )
    return Verdict("no evidence", "", 0.0, -1.0, 1.0, sentence)
