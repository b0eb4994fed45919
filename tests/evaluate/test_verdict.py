import re
from dataclasses import replace

import numpy as np
import pytest

from headstart.evaluate import Arm, Cost, judge
from headstart.evaluate import verdict as judging
from headstart.stats import Interval, lead, share
from headstart.task import TASKS, Classification

TASK = Classification(("one", "other"))
FREE = Cost(0.0, 0.0, 0.0)


def labels(n):
    """Of n rows, two classes in turn."""
    return np.arange(n) % 2


def arm(name, right, *, transfer=False, selection_loss=1.0):
    """An arm that is right where `right` says, of two classes in turn."""
    right = np.asarray(right, dtype=bool)
    first = right == (labels(len(right)) == 0)
    probabilities = np.where(first[:, None], [0.9, 0.1], [0.1, 0.9])
    cut = 0 if "scratch" in name else None
    return Arm(name, "probe", "", cut, transfer, probabilities, selection_loss, share(right), FREE)


def verdict(first, second, **options):
    chosen, rival = arm("probe", first, transfer=True), arm("probe on random weights", second)
    return judge(TASK, [rival, chosen], chosen, labels(len(first)), **options)


def shares(n, right, lost=0):
    """The first `right` of n rows, without the first `lost` of them."""
    return (np.arange(n) < right) & (np.arange(n) >= lost)


def test_a_plain_gain_is_told_in_percent_points():
    found = verdict(shares(140, 119), shares(140, 56))
    assert found.word == "helps" and found.low > 0
    assert found.sentence.startswith(
        "Transfer helps: 85.0% against 40.0% for the probe on random weights, +45.0 points "
    )
    assert found.sentence.endswith("on the same 140 test examples.")
    assert found.record() == {
        "word": "helps",
        "against": "probe on random weights",
        "difference": pytest.approx(0.45),
        "low": found.low,
        "high": found.high,
    }


def test_a_plain_loss_hurts():
    found = verdict(shares(140, 56), shares(140, 119))
    assert found.word == "hurts" and found.high < 0


def test_equal_answers_are_no_evidence():
    found = verdict(shares(140, 90), shares(140, 90))
    assert (found.word, found.difference) == ("no evidence", 0)
    assert found.low < 0 < found.high


def test_without_pretraining_there_is_nothing_to_credit_or_to_blame():
    for first, second in [(119, 56), (56, 119)]:
        found = verdict(shares(140, first), shares(140, second), pretrained=False)
        assert found.word == "no evidence"
        assert "Nothing pretrained was used" in found.sentence


def test_a_network_from_scratch_is_never_credited_to_transfer():
    scratch, pixels = arm("scratch", shares(140, 130)), arm("linear on raw pixels", shares(140, 20))
    found = judge(TASK, [scratch, pixels], scratch, labels(140))
    assert (found.word, found.against) == ("no evidence", "linear on raw pixels")


def test_the_rival_is_the_best_by_choice_and_never_by_test_rows():
    rivals = [
        arm("lucky", shares(140, 100), selection_loss=0.9),
        arm("chosen", shares(140, 40), selection_loss=0.5),
    ]
    ours = arm("probe", shares(140, 120), transfer=True, selection_loss=0.1)
    found = judge(TASK, [*rivals, ours], ours, labels(140))
    assert (found.word, found.against) == ("helps", "chosen")


def test_a_rival_that_diverged_is_not_the_best():
    rivals = [
        arm("scratch", shares(140, 10), selection_loss=float("nan")),
        arm("majority class", shares(140, 30)),
    ]
    ours = arm("probe", shares(140, 120), transfer=True)
    found = judge(TASK, [*rivals, ours], ours, labels(140))
    assert found.against == "majority class"


def test_with_no_rival_there_is_no_evidence():
    ours = arm("probe", shares(140, 120), transfer=True)
    found = judge(TASK, [ours], ours, labels(140))
    assert (found.word, found.against, found.low, found.high) == ("no evidence", "", -1, 1)


def test_rows_of_few_groups_are_less_evidence_than_as_many_single_rows():
    gained, lost = np.repeat(np.arange(10) < 7, 14), np.repeat(np.arange(10) >= 7, 14)
    groups = [f"patient {i // 14}" for i in range(140)]
    assert verdict(gained, lost).word == "helps"
    assert verdict(gained, lost, groups=groups).word == "no evidence"


def test_a_hostile_arm_name_cannot_write_to_the_terminal():
    rival = arm("\x1b[31m\u202ered", shares(140, 10))
    ours = arm("probe", shares(140, 120), transfer=True)
    sentence = judge(TASK, [rival, ours], ours, labels(140)).sentence
    assert "\x1b" not in sentence and "\u202e" not in sentence


@pytest.mark.parametrize("n", [60, 140, 500])
@pytest.mark.parametrize("flips", [0.05, 0.2, 0.5])
def test_equal_arms_get_a_word_in_at_most_five_of_a_hundred_runs(n, flips):
    """Both arms are right at 80% of rows, and differ in up to `flips` of the rest."""
    rng = np.random.default_rng(0)
    shared, own = rng.random((800, n)) < 0.8, rng.random((2, 800, n)) < 0.8
    swapped = rng.random((800, n)) < flips
    first, second = (np.where(swapped, mine, shared) for mine in own)
    words = [verdict(a, b).word for a, b in zip(first, second, strict=True)]
    assert sum(word != "no evidence" for word in words) <= 0.05 * 800 + 2 * np.sqrt(800 * 0.0475)


def test_equal_arms_keep_the_bound_against_the_best_of_many_rivals():
    """Ten rivals as good as ours, chosen among by rows that have nothing to do with the test."""
    rng = np.random.default_rng(1)
    words = []
    for right, choices in zip(rng.random((400, 11, 140)) < 0.8, rng.random((400, 11)), strict=True):
        arms = [
            arm(f"rival {i}", r, selection_loss=c)
            for i, (r, c) in enumerate(zip(right[1:], choices[1:], strict=True))
        ]
        ours = arm("probe", right[0], transfer=True)
        words.append(judge(TASK, [*arms, ours], ours, labels(140)).word)
    assert sum(word != "no evidence" for word in words) <= 0.05 * 400 + 2 * np.sqrt(400 * 0.0475)


def test_a_gain_of_five_points_on_five_hundred_rows_is_found():
    """From 85% to 90%, with errors that mostly fall on the same rows: 2.5% lost, 7.5% gained."""
    rng = np.random.default_rng(2)
    kinds = rng.choice(
        4, p=[0.825, 0.025, 0.075, 0.075], size=(400, 500)
    )  # both, lost, gained, none
    words = [verdict((k == 0) | (k == 2), k <= 1).word for k in kinds]
    assert words.count("helps") >= 0.8 * 400


@pytest.mark.parametrize(("counts", "why"), [((70, 70), "two groups"), ((140,), "one group")])
def test_too_few_groups_are_no_evidence_and_the_sentence_says_why(counts, why):
    groups = np.repeat(np.arange(len(counts)), counts).astype(str).tolist()
    found = verdict(shares(140, 140), shares(140, 0), groups=groups)
    assert (found.word, found.low, found.high) == ("no evidence", -1, 1)
    assert found.sentence.startswith("No evidence that transfer helps or hurts: 100.0% against")
    assert ". These examples can't tell more: " in found.sentence and why in found.sentence


@pytest.mark.parametrize(
    ("others", "word", "why"),
    [
        (2, "helps", ""),
        (1, "no evidence", "all but 1 of their 10 groups are of one class"),
        (0, "no evidence", "all of their 10 groups are of one class"),
    ],
)
def test_groups_that_are_nearly_all_of_one_class_support_no_word(others, word, why):
    patients = np.repeat(np.arange(10), 14)
    known, ours = (patients < others).astype(int), np.tile([0.9, 0.1], (140, 1))
    ours[patients < others] = [0.1, 0.9]
    chosen, rival = arm("probe", shares(140, 140), transfer=True), arm("raw", shares(140, 0))
    chosen, rival = replace(chosen, answers=ours), replace(rival, answers=1 - ours)
    found = judge(TASK, [rival, chosen], chosen, known, patients.astype(str).tolist())
    assert found.word == word and found.sentence.endswith(
        f"can't tell more: {why}." if why else "."
    )
    assert (found.low, found.high) == (-1, 1) or not why


def test_three_groups_may_support_a_word():
    groups = [str(i % 3) for i in range(140)]
    found = verdict(shares(140, 133), shares(140, 7), groups=groups)
    assert found.word == "helps" and "can't tell more" not in found.sentence


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (1e-9, 0.3, "helps"),
        (0.0, 0.3, "no evidence"),
        (-0.3, 0.0, "no evidence"),
        (-0.3, -1e-9, "hurts"),
    ],
)
def test_a_word_needs_the_whole_interval_on_one_side_of_0(monkeypatch, low, high, word):
    monkeypatch.setattr(judging, "lead", lambda *_, **__: Interval((low + high) / 2, low, high))
    found = verdict(shares(40, 30), shares(40, 20))
    assert (found.word, found.low, found.high) == (word, low, high)


def test_a_rival_whose_choice_is_not_a_number_is_never_the_best():
    rivals = [
        arm("lost", shares(140, 100), selection_loss=float("nan")),
        arm("chosen", shares(140, 40), selection_loss=5.0),
    ]
    ours = arm("probe", shares(140, 120), transfer=True, selection_loss=0.1)
    assert judge(TASK, [*rivals, ours], ours, labels(140)).against == "chosen"


def test_arms_with_transfer_are_no_rivals():
    other = arm("probe:all", shares(140, 20), transfer=True, selection_loss=0.1)
    ours, rival = arm("probe", shares(140, 120), transfer=True), arm("pixels", shares(140, 60))
    found = judge(TASK, [other, rival, ours], ours, labels(140))
    assert found.against == "pixels"


def beside(*passed, n=140, chosen=40, contender=True):
    """The verdict on 120 right of n, where arms that were passed over before testing had these."""
    rivals = [
        replace(arm(f"passed {i}", right, selection_loss=0.9), contender=contender)
        for i, right in enumerate(passed)
    ]
    rival = arm("chosen", shares(n, chosen), selection_loss=0.5)
    ours = arm("probe", shares(n, 120), transfer=True, selection_loss=0.1)
    return judge(TASK, [*rivals, rival, ours], ours, labels(n))


@pytest.mark.parametrize(
    ("right", "word", "against"),
    [(114, "helps", "chosen"), (115, "no evidence", "passed 0"), (135, "hurts", "passed 0")],
)
def test_it_helps_where_each_arm_without_transfer_is_led(right, word, against):
    found = beside(shares(140, right), shares(140, 60))
    assert (found.word, found.against) == (word, against)
    assert (found.low > 0, found.high < 0) == (word == "helps", word == "hurts")
    told = "The chosen, which lost less before testing, scored 28.6%."
    assert found.sentence.endswith(told) == (word != "helps")


@pytest.mark.parametrize(("right", "told"), [(60, True), (40, False), (30, False)])
def test_an_arm_that_was_not_picked_and_did_better_is_told_beside_the_one_that_was(right, told):
    found = beside(shares(140, right))
    assert found.word == "helps" and "28.6% for the chosen" in found.sentence
    ending = "The passed 0, which was not picked, scored 42.9% and is led, too."
    assert found.sentence.endswith(ending) == told and ("not picked" in found.sentence) == told


def test_it_is_told_where_such_an_arm_learned_from_other_rows():
    rivals = [
        replace(arm("passed", shares(140, 135), selection_loss=0.9), learned=80),
        arm("chosen", shares(140, 40), selection_loss=0.5),
    ]
    ours = replace(arm("probe", shares(140, 120), transfer=True), learned=60)
    tested = judging.Tested(" on rows, both fitted to the same 60 others", lead, " on rows")
    found = judge(TASK, [*rivals, ours], ours, labels(140), tested=tested)
    assert "on rows. The chosen" in found.sentence
    assert found.sentence.endswith("; the passed learned from 80 examples, the probe from 60.")


def test_an_arm_that_was_tried_on_a_sample_alone_takes_no_word_away():
    assert beside(shares(140, 135), contender=False).word == "helps"


def test_the_interval_holds_for_all_arms_that_were_passed_over_at_once():
    right = [shares(140, 128), *[shares(140, 60)] * 4]
    one, five = beside(right[0]), beside(*right)
    assert (one.word, five.word) == ("hurts", "no evidence")
    assert one.difference == five.difference and five.low < one.low < one.high < 0 < five.high


def test_equal_arms_that_were_passed_over_keep_the_bound():
    rng = np.random.default_rng(0)
    words = []
    for _ in range(400):
        *passed, own = rng.random((4, 140)) < 0.8
        ours = arm("probe", own, transfer=True, selection_loss=0.1)
        rivals = [arm(f"passed {i}", right, selection_loss=0.9) for i, right in enumerate(passed)]
        rival = arm("chosen", rng.random(140) < 0.3, selection_loss=0.5)
        words.append(judge(TASK, [*rivals, rival, ours], ours, labels(140)).word)
    assert words.count("helps") + words.count("hurts") <= 20


@pytest.mark.parametrize("task", sorted(set(TASKS.values()), key=lambda task: task.__name__))
def test_the_answer_that_is_always_the_same_is_named_in_words(task):
    ours = arm("probe", shares(140, 120), transfer=True)
    sentence = judge(TASK, [arm(task.constant_name, shares(140, 10)), ours], ours, labels(140))
    assert re.search(r"for (always the|how often) ", sentence.sentence), sentence.sentence


def test_an_arm_whose_name_has_an_article_gets_no_second_one():
    ours = arm("probe", shares(140, 120), transfer=True)
    sentence = judge(TASK, [arm("the other", shares(140, 10)), ours], ours, labels(140)).sentence
    assert " for the other, " in sentence
