"""The rules of each kind of decision, on plain data."""

from dataclasses import replace

import pytest

from annotation.answers import Original, Seen
from annotation.desk_forms import Criterion, Field, Form, Kind, When, of_version
from annotation.models import Mode
from annotation.outcomes import Decision, Outcome, outcome_of
from cqia.lib.errors import CqiaError

PLAIN = of_version(0, None)
ONE = Seen("怎么泡绿茶？", "", [Original(11, "用八十度的水。")])
THREE = Seen("怎么泡绿茶？", "明前茶", [Original(n, f"第{n}种说法") for n in (21, 22, 23)])
SCORED = replace(
    PLAIN,
    mode=Mode.PICK,
    criteria=(Criterion("right", "正确", "Right", low=1, high=5, line=3), Criterion("clear")),
)
GOOD = {"right": 4, "clear": 1}


def code_of(decision: Decision, seen: Seen = ONE, form: Form = PLAIN) -> str:
    with pytest.raises(CqiaError) as caught:
        outcome_of(decision, form, seen)
    return caught.value.code


def test_it_accepts_the_only_answer() -> None:
    assert outcome_of(Decision("accept"), PLAIN, ONE) == Outcome("accept", 11)


def test_it_keeps_each_reason_once_in_the_order_given() -> None:
    outcome = outcome_of(Decision("reject", reasons=["other", "ad", "other"]), PLAIN, THREE)
    assert outcome == Outcome("reject", reasons=["other", "ad"])


def test_it_ranks_into_tiers_and_stands_for_the_first_of_the_best() -> None:
    outcome = outcome_of(Decision("rank", places={1: 2, 2: 1, 3: 1}), PLAIN, THREE)
    assert outcome == Outcome("rank", 22, tiers=[[22, 23], [21]])


def test_it_counts_gaps_between_places_for_nothing() -> None:
    outcome = outcome_of(Decision("rank", places={1: 9, 2: 4, 3: 7}), PLAIN, THREE)
    assert outcome.tiers == [[22], [23], [21]]


def test_it_stands_for_no_answer_where_all_are_bad() -> None:
    places = {1: 1, 2: 2, 3: 3}
    outcome = outcome_of(Decision("rank", places=places, all_bad=True), PLAIN, THREE)
    assert outcome == Outcome("rank", None, tiers=[[21], [22], [23]], all_bad=True)
    assert outcome_of(Decision("rank", all_bad=True), PLAIN, THREE).tiers == []


def test_it_picks_the_best_and_rates_it() -> None:
    outcome = outcome_of(Decision("pick", best=2, ratings=GOOD), SCORED, THREE)
    assert outcome == Outcome("pick", 22, ratings=GOOD)


def test_it_lets_an_answer_below_the_line_be_rewritten_only() -> None:
    low = Decision("pick", best=2, ratings={"right": 2, "clear": 5}, text="第22种说法")
    assert code_of(low, THREE, SCORED) == "below_the_line"
    assert code_of(replace(low, verb="rewrite"), THREE, SCORED) == "below_the_line"
    written = outcome_of(replace(low, verb="rewrite", text="改好了"), SCORED, THREE)
    assert (written.verb, written.response_id, written.written) == ("rewrite", 22, "改好了")
    assert written.ratings == {"right": 2, "clear": 5}


def test_it_takes_an_edited_prompt_for_a_rewrite() -> None:
    edited = Decision("accept", instruction="怎样泡绿茶？", input="", tag="prompt")
    outcome = outcome_of(edited, PLAIN, ONE)
    assert outcome == Outcome("rewrite", 11, instruction="怎样泡绿茶？", tag="prompt")


def test_it_knows_an_input_that_was_deleted_from_one_that_was_not_shown() -> None:
    ranked = Decision("rank", places={1: 1, 2: 2, 3: 3})
    assert outcome_of(ranked, PLAIN, THREE).input is None
    assert outcome_of(replace(ranked, input=""), PLAIN, THREE).input == ""


def test_it_takes_other_line_ends_for_no_edit() -> None:
    seen = Seen("第一行\n第二行", "", ONE.answers)
    outcome = outcome_of(Decision("accept", instruction="第一行\r\n第二行\r\n"), PLAIN, seen)
    assert outcome == Outcome("accept", 11)


def test_it_keeps_the_flaw_with_what_was_written() -> None:
    form = replace(PLAIN, mode=Mode.FLAW)
    outcome = outcome_of(Decision("rewrite", text="改好了", flaw=" 水温不对 "), form, ONE)
    assert (outcome.flaw, outcome.written) == ("水温不对", "改好了")
    assert code_of(Decision("rewrite", text="改好了", flaw=" "), ONE, form) == "flaw_missing"


def test_it_asks_a_field_only_where_its_condition_holds() -> None:
    field = Field("why", "为何", "Why", required=True, when=When("verb", ("rewrite",)))
    form = replace(PLAIN, fields=(field,))
    assert outcome_of(Decision("accept", fields={"why": "无"}), form, ONE).fields == {}
    assert code_of(Decision("rewrite", text="改"), ONE, form) == "field_missing"
    told = outcome_of(Decision("rewrite", text="改", fields={"why": "更准"}), form, ONE)
    assert told.fields == {"why": "更准"}


def test_it_keeps_a_number_as_a_number() -> None:
    form = replace(PLAIN, fields=(Field("age", kind=Kind.NUMBER),))
    assert outcome_of(Decision("accept", fields={"age": "7"}), form, ONE).fields == {"age": 7}


@pytest.mark.parametrize(
    ("decision", "seen", "form", "code"),
    [
        (Decision("applaud"), ONE, PLAIN, "unknown_verb"),
        (Decision("reject"), ONE, PLAIN, "reason_missing"),
        (Decision("reject", reasons=["ad", "boring"]), ONE, PLAIN, "reason_missing"),
        (Decision("accept"), Seen("问", "", []), PLAIN, "no_answer"),
        (Decision("accept"), THREE, PLAIN, "not_ranked"),
        (Decision("accept"), THREE, SCORED, "not_picked"),
        (Decision("rank", places={1: 1}), ONE, PLAIN, "one_answer"),
        (Decision("rank", places={1: 1, 2: 2}), THREE, PLAIN, "rank_all"),
        (Decision("rank", places={1: 1, 2: 2, 4: 3}), THREE, PLAIN, "rank_all"),
        (Decision("rank", places={1: 1, 2: 2, 3: 3}), THREE, SCORED, "not_picked"),
        (Decision("pick", best=1), THREE, PLAIN, "not_ranked"),
        (Decision("pick", best=1), ONE, SCORED, "one_answer"),
        (Decision("pick"), THREE, SCORED, "not_picked"),
        (Decision("pick", best=4, ratings=GOOD), THREE, SCORED, "not_picked"),
        (Decision("pick", best=1, ratings={"right": 4}), THREE, SCORED, "rating_missing"),
        (
            Decision("pick", best=1, ratings={"right": 6, "clear": 1}),
            THREE,
            SCORED,
            "rating_off_scale",
        ),
        (Decision("rewrite", text=" \n"), ONE, PLAIN, "empty_rewrite"),
        (Decision("rewrite", text="新"), THREE, PLAIN, "not_ranked"),
        (Decision("rewrite", text="新", tag="mood"), ONE, PLAIN, "unknown_tag"),
        (Decision("accept", instruction=" "), ONE, PLAIN, "instruction_empty"),
    ],
)
def test_it_says_what_is_missing(decision: Decision, seen: Seen, form: Form, code: str) -> None:
    assert code_of(decision, seen, form) == code
