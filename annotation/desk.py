"""What an annotator has before them: the pair, its answers, hints, the draft; or why there is no work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.functional import Promise

from annotation import answers
from annotation.checks import CHECK_OF, ProjectCheck, TextCheck
from annotation.models import (
    Annotation,
    AuditItem,
    Claim,
    Draft,
    Finding,
    Guideline,
    Pair,
    Project,
    Response,
    Source,
    State,
    Threshold,
    Transition,
)
from annotation.thresholds import Line
from cqia.accounts.models import User


@dataclass(frozen=True)
class Hint:
    """What a check found in the text, for a person to look at."""

    name: str | Promise
    evidence: str


@dataclass(frozen=True)
class Shown:
    """One of several answers, by its number on this person's page and the place they gave it."""

    number: int
    text: str
    place: int | None = None


@dataclass(frozen=True)
class Lease:
    seconds: int

    @property
    def clock(self) -> str:
        return f"{self.seconds // 60}:{self.seconds % 60:02}"


@dataclass(frozen=True)
class Question:
    """The prompt side of a pair, with where it comes from."""

    state: str
    source: str
    task_major: list[str]
    task_minor: list[str]
    domain: list[str]
    system: str
    history: list[tuple[str, str]]
    instruction: str
    input: str


@dataclass(frozen=True)
class Desk:
    """One claimed pair as its annotator sees it."""

    claim: Claim
    question: Question
    answers: list[Shown]
    text: str  # what the editor begins with
    reason: str
    note: str
    hints: list[Hint]
    remark: str  # of the reviewer who sent the pair back
    restored: datetime | None  # when the draft was saved that is shown
    draft_revision: int  # of the draft that is shown, 0 where there is none
    draft_rival: int | None  # the draft's id where another page's text waits beside it
    version: int | None  # of the guideline
    today: int

    @property
    def original(self) -> str:
        return self.answers[0].text if self.answers else ""

    @property
    def is_ranking(self) -> bool:
        return len(self.answers) > 1

    @property
    def places(self) -> range:
        return range(1, len(self.answers) + 1)

    @property
    def lease(self) -> Lease:
        return lease_of(self.claim)


def lease_of(claim: Claim) -> Lease:
    """What is left of it, never below 0."""
    until = claim.held_until
    return Lease(max(0, int((until - timezone.now()).total_seconds())) if until else 0)


# All that the page shows, in one round trip: it is read again with every submit. json, not jsonb, is
# what Django leaves to psycopg to decode.
_READ = f"""
SELECT pair.state, source.name, pair.task_major, pair.task_minor, pair.domain,
       pair.system, pair.history::json, pair.instruction, pair.input,
       (SELECT json_agg(json_build_array(id, text) ORDER BY position, id)
          FROM {Response._meta.db_table} WHERE pair_id = pair.id AND author_id IS NULL),
       (SELECT json_agg(json_build_array(check_id, score, evidence) ORDER BY id)
          FROM {Finding._meta.db_table} WHERE pair_id = pair.id AND evidence <> ''
           -- What the pre-filter had dropped is to be unlike nothing else.
           AND NOT EXISTS (SELECT FROM {AuditItem._meta.db_table} drawn
                            WHERE drawn.pair_id = pair.id AND drawn.dropped)),
       (SELECT json_object_agg(check_id, json_build_array(low, high))
          FROM {Threshold._meta.db_table} WHERE project_id = pair.project_id),
       (SELECT json_build_array(fields, extract(epoch FROM saved_at), revision,
                                CASE WHEN rivals <> '{{}}'::jsonb THEN id END)
          FROM {Draft._meta.db_table} WHERE pair_id = pair.id AND author_id = %(user)s),
       (SELECT max(version) FROM {Guideline._meta.db_table} WHERE project_id = pair.project_id),
       (SELECT count(*) FROM {Claim._meta.db_table}
         WHERE holder_id = %(user)s AND project_id = pair.project_id AND done_at >= %(midnight)s)
  FROM {Pair._meta.db_table} pair JOIN {Source._meta.db_table} source ON source.id = pair.source_id
 WHERE pair.id = %(pair)s
"""


_GUIDELINE = f"SELECT id FROM {Guideline._meta.db_table} WHERE project_id = %s AND version = %s"


def desk_of(claim: Claim, user: User) -> Desk:
    """Everything the workbench shows of a pair that `user` holds."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"pair": claim.pair_id, "user": user.pk, "midnight": _midnight()})
        *prompt, texts, found, lines, draft, version, today = cursor.fetchone()
    question = Question(*prompt)
    fields: dict[str, Any] = draft[0] if draft else {}
    shown = _shown(claim, user, dict(texts or ()), fields.get("places", {}))
    sent_back = question.state == State.RETURNED
    return Desk(
        claim=claim,
        question=question,
        answers=shown,
        text=fields.get("text") or _first_text(claim, user, shown, sent_back=sent_back),
        reason=fields.get("reason", ""),
        note=fields.get("note", ""),
        hints=_hints(found or (), lines or {}),
        remark=_remark(claim) if sent_back else "",
        restored=datetime.fromtimestamp(draft[1], UTC) if draft else None,
        draft_revision=draft[2] if draft else 0,
        draft_rival=draft[3] if draft else None,
        version=version,
        today=today,
    )


def _shown(claim: Claim, user: User, texts: dict[int, str], places: dict[str, int]) -> list[Shown]:
    turns = enumerate(answers.in_turn(claim, user, texts), 1)
    return [Shown(number, texts[pk], places.get(str(number))) for number, pk in turns]


def _first_text(claim: Claim, user: User, shown: list[Shown], *, sent_back: bool) -> str:
    """The answer to work on: of a pair sent back, what this person wrote the last time."""
    if sent_back:
        mine = Annotation.objects.filter(pair=claim.pair_id, author=user, response__isnull=False)
        last = mine.select_related("response").order_by("-id").first()
        if last is not None and last.response is not None:
            return last.response.text
    return shown[0].text if len(shown) == 1 else ""


def _hints(
    found: Iterable[tuple[str, float, str]], lines: Mapping[str, tuple[float | None, float | None]]
) -> list[Hint]:
    """What lies beyond a line, be it one that only warns; with the place in the text that shows it."""
    hints = []
    for check_id, score, evidence in found:
        check = CHECK_OF.get(check_id)
        if isinstance(check, TextCheck | ProjectCheck):
            low, high = lines.get(check_id, (check.low, check.high))
            if Line(check, True, low, high).drops(score):
                hints.append(Hint(check.name, evidence))
    return hints


def _remark(claim: Claim) -> str:
    last = Transition.objects.filter(pair=claim.pair_id, verb="return").order_by("-id").first()
    return last.note if last else ""


def guideline_id(project: Project, version: int | None) -> int | None:
    """The id of a version of the guideline, None where there is no such version."""
    with connection.cursor() as cursor:
        cursor.execute(_GUIDELINE, [project.pk, version])
        row = cursor.fetchone()
    return row[0] if row else None


def decided_today(user: User, project: Project) -> int:
    """How many pairs this person has finished since midnight."""
    return Claim.objects.of(project).filter(holder=user, done_at__gte=_midnight()).count()


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


class Idle(StrEnum):
    """Why there is no work for a person."""

    NOTHING_IMPORTED = "nothing_imported"
    NOTHING_PASSED = "nothing_passed"  # it waits for the pre-filter, or was dropped
    SKIPPED = "skipped"  # only pairs are left that they put off themselves
    HELD = "held"  # others are on the rest
    SECOND_PERSON = "second_person"  # what is open has their decision already
    ALL_DONE = "all_done"


@dataclass(frozen=True)
class Nothing:
    """No work: why, how many pairs are concerned, and when the first may come free."""

    reason: Idle
    count: int = 0
    until: datetime | None = None


def why_idle(user: User, project: Project) -> Nothing:
    """Asked only where `claim_next` found nothing."""
    claims = Claim.objects.of(project)
    skipped = claims.filter(holder=None, pair__skips__user=user).count()
    if skipped:
        return Nothing(Idle.SKIPPED, skipped)
    free = claims.filter(holder=None).count()
    if free:
        return Nothing(Idle.SECOND_PERSON, free)
    held = claims.filter(holder__isnull=False, done_at=None)
    if number := held.count():
        return Nothing(Idle.HELD, number, held.aggregate(Min("held_until"))["held_until__min"])
    if claims.exists():
        return Nothing(Idle.ALL_DONE)
    waits = Pair.objects.filter(project=project).exists()
    return Nothing(Idle.NOTHING_PASSED if waits else Idle.NOTHING_IMPORTED)
