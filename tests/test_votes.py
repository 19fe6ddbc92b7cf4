"""Taking ballots and casting votes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import campaigns, votes
from evaluation.models import Ballot, Campaign, VoteEvent
from evaluation.own_progress import OwnProgress, own_progress
from tests.poll import MakePoll, Vote


def taken(user: User, campaign: Campaign) -> Ballot:
    ballot = votes.next_ballot(user, campaign)
    assert ballot is not None
    return ballot


def test_it_gives_the_same_ballot_until_it_is_voted_on(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll()
    first, again = taken(evaluator, campaign), taken(evaluator, campaign)
    assert votes.show(first, evaluator) == votes.show(again, evaluator)


def test_it_shows_the_sides_as_they_were_drawn(make_poll: MakePoll, evaluator: User) -> None:
    ballot = taken(evaluator, make_poll())
    shown = votes.show(ballot, evaluator)
    texts = [ballot.matchup.first.text, ballot.matchup.second.text]
    assert [shown.left, shown.right] == (texts if ballot.first_is_left else texts[::-1])


def test_it_gives_nobody_two_ballots_of_one_matchup(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    campaign = make_poll(prompts=3, votes=2)
    met = [ballot.matchup_id for _ in range(4) if (ballot := vote(evaluator, campaign))]
    assert len(met) == len(set(met)) == 3


def test_it_gives_no_ballot_to_two_people(
    make_poll: MakePoll, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll(prompts=1, votes=1)
    assert taken(evaluator, campaign)
    assert votes.next_ballot(second_evaluator, campaign) is None


def test_it_stores_the_vote_with_its_time(make_poll: MakePoll, evaluator: User, vote: Vote) -> None:
    ballot = vote(evaluator, make_poll(), "both_bad")
    assert ballot is not None
    assert (ballot.choice, ballot.holder) == ("both_bad", evaluator)
    assert ballot.done_at is not None
    assert 0 < ballot.seconds < 60


def test_it_counts_a_vote_sent_twice_once(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    votes.cast(evaluator, campaign, token, "left")
    votes.cast(evaluator, campaign, token, "right")
    assert list(campaign.ballots.done().values_list("choice", flat=True)) == ["left"]


def test_it_counts_a_vote_sent_twice_once_also_while_the_next_is_open(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    votes.cast(evaluator, campaign, token, "left")
    taken(evaluator, campaign)
    votes.cast(evaluator, campaign, token, "right")
    assert campaign.ballots.done().count() == 1


def test_it_refuses_the_token_of_somebody_else(
    make_poll: MakePoll, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    taken(second_evaluator, campaign)
    with pytest.raises(votes.BallotLost):
        votes.cast(second_evaluator, campaign, token, "left")
    assert not campaign.ballots.done().exists()


def test_it_refuses_an_unknown_choice(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    with pytest.raises(CqiaError, match="Choose A"):
        votes.cast(evaluator, campaign, token, "zebra")


def let_lease_end(ballot: Ballot) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Ballot.objects.filter(pk=ballot.pk).update(held_until=past)


def test_it_gives_a_ballot_whose_lease_ran_out_to_the_next_person(
    make_poll: MakePoll, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll(prompts=1)
    ballot = taken(evaluator, campaign)
    token = votes.token_of(ballot, evaluator)
    let_lease_end(ballot)
    assert taken(second_evaluator, campaign).pk == ballot.pk
    with pytest.raises(votes.BallotLost):
        votes.cast(evaluator, campaign, token, "left")


def test_it_counts_a_late_vote_that_nobody_has_taken_over(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll()
    ballot = taken(evaluator, campaign)
    let_lease_end(ballot)
    votes.cast(evaluator, campaign, votes.token_of(ballot, evaluator), "tie")
    assert campaign.ballots.done().get().choice == "tie"


def test_it_is_done_with_a_skipped_ballot_and_asks_somebody_else(
    make_poll: MakePoll, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll(prompts=1, votes=1, spares=1)
    skipped = taken(evaluator, campaign)
    votes.skip(evaluator, campaign, votes.token_of(skipped, evaluator), "knowledge")
    skipped.refresh_from_db()
    assert (skipped.choice, skipped.reason) == ("skip", "knowledge")
    assert votes.next_ballot(evaluator, campaign) is None
    spare = taken(second_evaluator, campaign)
    assert (spare.matchup_id, spare.spare) == (skipped.matchup_id, False)
    assert campaign.ballots.counted().count() == 0


@pytest.mark.parametrize("reason", ["", "zebra"])
def test_it_skips_only_with_a_reason(make_poll: MakePoll, evaluator: User, reason: str) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    with pytest.raises(CqiaError, match="Say why you skip"):
        votes.skip(evaluator, campaign, token, reason)
    assert not campaign.ballots.done().exists()


def test_it_takes_a_vote_back_and_shows_that_ballot_before_the_next(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll(prompts=3)
    first = taken(evaluator, campaign)
    token = votes.token_of(first, evaluator)
    votes.cast(evaluator, campaign, token, votes.Said("left", {}, ()))
    second = taken(evaluator, campaign)
    votes.undo(evaluator, campaign, token)
    assert (taken(evaluator, campaign).pk, campaign.ballots.done().count()) == (first.pk, 0)
    votes.cast(evaluator, campaign, token, "right")
    assert taken(evaluator, campaign).pk == second.pk
    first.refresh_from_db()
    assert first.choice == "right"
    verbs = VoteEvent.objects.filter(ballot=first).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["cast", "undo", "cast"]


def test_it_takes_a_skip_back_with_the_spare_that_it_set_free(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll(prompts=1, spares=1)
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    spares = campaign.ballots.filter(spare=True).count()
    votes.skip(evaluator, campaign, token, "unsure")
    votes.undo(evaluator, campaign, token)
    assert campaign.ballots.filter(spare=True).count() == spares > 0


def test_a_vote_is_final_after_ten_seconds(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    campaign = make_poll()
    ballot = vote(evaluator, campaign)
    assert ballot is not None
    Ballot.objects.filter(pk=ballot.pk).update(done_at=timezone.now() - timedelta(seconds=11))
    with pytest.raises(CqiaError, match="This vote is final"):
        votes.undo(evaluator, campaign, votes.token_of(ballot, evaluator))
    assert campaign.ballots.done().count() == 1


def test_it_takes_no_vote_of_somebody_else_back(
    make_poll: MakePoll, evaluator: User, second_evaluator: User, vote: Vote
) -> None:
    campaign = make_poll()
    ballot = vote(evaluator, campaign)
    assert ballot is not None
    with pytest.raises(CqiaError, match="This vote is final"):
        votes.undo(second_evaluator, campaign, votes.token_of(ballot, evaluator))


def test_it_keeps_ratings_and_tags(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll()
    campaign.criteria, campaign.tags = ["correctness", "safety"], ["更准确"]
    ballot = taken(evaluator, campaign)
    said = votes.Said("left", {"correctness": "tie"}, ["更准确"])
    votes.cast(evaluator, campaign, votes.token_of(ballot, evaluator), said)
    ballot.refresh_from_db()
    assert (ballot.ratings, ballot.tags) == ({"correctness": "tie"}, ["更准确"])
    assert VoteEvent.objects.get().payload["ratings"] == {"correctness": "tie"}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (votes.Said("left", {"zebra": "tie"}), "unknown_rating"),
        (votes.Said("left", {"safety": "zebra"}), "unknown_rating"),
        (votes.Said("left", {}, ["zebra"]), "unknown_vote_tag"),
        (votes.Said("skip"), "unknown_choice"),
        (votes.Said("tie"), "unknown_choice"),
    ],
)
def test_it_refuses_what_was_not_asked(
    make_poll: MakePoll, evaluator: User, said: votes.Said, fault: str
) -> None:
    campaign = make_poll()
    campaign.criteria, campaign.allowed = ["safety"], ["skip"]
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    with pytest.raises(CqiaError) as refused:
        votes.cast(evaluator, campaign, token, said)
    assert refused.value.code == fault


def test_it_flags_a_vote_cast_faster_than_anybody_reads(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    campaign = make_poll()
    campaign.min_seconds = 60
    ballot = vote(evaluator, campaign)
    assert ballot is not None
    assert (ballot.flags, ballot.choice) == (["fast"], "left")


def test_it_lets_a_person_rest_at_the_daily_cap(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    campaign = make_poll(prompts=4)
    campaign.daily_cap = 2
    assert [vote(evaluator, campaign) is None for _ in range(3)] == [False, False, True]
    assert own_progress(evaluator, campaign) == OwnProgress(cast=2, left=0, rest=True)
    Ballot.objects.filter(holder=evaluator).update(done_at=timezone.now() - timedelta(days=1))
    assert vote(evaluator, campaign) is not None


def test_nothing_that_was_done_with_a_ballot_can_be_changed(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    vote(evaluator, make_poll())
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        VoteEvent.objects.update(verb="undo")
    assert VoteEvent.objects.get().verb == "cast"


def test_it_takes_no_vote_after_the_close(make_poll: MakePoll, evaluator: User, lead: User) -> None:
    campaign = make_poll()
    token = votes.token_of(taken(evaluator, campaign), evaluator)
    campaigns.close(campaign, lead)
    with pytest.raises(CqiaError, match="is closed"):
        votes.cast(evaluator, campaign, token, "left")
    with pytest.raises(CqiaError, match="is closed"):
        votes.next_ballot(evaluator, campaign)


def test_it_counts_what_is_left_for_a_person(
    make_poll: MakePoll, evaluator: User, second_evaluator: User, vote: Vote
) -> None:
    campaign = make_poll(prompts=4, votes=1)
    vote(evaluator, campaign)
    taken(second_evaluator, campaign)
    assert own_progress(evaluator, campaign) == OwnProgress(cast=1, left=2)
    assert own_progress(second_evaluator, campaign) == OwnProgress(cast=0, left=3)


@pytest.mark.django_db(transaction=True)
def test_it_gives_two_windows_of_one_person_the_same_ballot(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll(prompts=8)

    def take(_: int) -> int:
        try:
            return int(taken(evaluator, campaign).pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as windows:
        assert len(set(windows.map(take, range(8)))) == 1
