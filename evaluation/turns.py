"""Whose turn a ballot is: which one a person gets next, and which they can still get.

Everything here chooses among ballots that were drawn and committed; nothing is drawn again.
"""

import random
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from cqia.accounts.models import User
from cqia.lib import slots
from evaluation.designs import Kind
from evaluation.models import Ballot, Campaign, Matchup, ModelVersion

REPEAT_AFTER = 8
"""Votes a person casts before they are asked one again; a default of this project."""

dice = random.SystemRandom()


def take(user: User, campaign: Campaign, lease: timedelta) -> Ballot | None:
    """Give this person the next ballot: a repeat that is due, else the first free one of their lane.

    None where nothing is left for them.
    """
    due = _repeats(user, campaign)
    if due is not None:
        seen = _votes_ago(user, campaign, REPEAT_AFTER)
        if seen is not None:
            again = slots.take_first(due.filter(_done_by(user, seen)), user, lease)
            if again is not None:
                return again
    free = _free(user, campaign)
    for lane in _lanes(campaign):
        taken = slots.take_first(free.filter(lane=lane).order_by("place"), user, lease)
        if taken is not None:
            return taken
    return None if due is None else slots.take_first(due, user, lease)


def open_for(user: User, campaign: Campaign) -> QuerySet[Ballot]:
    """Free ballots that this person may still get, those of one matchup counting once each."""
    return _free(user, campaign)


def release_spare(ballot: Ballot) -> bool:
    """Let one spare ballot of a skipped one's matchup be asked for; False where none is left.

    It stays at the place, and keeps the sides, that were drawn for it.
    """
    if ballot.kind != Ballot.Kind.VOTE:
        return False
    waiting = Ballot.objects.filter(matchup=ballot.matchup_id, spare=True).order_by("slot")
    return bool(Ballot.objects.filter(pk__in=waiting.values("pk")[:1]).update(spare=False))


def keep_spare(campaign: Campaign, ballot: Ballot) -> None:
    """Let the spare ballot that a skip set free wait again, unless somebody has it already."""
    if ballot.kind != Ballot.Kind.VOTE:
        return
    free = Ballot.objects.filter(matchup=ballot.matchup_id, kind=Ballot.Kind.VOTE, holder=None)
    asked = free.filter(slot__gt=campaign.votes_per_matchup, spare=False).order_by("-slot")
    Ballot.objects.filter(pk__in=asked.values("pk")[:1]).update(spare=True)


def trained_by(user: User, campaign: Campaign) -> list[int]:
    """Ids of the compared models that this person trained: nobody rates their own."""
    own = ModelVersion.objects.filter(campaigns=campaign, trained_by=user)
    return list(own.values_list("pk", flat=True))


def _free(user: User, campaign: Campaign) -> QuerySet[Ballot]:
    """Free ballots of matchups new to this person, without those on a model they trained."""
    ballots: QuerySet[Ballot] = Ballot.objects.filter(campaign=campaign)
    met = ballots.filter(holder=user).values("matchup_id")
    free = ballots.filter(holder=None, spare=False).exclude(kind=Ballot.Kind.REPEAT)
    free = free.exclude(matchup_id__in=met)
    own = trained_by(user, campaign)
    if not own:
        return free
    theirs = Q(first__model__in=own) | Q(second__model__in=own)
    return free.filter(~Exists(Matchup.objects.filter(theirs, pk=OuterRef("matchup_id"))))


def _repeats(user: User, campaign: Campaign) -> QuerySet[Ballot] | None:
    """Free repeats of votes that this person has cast, the first drawn first; None without any."""
    if not campaign.repeats:
        return None
    repeats: QuerySet[Ballot] = Ballot.objects.filter(
        campaign=campaign, kind=Ballot.Kind.REPEAT, holder=None
    )
    return repeats.filter(_done_by(user)).order_by("place")


def _done_by(user: User, before: datetime | None = None) -> Q:
    """Of ballots that repeat a vote of this person, cast before a time."""
    votes = Ballot.objects.filter(holder=user, done_at__isnull=False).exclude(choice="skip")
    if before is not None:
        votes = votes.filter(done_at__lte=before)
    return Q(repeats__in=votes.values("pk"))


def _votes_ago(user: User, campaign: Campaign, votes: int) -> datetime | None:
    """When this person had so many votes fewer; None where they have not cast as many."""
    cast = Ballot.objects.filter(campaign=campaign, holder=user, done_at__isnull=False)
    times = cast.order_by("-done_at").values_list("done_at", flat=True)
    return next(iter(times[votes : votes + 1]), None)


def _lanes(campaign: Campaign) -> list[int]:
    """The lanes in the order in which they are tried.

    One queue, but for adaptive campaigns: there, attention items have the first lane, tried as often
    as there are of them, and the pairs of models theirs, drawn by what a vote on them would tell.
    """
    if campaign.design != Kind.ADAPTIVE:
        return [0]
    weights = [(lane, weight) for lane, weight in campaign.priorities if weight > 0]
    # Keys u^(1/w), sorted: a weighted draw without replacement (Efraimidis, Spirakis 2006).
    drawn = sorted(weights, key=lambda each: dice.random() ** (1 / each[1]), reverse=True)
    order = [lane for lane, _ in drawn]
    order += [lane for lane, weight in campaign.priorities if weight <= 0]
    share = campaign.attention / (1 + campaign.attention)
    return [0, *order] if dice.random() < share else [*order, 0]
