"""From ballots to a table of votes."""

import math

import pytest

from cqia.accounts.models import User
from evaluation import counting
from evaluation.models import Ballot, Campaign
from tests.ballots import cast_all, make_people
from tests.poll import MakePoll

STRENGTHS = {"zebra-base": 0.0, "yak-tuned": 1.0}


@pytest.fixture
def voted(make_poll: MakePoll) -> Campaign:
    campaign = make_poll(prompts=4, votes=3)
    cast_all(campaign, make_people(3), STRENGTHS)
    return campaign


def test_a_vote_stands_on_the_side_on_which_it_was_shown(voted: Campaign) -> None:
    table = counting.table_of(voted)
    ballots = Ballot.objects.filter(campaign=voted).select_related(
        "matchup__prompt", "matchup__first__model", "matchup__second__model"
    )
    expected = []
    for ballot in ballots:
        names = [ballot.matchup.first.model.name, ballot.matchup.second.model.name]
        left, right = names if ballot.first_is_left else names[::-1]
        expected.append((ballot.matchup.prompt.key, left, right, ballot.choice))
    choices = ("left", "right", "tie", "both_bad")
    columns = zip(table.prompt, table.left, table.right, table.outcome, strict=True)
    found = [
        (table.prompts[prompt], table.models[left], table.models[right], choices[outcome])
        for prompt, left, right, outcome in columns
    ]
    assert sorted(found) == sorted(expected)


def test_it_counts_neither_skips_nor_extra_ballots_nor_what_is_not_done(voted: Campaign) -> None:
    first, second, third = Ballot.objects.filter(campaign=voted).order_by("pk")[:3]
    Ballot.objects.filter(pk=first.pk).update(choice="skip", reason="unsure")
    Ballot.objects.filter(pk=second.pk).update(kind="attention")
    Ballot.objects.filter(pk=third.pk).update(choice="", done_at=None)
    assert len(counting.table_of(voted).outcome) == 12 - 3


def test_voters_have_pseudonyms_that_stay(voted: Campaign) -> None:
    table = counting.table_of(voted)
    assert table.evaluators == ("V1", "V2", "V3")
    assert (table.evaluator == counting.table_of(voted).evaluator).all()


def test_pseudonyms_of_another_campaign_are_drawn_anew(
    voted: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = list(User.objects.filter(username__startswith="voter").order_by("pk"))
    orders = set()
    for number in range(20):
        monkeypatch.setattr(voted, "pk", voted.pk + number)
        drawn = sorted(people, key=lambda person: counting.drawn(voted, person.pk))
        orders.add(tuple(person.pk for person in drawn))
    assert len(orders) > 1


def test_it_counts_what_was_said_of_a_criterion(voted: Campaign) -> None:
    some = Ballot.objects.filter(campaign=voted, slot=1)
    some.update(ratings={"fluency": "tie"})
    table = counting.table_of(voted, "fluency")
    assert table.outcome.tolist() == [2] * some.count()
    with pytest.raises(ValueError, match="x'"):
        counting.table_of(voted, "x'")


def test_features_are_logarithms_of_what_is_there() -> None:
    text = "# 题\n\n1. 一\n2) 二\n- 三\n\n**粗**和**体**"
    assert counting.features(text) == (
        math.log(1 + len(text)),
        math.log(2),
        math.log(4),
        math.log(3),
    )
    assert counting.features("") == (0, 0, 0, 0)
