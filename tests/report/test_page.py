import base64
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from headstart.evaluate import Arm, Beside, Cost, Curve, Fact, Shown, Spread
from headstart.evaluate.summary import Doubts, Step, Summary, Sureness
from headstart.report import page
from headstart.report.page import _learned_from
from headstart.report.pictures import PICTURE_BYTES
from headstart.stats import Interval

SECTIONS = (
    *("arms", "examples", "confusion", "classes", "mistakes", "trust", "learned", "depth"),
    "cost",
)


def test_the_verdict_stands_in_the_header_as_a_word_and_as_a_sentence(flowers, seen):
    assert flowers.verdict.word == "helps"
    header = seen.text[: seen.text.index("Ways compared")]
    assert " helps " in header
    assert flowers.verdict.sentence in header
    assert "95% interval" in flowers.verdict.sentence


def test_the_title_of_the_window_tells_the_verdict(seen):
    assert "flowers5: transfer helps" in seen.texts


@pytest.mark.parametrize("word", ["helps", "no evidence", "hurts"])
def test_each_word_has_a_badge_of_its_own(flowers, parse, word):
    report = replace(flowers, verdict=replace(flowers.verdict, word=word))
    (badge,) = (a for a in parse(page(report)).all("strong") if "badge" in a.get("class", ""))
    assert badge["class"].split() == ["badge", word.replace(" ", "-")]


def test_the_page_has_its_sections_in_order(seen):
    ids = [a["id"] for a in seen.all("section")]
    assert ids == [*SECTIONS[:-1], "curves", "cost", "facts"]
    assert all(f"#{name}" in [a.get("href") for a in seen.all("a")] for name in ids)


def test_what_each_stage_knows_is_drawn_and_written(seen, flowers):
    assert "stem" in seen.text and "85.0% 81.0 to 88.0" in seen.text
    without = page(replace(flowers, learned=replace(flowers.learned, knows=())))
    assert 'id="depth"' not in without


def test_headings_go_down_one_level_at_a_time(seen):
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_ids_are_unique_and_every_link_leads_to_one(seen):
    ids = [a["id"] for _, a in seen.tags if "id" in a]
    links = [a["href"][1:] for a in seen.all("a")]
    assert len(set(ids)) == len(ids)
    assert set(links) <= set(ids)


@pytest.mark.parametrize("size", ["flowers", "binary", "many"])
def test_every_class_is_there_with_its_counts_and_figures(request, parse, size):
    report = request.getfixturevalue(size)
    text = parse(page(report)).text
    for row in report.classes:
        assert f"{row.name} {row.train} {row.val} {row.test}" in text
        assert f"{row.name} {row.test} " in text
        assert row.recall is None or f"{row.recall.value:.1%}" in text


def test_every_arm_is_there_with_its_interval_and_its_cost(flowers, seen):
    for arm in flowers.arms:
        at = 100 * arm.merit.low, 100 * arm.merit.high
        assert f"{arm.merit.value:.1%} {at[0]:.1f} to {at[1]:.1f}" in seen.text
    assert "20 min 14 s" in seen.text
    assert seen.text.count("this model") == 1


def test_a_figure_that_nothing_defines_is_a_dash(flowers, parse):
    first = replace(flowers.classes[0], precision=None, recall=None, f1=None)
    seen = parse(page(replace(flowers, classes=(first, *flowers.classes[1:]))))
    assert f"{first.name} {first.test} – – –" in seen.text


def test_tables_name_their_columns_and_lines(seen):
    scopes = [a.get("scope") for a in seen.all("th")]
    assert set(scopes) == {"col", "row"}


def test_pictures_have_a_name_and_each_is_inside_once(flowers, html, seen):
    pictures = [a for a in seen.all("span") if a.get("class", "").startswith("picture")]
    assert pictures
    assert all(a["role"] == "img" and a["aria-label"] for a in pictures)
    data = {base64.b64encode(s.data).decode() for s in flowers.shown}
    assert all(html.count(one) == 1 for one in data)


def test_drawings_are_either_told_or_hidden_from_readers_of_text(seen):
    drawings = [a for a in seen.all("svg") if "class" in a]
    assert all(a.get("aria-label") or a.get("aria-hidden") == "true" for a in drawings)


def test_the_most_confident_mistake_comes_first(flowers, seen):
    wrong = [s for s in flowers.shown if not s.right]
    worst = max(wrong, key=lambda s: s.probability)
    part = seen.text[seen.text.index("Where it was wrong") :]
    said = f"taken for {worst.said}, {worst.probability:.1%}"
    assert part.index(said) == part.index("taken for")


def test_an_example_that_is_text_is_quoted(flowers, parse):
    said = Shown("line 3", "text/plain", b"<i>so</i> good\xff", 0, 1, 0.9, True, "a", "b", False)
    assert "<i>so</i> good" in parse(page(replace(flowers, shown=(said,)))).text


def test_words_that_mattered_are_marked_and_quoted(flowers, parse):
    words = (("<i>so</i>", 0.4), ("bad", -0.05), ("film", 0.001))
    said = Shown("line 3", "text/plain", b"so bad film", 0, 1, 0.9, True, "a", "b", False,
                 beside=Beside(words=words))  # fmt: skip
    seen = parse(page(replace(flowers, shown=(said,))))
    marked = [a for a in seen.all("span") if a.get("class", "").startswith(("toward", "away"))]
    titled = [(a["class"], a["title"]) for a in marked if "title" in a]
    assert titled == [("toward w4", "-40 points without it"), ("away w1", "+5 points without it")]
    assert "<i>so</i>" in seen.text and "film" in seen.text


def test_equal_reports_give_equal_pages(build_report):
    assert page(build_report(n=40, shown=9)) == page(build_report(n=40, shown=9))


def test_a_run_without_curves_has_no_section_for_them(flowers, parse):
    seen = parse(page(replace(flowers, curves=())))
    assert "curves" not in [a["id"] for a in seen.all("section")]
    assert not [a for a in seen.all("svg") if a.get("class") == "lines"]


def test_a_curve_of_one_epoch_is_a_dot(flowers, parse):
    one = Curve("probe", flowers.curves[0].epochs[:1], 1)
    seen = parse(page(replace(flowers, curves=(one,))))
    assert "kept: epoch 1 of 1" in seen.text
    (loss, _) = (a for a in seen.all("svg") if a.get("class") == "lines")
    assert loss["aria-label"] == "Loss over epochs"


def test_a_run_without_pictures_facts_or_rivals_is_a_page_too(flowers, parse):
    verdict = replace(flowers.verdict, word="no evidence", against="", sentence="Nobody.")
    bare = replace(flowers, shown=(), facts=(), curves=(), spread=Spread("", ()), verdict=verdict)
    seen = parse(page(bare))
    assert "Nobody." in seen.text
    assert not seen.all("article")


def test_frozen_and_trained_stages_tell_their_rates(flowers, seen):
    stages = seen.all("li")
    assert [("frozen" in a["class"]) for a in stages] == [s.frozen for s in flowers.learned.stages]
    assert "rate 0.003" in seen.text
    assert "0 of 276 frozen tensors changed." in seen.text


def test_changed_frozen_tensors_are_not_hidden(flowers, parse):
    seen = parse(page(replace(flowers, learned=replace(flowers.learned, changed=3))))
    assert "3 of 276 frozen tensors changed." in seen.text
    assert seen.all("p", **{"class": "proof bad"})


def test_the_spread_says_what_its_figures_are_of(flowers, seen):
    low, high = min(flowers.spread.figures), max(flowers.spread.figures)
    assert f"{flowers.spread.what} scored {100 * low:.1f} to {high:.1%}" in seen.text


def test_the_page_says_the_same_rows_only_where_they_are(flowers, parse):
    same = replace(flowers, arms=tuple(replace(arm, learned=96) for arm in flowers.arms))
    assert "Every way learned from the same 96 examples." in parse(page(same)).text
    first, *others = same.arms
    found = parse(page(replace(same, arms=(replace(first, learned=80), *others)))).text
    assert "the same 96" not in found and "learned from 80" in found


def test_facts_are_listed_under_their_headings(flowers, seen):
    for fact in flowers.facts:
        assert f"{fact.name} {fact.value}" in seen.text


def test_long_lists_of_facts_are_cut_and_say_so(flowers, parse):
    facts = tuple(Fact("problems", f"{i}.jpg", "D104 unreadable") for i in range(1234))
    seen = parse(page(replace(flowers, facts=facts)))
    assert "1,034 more in the files of the run" in seen.text
    assert len(seen.all("dt")) < 250


def test_150_pictures_of_any_size_stay_below_3_mb_and_mistakes_stay(flowers, parse):
    filler = bytes(PICTURE_BYTES // 100)
    shown = tuple(
        Shown(
            f"{i}",
            "image/jpeg",
            filler + bytes([i]),
            0,
            int(i > 120),
            0.9,
            True,
            "a",
            "b",
            i <= 120,
        )
        for i in range(150)
    )
    written = page(replace(flowers, shown=shown))
    seen = parse(written)
    assert len(written.encode()) < 3_000_000
    assert "51 more examples were left out" in seen.text
    assert "29 of " in seen.text[seen.text.index("daisy taken for dandelion") :]


def test_the_page_does_its_work_without_script(html, seen):
    assert all("hidden" in a for a in seen.all("input"))
    assert ".panel:target" in html
    assert not any(name.startswith("on") for _, a in seen.tags for name in a)


@pytest.mark.parametrize(
    ("counts", "raced", "words"),
    [
        ((800, 800), False, "Every way learned from the same 800 examples."),
        ((800, 800), True, "Every way computed in full learned from the same 800 examples."),
        ((700, 800), True, "What was trained learned from 700, and left the others of 800 out"),
    ],
)
def test_what_was_left_at_a_sample_is_told_apart(counts, raced, words) -> None:
    at, took = Interval(0.5, 0.4, 0.6), Cost(1.0, 1.0, 1.0)
    plain = Arm("a", "", "", None, False, np.zeros((0, 2)), 0.5, at, took)
    arms = [replace(plain, learned=count) for count in counts]
    arms += [replace(plain, learned=10, contender=False)] * raced
    found = _learned_from(arms)
    assert str(found["learned_from"]).startswith(words)
    assert ("left at a sample" in str(found["learned_from"])) == raced
    assert found["uneven"] == (raced or counts[0] != counts[1])


def summary_of(shown=(), steps=()):
    doubts = Doubts(len(shown), 100, tuple(shown))
    sure = Sureness(30, 40, Interval(0.9, 0.8, 0.95))
    return Summary(
        "Right on 31 of 40 it had not seen", "headstart predict run", sure, steps, doubts
    )


def test_it_opens_with_the_question_of_whoever_made_it_then_the_verdict(flowers, parse) -> None:
    step = Step("Add <b>tulips</b>", "they gained", "headstart train photos", "+3 points")
    written = page(flowers, summary_of(steps=(step,)))
    seen = parse(written).text
    first, verdict = seen.index("Right on 31 of 40 it had not seen."), seen.index("Transfer helps")
    assert (
        first < verdict < seen.index("What would help next") < seen.index("headstart train photos")
    )
    assert "It is sure of 30 of 40 answers" in seen and "headstart predict run FILES" in seen
    assert "Add <b>tulips</b>" in seen and "<b>tulips" not in written


def test_labels_that_look_wrong_are_shown_with_their_pictures_and_names(flowers, parse) -> None:
    odd = replace(flowers.shown[0], name="a/<i>1.png", truth="rose", said="tulip", probability=0.9)
    written = page(flowers, summary_of(shown=(odd,)))
    seen = parse(written)
    assert "labeled rose" in seen.text and "looks like tulip, 90.0%" in seen.text
    assert "a/<i>1.png" in seen.text and ".d0{background-image" in written
    assert "Labels to look at" not in parse(page(flowers, summary_of())).text


def test_pictures_have_their_file_names_below_them(flowers, parse) -> None:
    assert flowers.shown[0].name in parse(page(flowers)).text
