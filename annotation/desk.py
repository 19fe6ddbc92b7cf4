"""What an annotator has before them: the pair, its answers, hints, the draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise

from annotation import answers, begun, comments, desk_forms
from annotation.begun import Begun
from annotation.checks import CHECK_OF, ProjectCheck, TextCheck
from annotation.desk_forms import Form
from annotation.drafts import TEXT_LIMIT
from annotation.models import (
    Annotation,
    AuditItem,
    Claim,
    DeskForm,
    Draft,
    Finding,
    Guideline,
    GuidelineSeen,
    Mode,
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
    form: Form
    begun: Begun  # what the fields begin with
    hints: list[Hint]
    remark: str  # of the reviewer who sent the pair back
    restored: datetime | None  # when the draft was saved that is shown
    draft_revision: int  # of the draft that is shown, 0 where there is none
    draft_rival: int | None  # the draft's id where another page's text waits beside it
    version: int | None  # of the guideline
    seen: int  # the version of the guideline that this person has said to have seen; 0 for none
    threads: int  # open threads of comments on this pair that this person sees
    mentions: int  # of this person in the project, unread
    today: int
    mends: int | None = None  # the decision that this one takes the place of

    @property
    def text(self) -> str:
        """What the editor begins with."""
        return self.begun.text

    @property
    def instruction(self) -> str:
        """As this person edited it, else as it was imported."""
        edited = self.begun.instruction
        return self.question.instruction if edited is None else edited

    @property
    def input(self) -> str:
        edited = self.begun.input
        return self.question.input if edited is None else edited

    @property
    def text_limit(self) -> int:
        """Characters of an answer at most."""
        return TEXT_LIMIT

    @property
    def original(self) -> str:
        return self.answers[0].text if self.answers else ""

    @property
    def is_answered(self) -> bool:
        return bool(self.answers)

    @property
    def is_edited(self) -> bool:
        """Whether the editor begins with something else than the answer."""
        return self.text != self.original

    @property
    def has_text(self) -> bool:
        return bool(self.text)

    @property
    def is_mending(self) -> bool:
        return self.mends is not None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Those begun with, for rejecting."""
        return tuple(self.begun.reasons)

    @property
    def is_ranking(self) -> bool:
        return len(self.answers) > 1 and self.form.mode != Mode.PICK

    @property
    def is_picking(self) -> bool:
        return len(self.answers) > 1 and self.form.mode == Mode.PICK

    @property
    def states_flaw(self) -> bool:
        """Whether an answer is rewritten from a model's draft, once it is said what is wrong."""
        return self.form.mode == Mode.FLAW and len(self.answers) == 1

    @property
    def places(self) -> range:
        return range(1, len(self.answers) + 1)

    @property
    def is_guideline_new(self) -> bool:
        return (self.version or 0) > self.seen

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
       (SELECT max(version) FROM {DeskForm._meta.db_table} WHERE project_id = pair.project_id),
       (SELECT max(version) FROM {Guideline._meta.db_table} WHERE project_id = pair.project_id),
       (SELECT version FROM {GuidelineSeen._meta.db_table}
         WHERE project_id = pair.project_id AND user_id = %(user)s),
       ({comments.OPEN_SQL}), ({comments.UNREAD_SQL}),
       (SELECT count(*) FROM {Claim._meta.db_table}
         WHERE holder_id = %(user)s AND project_id = pair.project_id AND done_at >= %(midnight)s)
  FROM {Pair._meta.db_table} pair JOIN {Source._meta.db_table} source ON source.id = pair.source_id
 WHERE pair.id = %(pair)s
"""


_GUIDELINE = f"SELECT id FROM {Guideline._meta.db_table} WHERE project_id = %s AND version = %s"


def desk_of(claim: Claim, user: User, mends: Annotation | None = None) -> Desk:
    """Everything the workbench shows of a pair that `user` holds, or of whose decision they mend."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"pair": claim.pair_id, "user": user.pk, "midnight": _midnight()})
        row = cursor.fetchone()
    *prompt, texts, found, lines, draft, form, version, seen, threads, mentions, today = row
    question = Question(*prompt)
    known: dict[int, str] = dict(texts or ())
    order = answers.in_turn(claim, user, known)
    sent_back = question.state == State.RETURNED
    last = mends or (_last(claim, user) if sent_back else None)
    before = begun.of_decision(last, order) if last else Begun()
    kept = begun.of_draft(draft[0]) if draft else before
    text = kept.text or before.text or (known[order[0]] if len(order) == 1 else "")
    return Desk(
        claim=claim,
        question=question,
        answers=[Shown(n, known[pk], kept.places.get(n)) for n, pk in enumerate(order, 1)],
        form=desk_forms.of_version(claim.project_id, form),
        begun=replace(kept, text=text),
        mends=mends.pk if mends else None,
        hints=_hints(found or (), lines or {}),
        remark=_remark(claim) if sent_back else "",
        restored=datetime.fromtimestamp(draft[1], UTC) if draft else None,
        draft_revision=draft[2] if draft else 0,
        draft_rival=draft[3] if draft else None,
        version=version,
        seen=seen or 0,
        threads=threads,
        mentions=mentions,
        today=today,
    )


def _last(claim: Claim, user: User) -> Annotation | None:
    """What this person decided of the pair before it was sent back."""
    mine = Annotation.objects.filter(pair=claim.pair_id, author=user)
    return mine.select_related("response").order_by("-id").first()


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
    if version is None:
        return None
    try:
        return _guideline_id(project.pk, version)
    except LookupError:
        return None


@lru_cache(maxsize=256)
def _guideline_id(project_id: int, version: int) -> int:
    # A version keeps its id for good; one that is not there is asked for again.
    with connection.cursor() as cursor:
        cursor.execute(_GUIDELINE, [project_id, version])
        row = cursor.fetchone()
    if row is None:
        raise LookupError
    return int(row[0])


def decided_today(user: User, project: Project) -> int:
    """How many pairs this person has finished since midnight."""
    return Claim.objects.of(project).filter(holder=user, done_at__gte=_midnight()).count()


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
