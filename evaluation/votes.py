"""Voting: the next ballot of a person, their vote, and what they may see of either.

A ballot leaves the server as the question, two texts and a token. The token is a keyed hash of the
ballot and the person: unlike a signed number it cannot be read, so that nobody learns from it which
ballots belong to one matchup or in which order they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from annotation.models import Project
from cqia.accounts.models import User
from cqia.lib import slots
from cqia.lib.errors import CqiaError
from evaluation import naming, stopping, turns
from evaluation.models import Ballot, Campaign, VoteEvent

LEASE = timedelta(minutes=30)
"""How long a comparison stays with the person who opened it; a default of this project."""

UNDO = timedelta(seconds=10)
"""How long a vote can be taken back; a default of this project."""

LEFT_COUNTED = 1000
"""Comparisons to come are counted up to here, so that a huge campaign costs no more per page."""

ANSWERS = frozenset({"left", "right", "tie", "both_bad"})
FAST = "fast"
EMPTY: dict[str, Any] = {
    **{"choice": "", "seconds": 0, "reason": ""},
    **{"ratings": {}, "tags": [], "flags": [], "done_at": None},
}


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
class Said:
    """A vote: the overall choice, and what the voter said besides, both of it optional."""

    choice: str
    ratings: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Progress:
    """Of one person in one campaign: votes cast, and those they can still cast (LEFT_COUNTED at most).

    `rest`: they have cast as many today as the campaign takes of one person in a day.
    """

    cast: int
    left: int
    rest: bool = False

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
    texts = [naming.shown(matchup.campaign, text) for text in matchup.texts()]
    left, right = texts if ballot.first_is_left else reversed(texts)
    return Shown(token_of(ballot, user), matchup.prompt.text, left, right)


def next_ballot(user: User, campaign: Campaign) -> Ballot | None:
    """The ballot this person is on already, else the next of a matchup new to them; None at the end.

    The end is also where they have cast as many today as the campaign allows. Raises where it is closed.
    """
    with transaction.atomic():
        _take_turns(user)
        if not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.OPEN).exists():
            raise CqiaError("campaign_closed")
        ballot = _held(user, campaign)
        if ballot is None and not _is_full(user, campaign):
            ballot = turns.take(user, campaign, LEASE)
            if ballot is None and slots.free_expired(_ballots(campaign)):
                ballot = turns.take(user, campaign, LEASE)
        return ballot and _read(ballot)


def cast(user: User, campaign: Campaign, token: str, said: Said | str) -> None:
    """Count the vote of the ballot that `token` names. Sent twice, it counts once.

    Raises BallotLost where the person no longer has the ballot, CqiaError where the choice is
    unknown or the campaign is closed.
    """
    said = Said(said) if isinstance(said, str) else said
    _check(campaign, said)
    with transaction.atomic():
        _take_turns(user)
        ballot = _named(user, campaign, token)
        if ballot is None:
            return _accept_repeat(user, campaign, token)
        seconds = _seconds(ballot)
        given = {"choice": said.choice, "seconds": seconds, "flags": _flags(campaign, seconds)}
        given |= {"ratings": dict(said.ratings), "tags": list(said.tags)}
        _finish(user, ballot, VoteEvent.Verb.CAST, given)
        stopping.after_vote(campaign, ballot)


def skip(user: User, campaign: Campaign, token: str, reason: str) -> None:
    """Be done with a ballot without voting; a spare one of its matchup takes its place in the queue.

    Raises as `cast` does, and where skipping is not allowed or no reason is given.
    """
    if "skip" not in campaign.allowed or reason not in Ballot.Reason.values:
        raise CqiaError("unknown_skip_reason")
    with transaction.atomic():
        _take_turns(user)
        ballot = _named(user, campaign, token)
        if ballot is None:
            return _accept_repeat(user, campaign, token)
        seconds = _seconds(ballot)
        given = {"choice": "skip", "reason": reason, "seconds": seconds}
        _finish(user, ballot, VoteEvent.Verb.SKIP, given)
        turns.release_spare(ballot)


def undo(user: User, campaign: Campaign, token: str) -> None:
    """Take the last vote or skip back: the person is on that ballot again, and keeps the one after it.

    Raises where it is older than UNDO, not theirs, or the campaign is closed.
    """
    with transaction.atomic():
        _take_turns(user)
        ballot = undoable(user, campaign)
        if ballot is None or not constant_time_compare(token, token_of(ballot, user)):
            raise CqiaError("undo_too_late")
        if ballot.choice == Ballot.Choice.SKIP:
            turns.keep_spare(campaign, ballot)
        lease = {"held_until": timezone.now() + LEASE}
        if not _open(ballot).update(**EMPTY, **lease):
            raise CqiaError("campaign_closed")
        VoteEvent.objects.create(ballot=ballot, user=user, verb=VoteEvent.Verb.UNDO)


def undoable(user: User, campaign: Campaign) -> Ballot | None:
    """What this person did last, as long as they can take it back."""
    since = timezone.now() - UNDO
    last: Ballot | None = (
        _ballots(campaign).filter(holder=user, done_at__gt=since).order_by("-done_at").first()
    )
    return last


def progress_of(user: User, campaign: Campaign) -> Progress:
    """How far this person is. `left` are matchups new to them that still want a vote."""
    mine = _ballots(campaign).filter(holder=user)
    free = turns.open_for(user, campaign)[:LEFT_COUNTED]
    new: int = free.aggregate(n=models.Count("matchup_id", distinct=True))["n"]
    waiting = models.Count("pk", filter=models.Q(done_at=None))
    counts = mine.aggregate(held=waiting, cast=models.Count("done_at"))
    held, cast = counts["held"], counts["cast"]
    left = min(new + held, LEFT_COUNTED)
    if campaign.daily_cap is None:
        return Progress(cast, left)
    today = max(campaign.daily_cap - _today(user, campaign), held)
    return Progress(cast, min(left, today), rest=left > 0 and today == 0)


def open_to(project: Project) -> models.QuerySet[Campaign]:
    """Campaigns to vote in, oldest first."""
    return Campaign.objects.filter(project=project, state=Campaign.State.OPEN).order_by("pk")


def is_new_here(user: User, project: Project) -> bool:
    """Whether this person has never been given a comparison in the project."""
    return not Ballot.objects.filter(holder=user, campaign__project=project).exists()


def _check(campaign: Campaign, said: Said) -> None:
    if said.choice not in ANSWERS & {"left", "right", *campaign.allowed}:
        raise CqiaError("unknown_choice")
    for criterion, answer in said.ratings.items():
        if criterion not in campaign.criteria or answer not in ANSWERS:
            raise CqiaError("unknown_rating", {"criterion": criterion, "answer": answer})
    for tag in said.tags:
        if tag not in campaign.tags:
            raise CqiaError("unknown_tag", {"tag": tag})


def _seconds(ballot: Ballot) -> float:
    now = timezone.now()
    return (now - (ballot.held_since or now)).total_seconds()


def _flags(campaign: Campaign, seconds: float) -> list[str]:
    return [FAST] if seconds < campaign.min_seconds else []


def _finish(user: User, ballot: Ballot, verb: str, given: dict[str, Any]) -> None:
    if not _open(ballot).update(**EMPTY | given | {"done_at": timezone.now()}):
        raise CqiaError("campaign_closed")
    VoteEvent.objects.create(ballot=ballot, user=user, verb=verb, payload=given)


def _open(ballot: Ballot) -> models.QuerySet[Ballot]:
    """The ballot, for a conditional UPDATE: none where its campaign was closed meanwhile."""
    return Ballot.objects.filter(
        pk=ballot.pk, holder=ballot.holder_id, campaign__state=Campaign.State.OPEN
    )


def _ballots(campaign: Campaign) -> slots.SlotQuerySet:
    return Ballot.objects.filter(campaign=campaign)


def _take_turns(user: User) -> None:
    """Requests of one person wait for each other: two windows get the same ballot."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _named(user: User, campaign: Campaign, token: str) -> Ballot | None:
    """The ballot of this token among those this person holds: two, where they took a vote back."""
    held = _ballots(campaign).filter(holder=user, done_at=None)
    return next((each for each in held if constant_time_compare(token, token_of(each, user))), None)


def _held(user: User, campaign: Campaign) -> Ballot | None:
    """One's own ballot, its lease renewed; also one whose lease ran out and that nobody has taken.

    The one opened first: a vote taken back comes before what was shown after it.
    """
    held = _ballots(campaign).filter(holder=user, done_at=None).order_by("held_since")
    ballot: Ballot | None = held.first()
    if ballot is not None:
        now = timezone.now()
        if ballot.held_until is None or ballot.held_until < now:
            ballot.held_since = now
        ballot.held_until = now + LEASE
        ballot.save(update_fields=["held_since", "held_until"])
    return ballot


def _is_full(user: User, campaign: Campaign) -> bool:
    return campaign.daily_cap is not None and _today(user, campaign) >= campaign.daily_cap


def _today(user: User, campaign: Campaign) -> int:
    """What this person did since midnight, in the time zone of the installation."""
    midnight: datetime = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return _ballots(campaign).filter(holder=user, done_at__gte=midnight).count()


def _read(ballot: Ballot) -> Ballot:
    related = ("matchup__campaign", "matchup__prompt", "matchup__first", "matchup__second")
    read: Ballot = Ballot.objects.select_related(*related).get(pk=ballot.pk)
    return read


def _accept_repeat(user: User, campaign: Campaign, token: str) -> None:
    """Silence for the token of what this person did last; BallotLost for any other."""
    done = _ballots(campaign).filter(holder=user, done_at__isnull=False)
    last = done.order_by("-done_at").first()
    if last is None or not constant_time_compare(token, token_of(last, user)):
        raise BallotLost
