"""The demo project, made by the product's own verbs: nothing in it is a row that no verb wrote.

Every step looks at what is there before it does anything, so that loading which was killed goes on
where it stopped. The audit entry at the end says that all of it is there.
"""

import time
from collections.abc import Callable

from django.db import transaction

from annotation import decisions, ingest, jobs, members, prefilter, queue, terms, uploads
from annotation.answers import shown
from annotation.models import Claim, Job, Pair, Project, State
from cqia.accounts.models import AuditEntry, User, record
from cqia.lib.errors import CqiaError
from evaluation.demo import accounts, polls, script
from evaluation.demo.script import Place, Reviewed
from review import decisions as reviewing
from review import pipeline, releases
from review.models import Review

SLUG = "demo"
LOADED = "demo loaded"
LEFT_IN_INBOX = 6  # every sixth decision waits for whoever tries the review

# Written for the demo: nobody has to be asked, and everything may be done with it.
_TERMS = terms.Terms("CC BY 4.0", "CC-BY-4.0", "not_needed", "free")

Say = Callable[[str], None]
_WORK = {
    uploads.IMPORT: ingest.import_batch,
    ingest.PREFILTER: prefilter.run,
    releases.TASK: pipeline.freeze,
}


def load(say: Say = lambda line: None) -> bool:
    """Make the demo or finish it; False where it is complete already."""
    project, _ = Project.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "示例：清谈问答",
            "description": "八种来源的中文问答，从原始文件到盲测排名的一条完整的链。",
            # Which pairs the audit drew would hang on their ids: the story is to be the same.
            "audit_dropped_share": 0,
            "audit_kept_share": 0,
        },
    )
    if AuditEntry.objects.filter(project=project, action=LOADED).exists():
        return False
    users = accounts.make(project)
    if not project.guidelines.exists():
        members.publish_guideline(project, users["lead"], script.text("guidelines_zh.md"))
    # Hundreds of decisions as one commit each would wait for the disk hundreds of times.
    steps: list[tuple[str, Callable[[Project, dict[str, User]], None]]] = [
        ("sources", _bring_in),
        ("decisions", transaction.atomic(_decide)),
        ("reviews", transaction.atomic(_review)),
        ("release", _release),
        ("votes", transaction.atomic(polls.make)),
    ]
    for name, step in steps:
        began = time.monotonic()
        step(project, users)
        say(f"{name}: {time.monotonic() - began:.1f} s")
    record(users["admin"], LOADED, project.pk)
    return True


def _bring_in(project: Project, users: dict[str, User]) -> None:
    """Import the eight files, and let the pre-filter decide on their rows."""
    for file, (name, recipe) in script.SOURCES.items():
        wanted = uploads.Wanted(name, recipe, _TERMS.licence)
        path = script.FOLDER / "candidates" / file
        taken = uploads.take(project, wanted, path, file, users["lead"])
        terms.set_terms(taken.batch.source, _TERMS, users["lead"])
    _work_off(project)


def _work_off(project: Project) -> None:
    """Do the project's jobs here, or wait for the worker that is faster. Raises where one failed."""
    while live := list(project.jobs.live().filter(task__in=_WORK).order_by("pk")):
        for job in live:
            jobs.run(job.pk, _WORK[job.task])
        if Job.objects.live().filter(pk__in=[job.pk for job in live]).exists():
            time.sleep(0.3)
    failed = project.jobs.filter(task__in=_WORK, state=Job.State.FAILED).last()
    if failed is not None:
        raise CqiaError(failed.code, failed.code_params)


def _pairs(project: Project, state: State) -> dict[Place, Pair]:
    found = Pair.objects.filter(project=project, state=state).select_related("batch")
    return {(pair.batch.filename, pair.line): pair for pair in found}


def _decide(project: Project, users: dict[str, User]) -> None:
    """Two annotators, turn about. Rows that the pre-filter dropped are nobody's."""
    waiting = _pairs(project, State.QUEUED)
    guideline = project.guidelines.latest().pk
    for number, decided in enumerate(script.decisions()):
        pair = waiting.get(decided.place)
        if pair is None:
            continue
        user = users[f"annotator{number % 2 + 1}"]
        claim = _claim(pair, user)
        places = _places(claim, user, decided.orders[number % 2])
        decision = decisions.Decision(
            decided.verb,
            text=decided.text,
            reasons=[decided.reason] if decided.reason else [],
            note=decided.note,
            places=places,
            guideline_id=guideline,
        )
        decisions.submit(user, project, claim.pk, decision)


def _claim(pair: Pair, user: User) -> Claim:
    """This pair, which the workbench would have given some day; a killed run may have taken it."""
    held = Claim.objects.filter(pair=pair, holder=user, done_at=None).first()
    claim = held or queue.retake(user, pair)
    if claim is None:
        raise CqiaError("lease_lost")
    return claim


def _places(claim: Claim, user: User, order: list[int]) -> dict[int, int]:
    """The place of each answer by its number on this person's page."""
    if not order:
        return {}
    as_imported = claim.pair.responses.filter(author=None).order_by("position", "id")
    position = {response.pk: place for place, response in enumerate(as_imported)}
    numbers = {position[answer.pk]: number for number, answer in enumerate(shown(claim, user), 1)}
    return {numbers[position]: place for place, position in enumerate(order, 1)}


def _review(project: Project, users: dict[str, User]) -> None:
    told = script.reviews()
    for (file, line), pair in _pairs(project, State.ANNOTATED).items():
        reviewed = told.get((file, line))
        if reviewed is None and line % LEFT_IN_INBOX == 0:
            continue
        verdict = _verdict(pair, reviewed or Reviewed("approve"))
        reviewing.decide(users["reviewer"], pair, verdict)


def _verdict(pair: Pair, reviewed: Reviewed) -> reviewing.Verdict:
    text = ""
    if reviewed.verb == Review.Verb.FIX:
        response = reviewing.latest_annotations(pair)[0].response
        text = "" if response is None else response.text.replace(reviewed.old, reviewed.new)
    return reviewing.Verdict(Review.Verb(reviewed.verb), text, reviewed.remark)


def _release(project: Project, users: dict[str, User]) -> None:
    live = project.jobs.live().filter(task=releases.TASK)
    if not project.releases.exists() and not live.exists():
        with transaction.atomic():
            summary = "第一版：八种来源，两人标注，一人审核。"
            releases.ask_for(project, users["lead"], summary)
    _work_off(project)
