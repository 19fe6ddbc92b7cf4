"""Voting: the next ballot of a person, their vote, and what they may see of either.

A ballot leaves the server as the question, two texts and a token. The token is a keyed hash of the
ballot and the person: unlike a signed number it cannot be read, so that nobody learns from it which
ballots belong to one matchup or in which order they were made.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from annotation.models import Project
from cqia.accounts.models import User
from cqia.lib import slots
from cqia.lib.errors import CqiaError
from evaluation.models import Ballot, Campaign, Matchup

LEASE = timedelta(minutes=30)
"""How long a comparison stays with the person who opened it; a default of this project."""

LEFT_COUNTED = 1000
"""Comparisons to come are counted up to here, so that a huge campaign costs no more per page."""


class BallotLost(CqiaError):
    """The ballot is held by somebody else, or by nobody, or is not this person's at all."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("ballot_lost")


@dataclass(frozen=True)
class Shown:
    """All that a voter gets of a ballot."""

    token: str
    question: str
    left: str
    right: str


@dataclass(frozen=True)
class Progress:
    """Of one person in one campaign: votes cast, and those they can still cast (LEFT_COUNTED at most)."""

    cast: int
    left: int

    @property
    def total(self) -> int:
        return self.cast + self.left


def token_of(ballot: Ballot, user: User) -> str:
    return salted_hmac(
        "evaluation.ballot", f"{ballot.pk}:{user.pk}", algorithm="sha256"
    ).hexdigest()


def show(ballot: Ballot, user: User) -> Shown:
    """The ballot as this person may see it, on the sides that were drawn for it."""
    matchup = ballot.matchup
    texts = (matchup.first.text, matchup.second.text)
    left, right = texts if ballot.first_is_left else reversed(texts)
    return Shown(token_of(ballot, user), matchup.prompt.text, left, right)


def next_ballot(user: User, campaign: Campaign) -> Ballot | None:
    """The ballot this person is on already, else the next of a matchup new to them; None at the end.

    Raises where the campaign is closed.
    """
    with transaction.atomic():
        _take_turns(user)
        if not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.OPEN).exists():
            raise CqiaError("campaign_closed")
        ballot = _held(user, campaign) or _take(user, campaign)
        if ballot is None and slots.free_expired(_ballots(campaign)):
            ballot = _take(user, campaign)
        return ballot and _read(ballot)


def cast(user: User, campaign: Campaign, token: str, choice: str) -> None:
    """Count the vote of the ballot that `token` names. Sent twice, it counts once.

    Raises BallotLost where the person no longer has the ballot, CqiaError where the choice is
    unknown or the campaign is closed.
    """
    if choice not in Ballot.Choice.values:
        raise CqiaError("unknown_choice")
    with transaction.atomic():
        _take_turns(user)
        ballot = _ballots(campaign).filter(holder=user, done_at=None).first()
        if ballot is None or not constant_time_compare(token, token_of(ballot, user)):
            return _accept_repeat(user, campaign, token)
        seconds = (timezone.now() - ballot.held_since).total_seconds()
        counted = (
            _ballots(campaign)
            .filter(pk=ballot.pk, holder=user, done_at=None, campaign__state=Campaign.State.OPEN)
            .update(choice=choice, seconds=seconds, done_at=Now())
        )
        if not counted:
            raise CqiaError("campaign_closed")


def skip(user: User, campaign: Campaign, token: str) -> None:
    """Give the ballot back, to the very end of the queue. Of somebody else's, nothing happens."""
    with transaction.atomic():
        _take_turns(user)
        ballot = _ballots(campaign).filter(holder=user, done_at=None).first()
        if ballot is not None and constant_time_compare(token, token_of(ballot, user)):
            # Behind every place that was drawn, in the order of skipping.
            ballot.place = int(timezone.now().timestamp() * 1_000_000)
            ballot.holder = ballot.held_since = ballot.held_until = None
            ballot.save(update_fields=["holder", "held_since", "held_until", "place"])


def progress_of(user: User, campaign: Campaign) -> Progress:
    """How far this person is. `left` are matchups new to them that still want a vote."""
    mine = _ballots(campaign).filter(holder=user)
    met = mine.values("matchup_id")
    free = Ballot.objects.filter(matchup=models.OuterRef("pk"), holder=None)
    new = Matchup.objects.filter(models.Exists(free), campaign=campaign).exclude(pk__in=met)
    left = new[:LEFT_COUNTED].count() + mine.filter(done_at=None).count()
    return Progress(mine.filter(done_at__isnull=False).count(), min(left, LEFT_COUNTED))


def open_to(project: Project) -> models.QuerySet[Campaign]:
    """Campaigns to vote in, oldest first."""
    return Campaign.objects.filter(project=project, state=Campaign.State.OPEN).order_by("pk")


def _ballots(campaign: Campaign) -> slots.SlotQuerySet:
    return Ballot.objects.filter(campaign=campaign)


def _take_turns(user: User) -> None:
    """Requests of one person wait for each other, so that two windows get the same ballot."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _held(user: User, campaign: Campaign) -> Ballot | None:
    """One's own ballot, its lease renewed; also one whose lease ran out and that nobody has taken."""
    ballot: Ballot | None = _ballots(campaign).filter(holder=user, done_at=None).first()
    if ballot is not None:
        now = timezone.now()
        if ballot.held_until is None or ballot.held_until < now:
            ballot.held_since = now
        ballot.held_until = now + LEASE
        ballot.save(update_fields=["held_since", "held_until"])
    return ballot


def _take(user: User, campaign: Campaign) -> Ballot | None:
    met = _ballots(campaign).filter(holder=user).values("matchup_id")
    free = _ballots(campaign).exclude(matchup_id__in=met).order_by("place")
    return slots.take_first(free, user, LEASE)


def _read(ballot: Ballot) -> Ballot:
    related = ("matchup__prompt", "matchup__first", "matchup__second")
    read: Ballot = Ballot.objects.select_related(*related).get(pk=ballot.pk)
    return read


def _accept_repeat(user: User, campaign: Campaign, token: str) -> None:
    """Silence for the token of the vote this person cast last; BallotLost for any other."""
    done = _ballots(campaign).filter(holder=user, done_at__isnull=False)
    last = done.order_by("-done_at").first()
    if last is None or not constant_time_compare(token, token_of(last, user)):
        raise BallotLost
