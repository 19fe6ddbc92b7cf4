"""Voting: the next ballot of a person, their vote, and what they may see of either.

A ballot leaves the server as the question, two texts and a token. The token is a keyed hash of the
ballot and the person: unlike a signed number it cannot be read, so that nobody learns from it which
ballots belong to one matchup or in which order they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from annotation.models import Project
from cqia.accounts.models import User
from cqia.lib import rows, slots
from cqia.lib.errors import CqiaError
from evaluation import naming, stopping, turns
from evaluation.models import Answer, Ballot, Campaign, Matchup, Prompt, VoteEvent

LEASE = timedelta(minutes=30)
"""How long a comparison stays with the person who opened it; a default of this project."""

UNDO = timedelta(seconds=10)
"""How long a vote can be taken back; a default of this project."""

ANSWERS = frozenset({"left", "right", "tie", "both_bad"})
FAST = "fast"
EMPTY: dict[str, Any] = {
    **{"choice": "", "seconds": 0, "reason": ""},
    **{"ratings": {}, "tags": [], "flags": [], "done_at": None},
}


# Asked with every vote; the ORM would build each of these anew, which takes longer than their answers.
# Requests of one person wait for each other: two windows get the same ballot.
_TURN_SQL = f"""
SELECT campaign.state FROM {User._meta.db_table} person, {Campaign._meta.db_table} campaign
 WHERE person.id = %s AND campaign.id = %s FOR NO KEY UPDATE OF person
"""
# One's own ballot, its lease renewed; also one whose lease ran out and that nobody has taken. The one
# opened first: a vote taken back comes before what was shown after it.
_HELD_SQL = f"""
UPDATE {turns.BALLOTS} SET held_until = statement_timestamp() + %(lease)s,
       held_since = CASE WHEN held_until > statement_timestamp() THEN held_since
                         ELSE statement_timestamp() END
 WHERE id = (SELECT id FROM {turns.BALLOTS}
              WHERE campaign_id = %(campaign)s AND holder_id = %(user)s AND done_at IS NULL
              ORDER BY held_since LIMIT 1)
RETURNING *
"""
_SHOWN_SQL = f"""
SELECT prompt.text, first.text,
       CASE matchup.kind WHEN 'planted' THEN matchup.planted ELSE second.text END
  FROM {Matchup._meta.db_table} matchup
  JOIN {Prompt._meta.db_table} prompt ON prompt.id = matchup.prompt_id
  JOIN {Answer._meta.db_table} first ON first.id = matchup.first_id
  JOIN {Answer._meta.db_table} second ON second.id = matchup.second_id
 WHERE matchup.id = %s
"""


class Closed(CqiaError):
    """The campaign is over."""

    def __init__(self) -> None:
        super().__init__("campaign_closed")


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


def token_of(ballot: Ballot | int, user: User) -> str:
    """What names a ballot, or the one of this id, to one person."""
    pk = ballot if isinstance(ballot, int) else ballot.pk
    return salted_hmac("evaluation.ballot", f"{pk}:{user.pk}", algorithm="sha256").hexdigest()


def show(ballot: Ballot, user: User) -> Shown:
    """The ballot as this person may see it, on the sides that were drawn for it."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN_SQL, [ballot.matchup_id])
        question, *texts = cursor.fetchone()
    first, second = (naming.shown(ballot.campaign, text) for text in texts)
    left, right = (first, second) if ballot.first_is_left else (second, first)
    return Shown(token_of(ballot, user), question, left, right)


def next_ballot(user: User, campaign: Campaign) -> Ballot | None:
    """The ballot this person is on already, else the next of a matchup new to them; None at the end.

    The end is also where they have cast as many today as the campaign allows. Raises where it is closed.
    """
    with transaction.atomic():
        if _take_turns(user, campaign) != Campaign.State.OPEN:
            raise Closed
        ballot = _held(user, campaign)
        if ballot is None and not _is_full(user, campaign):
            ballot = turns.take(user, campaign, LEASE)
            if ballot is None and slots.free_expired(_ballots(campaign)):
                ballot = turns.take(user, campaign, LEASE)
    if ballot is not None:
        ballot.campaign = campaign
    return ballot


def cast(user: User, campaign: Campaign, token: str, said: Said | str) -> None:
    """Count the vote of the ballot that `token` names. Sent twice, it counts once.

    Raises BallotLost where the person no longer has the ballot, CqiaError where the choice is
    unknown or the campaign is closed.
    """
    said = Said(said) if isinstance(said, str) else said
    _check(campaign, said)
    with transaction.atomic():
        _take_turns(user, campaign)
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
        _take_turns(user, campaign)
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
        _take_turns(user, campaign)
        ballot = _undoable(user, campaign)
        if ballot is None or not constant_time_compare(token, token_of(ballot, user)):
            raise CqiaError("vote_final")
        if ballot.choice == Ballot.Choice.SKIP:
            turns.keep_spare(campaign, ballot)
        lease = {"held_until": timezone.now() + LEASE}
        if not _open(ballot).update(**EMPTY, **lease):
            raise Closed
        VoteEvent.objects.create(ballot=ballot, user=user, verb=VoteEvent.Verb.UNDO)


def _undoable(user: User, campaign: Campaign) -> Ballot | None:
    """What this person did last, as long as they can take it back."""
    since = timezone.now() - UNDO
    last: Ballot | None = (
        _ballots(campaign).filter(holder=user, done_at__gt=since).order_by("-done_at").first()
    )
    return last


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
            raise CqiaError("unknown_vote_tag", {"tag": tag})


def _seconds(ballot: Ballot) -> float:
    now = timezone.now()
    return (now - (ballot.held_since or now)).total_seconds()


def _flags(campaign: Campaign, seconds: float) -> list[str]:
    return [FAST] if seconds < campaign.min_seconds else []


def _finish(user: User, ballot: Ballot, verb: str, given: dict[str, Any]) -> None:
    if not _open(ballot).update(**EMPTY | given | {"done_at": timezone.now()}):
        raise Closed
    VoteEvent.objects.create(ballot=ballot, user=user, verb=verb, payload=given)


def _open(ballot: Ballot) -> models.QuerySet[Ballot]:
    """The ballot, for a conditional UPDATE: none where its campaign was closed meanwhile."""
    return Ballot.objects.filter(
        pk=ballot.pk, holder=ballot.holder_id, campaign__state=Campaign.State.OPEN
    )


def _ballots(campaign: Campaign) -> slots.SlotQuerySet:
    return Ballot.objects.filter(campaign=campaign)


def _take_turns(user: User, campaign: Campaign) -> str:
    """Wait for this person's other requests; returns the campaign's state."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN_SQL, [user.pk, campaign.pk])
        return str(cursor.fetchone()[0])


def _named(user: User, campaign: Campaign, token: str) -> Ballot | None:
    """The ballot of this token among those this person holds: two, where they took a vote back."""
    held = _ballots(campaign).filter(holder=user, done_at=None)
    return next((each for each in held if constant_time_compare(token, token_of(each, user))), None)


def _held(user: User, campaign: Campaign) -> Ballot | None:
    values = {"user": user.pk, "campaign": campaign.pk, "lease": LEASE}
    return rows.first(Ballot, _HELD_SQL, values)


def _is_full(user: User, campaign: Campaign) -> bool:
    return campaign.daily_cap is not None and _today(user, campaign) >= campaign.daily_cap


def _today(user: User, campaign: Campaign) -> int:
    return _ballots(campaign).filter(holder=user, done_at__gte=midnight()).count()


def midnight() -> datetime:
    """When the day began, in the time zone of the installation."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _accept_repeat(user: User, campaign: Campaign, token: str) -> None:
    """Silence for the token of what this person did last; BallotLost for any other."""
    done = _ballots(campaign).filter(holder=user, done_at__isnull=False)
    last = done.order_by("-done_at").first()
    if last is None or not constant_time_compare(token, token_of(last, user)):
        raise BallotLost
