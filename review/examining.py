"""Looking at the gate before a release is frozen, and letting through what it holds back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation import jobs
from annotation.contamination import waivers
from annotation.models import Job, Pair, Project, Source
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from review import composing, gate
from review.composition import Body
from review.gate_rules import RULE_OF
from review.gate_rules.texts import Contamination
from review.models import Composition, GateReport, GateWaiver

TASK = "review.examine"
REASON_LENGTH = 400


@dataclass(frozen=True)
class Wanted:
    """What is to be let through: one row, the rows of a source, or all with this subject."""

    rule: str
    subject: str
    use: str
    reason: str
    source: Source | None = None
    pair: Pair | None = None


def ask_for(project: Project, user: User, composition: Composition | None) -> Job:
    """Start the job that examines a composition (none: everything approved), or find it live."""
    pk = None if composition is None else composition.pk
    live = project.jobs.live().filter(task=TASK, params__composition=pk).first()
    return live or jobs.start(TASK, project, user, composition=pk)


def examine(job: Job) -> None:
    """Select the rows and keep what the gate finds; nothing is frozen. Safe to run again."""
    pk = job.params["composition"]
    composition = Composition.objects.get(project=job.project, pk=pk) if pk else None
    body = body_of(composition)
    with transaction.atomic(), connection.cursor() as cursor:
        composing.select(body, job.project, cursor)
        report = gate.examine(job.project, body, cursor, lambda _done, _all: jobs.heed(job))
        gate.keep(report, cursor, composition=composition, by=job.created_by)


def body_of(composition: Composition | None) -> Body:
    return Body() if composition is None else Body.from_json(composition.body)


def latest(project: Project, composition: Composition | None) -> GateReport | None:
    """What was last found, if anybody has looked."""
    reports = GateReport.objects.filter(project=project, release=None, composition=composition)
    return reports.select_related("by").order_by("-id").first()


def waive(project: Project, user: User, wanted: Sequence[Wanted]) -> None:
    """Let rows out in this person's name, all or none.

    Raises CqiaError without a reason, for what nobody may let out, and where it is let out already.
    """
    with transaction.atomic():
        for one in wanted:
            _waive(project, user, one)


def _waive(project: Project, user: User, wanted: Wanted) -> None:
    rule, reason = RULE_OF.get(wanted.rule), wanted.reason.strip()[:REASON_LENGTH]
    if rule is None or not rule.waivable or not (wanted.pair or rule.by_subject):
        raise CqiaError("gate_not_waivable")
    if not reason:
        raise CqiaError("gate_reason")
    if wanted.pair is not None and rule.id == Contamination.id:
        waivers.waive(project, wanted.pair, user, reason)
        return
    of: dict[str, Any] = {"use": wanted.use, "rule": rule.id, "subject": wanted.subject}
    of |= {"source": wanted.source, "pair": wanted.pair}
    if GateWaiver.objects.filter(project=project, ended_at=None, **of).exists():
        raise CqiaError("gate_waived_already")
    made = GateWaiver.objects.create(project=project, reason=reason, by=user, **of)
    record(user, "gate waived", project.pk, what=what_of(made), reason=reason)


def end(waiver: GateWaiver, user: User) -> None:
    """Hold it back again, from the next release on."""
    with transaction.atomic():
        standing = GateWaiver.objects.filter(pk=waiver.pk, ended_at=None)
        if standing.update(ended_by=user, ended_at=timezone.now()):
            record(user, "gate waiver ended", waiver.project_id, what=what_of(waiver))


def what_of(waiver: GateWaiver) -> str:
    """What a waiver lets through, as the list of changes names it."""
    if waiver.pair_id is not None:
        return f"{waiver.rule} · #{waiver.pair_id}"
    return " · ".join(filter(None, (waiver.rule, waiver.subject, str(waiver.source or ""))))
