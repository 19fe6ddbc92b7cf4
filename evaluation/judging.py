"""Judges beside people: a model is asked about every comparison of a closed campaign, in both orders.

What is stored is not asked again, so a job that was stopped, or run anew to make up for what could
not be read, asks for the missing verdicts only. A failure is never a verdict.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice

from django.conf import settings as conf
from django.db import models, transaction

from annotation import jobs
from annotation.models import Endpoint, Job
from cqia.accounts.models import User, record
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from evaluation import judge_asking
from evaluation.judge_asking import Question
from evaluation.models import Campaign, JudgeRun, JudgeVerdict, Matchup

TASK = "evaluation.judge"

ATTEMPTS = 3
"""Times that a verdict is asked for until it can be read; a default of this project."""

_UNREADABLE = "judge_not_json"
_WRONG_ADDRESS = (401, 403, 404)
_CHUNK = 200  # comparisons read together
_STORED = 20  # verdicts stored and reported together

Better = JudgeVerdict.Better
_BETTER = {"A": Better.FIRST, "B": Better.SECOND, "tie": Better.TIE}
_OTHER = {Better.FIRST: Better.SECOND, Better.SECOND: Better.FIRST, Better.TIE: Better.TIE}


def begin(campaign: Campaign, endpoint: Endpoint, rules: Mapping[str, str], user: User) -> JudgeRun:
    """Ask this judge about a campaign; only once it is closed, so that no vote can know of it."""
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("campaign_open")
    with transaction.atomic():
        run = JudgeRun.objects.create(
            campaign=campaign,
            endpoint=endpoint,
            judge=endpoint.model,
            rules=dict(rules),
            created_by=user,
        )
        record(user, "judge asked", campaign.project_id, name=campaign.name, judge=run.judge)
        return go_on(run, user)


def go_on(run: JudgeRun, user: User) -> JudgeRun:
    """Ask for the verdicts that are missing, unless that is under way."""
    with transaction.atomic():
        run = JudgeRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if run.job is None or not run.job.is_live:
            run.job = jobs.start(TASK, run.campaign.project, user, queue="gpu", run=run.pk)
            run.save(update_fields=["job"])
    return run


def wanted(run: JudgeRun) -> int:
    """Verdicts that the run comes to: two for each real comparison."""
    return 2 * _matchups(run).count()


def judge(job: Job) -> None:
    """The work of such a job. Ends with an error that counts the failures, where there are any.

    Raises jobs.Paused where the judge is out of reach or busy, CqiaError where its server knows no
    such model or key.
    """
    run = JudgeRun.objects.select_related("endpoint", "campaign").get(pk=job.params["run"])
    if run.endpoint is None:
        raise CqiaError("judge_gone", {"judge": run.judge})
    total, done, failed, last = wanted(run), run.verdicts.count(), 0, ""
    jobs.report(job, done, total)
    with closing(_ask(run, run.endpoint)) as found:
        while chunk := list(islice(found, _STORED)):
            verdicts = [each for each in chunk if isinstance(each, JudgeVerdict)]
            errors = [each for each in chunk if isinstance(each, Exception)]
            JudgeVerdict.objects.bulk_create(verdicts, ignore_conflicts=True)
            done, failed = done + len(verdicts), failed + len(errors)
            last = str(errors[-1]) if errors else last
            jobs.report(job, done, total)
            _stop_if_server_is_at_fault(errors, away=not verdicts)
    if failed:
        raise CqiaError("answers_failed", {"count": failed, "reason": last})


def _stop_if_server_is_at_fault(errors: Iterable[Exception], *, away: bool) -> None:
    """One that is busy, or `away` as nothing was answered, pauses the job; one that knows no such
    model or key ends it."""
    for error in errors:
        if isinstance(error, llm.ModelUnreachable) and away:
            raise jobs.Paused(error)
        if isinstance(error, llm.ModelRefused):
            if error.params["status"] in llm.BUSY:
                raise jobs.Paused(error)
            if error.params["status"] in _WRONG_ADDRESS:
                raise error


def _matchups(run: JudgeRun) -> models.QuerySet[Matchup]:
    return Matchup.objects.filter(campaign=run.campaign_id, kind=Matchup.Kind.REAL)


def _missing(run: JudgeRun) -> Iterator[Question]:
    """Every comparison in both orders, without those that a verdict is stored of."""
    last = 0
    while chunk := list(
        _matchups(run)
        .filter(pk__gt=last)
        .select_related("campaign", "prompt", "first", "second")
        .order_by("pk")[:_CHUNK]
    ):
        known = set(
            JudgeVerdict.objects.filter(run=run, matchup__in=chunk).values_list(
                "matchup", "swapped"
            )
        )
        for matchup in chunk:
            for swapped in (False, True):
                if (matchup.pk, swapped) not in known:
                    yield Question(matchup, swapped)
        last = chunk[-1].pk


def _ask(run: JudgeRun, server: Endpoint) -> Generator[JudgeVerdict | Exception, None, None]:
    """A verdict, not stored yet, or an error for each; what cannot be read is asked again."""
    endpoint = llm.Endpoint(
        server.base_url, run.judge, server.api_key, concurrency=conf.MODEL_CONCURRENCY
    )
    todo: Iterator[Question] = _missing(run)
    while True:
        again: list[Question] = []
        with closing(_answers(run, endpoint, todo)) as answers:
            for question, found in answers:
                verdict = found if isinstance(found, Exception) else _verdict(run, question, found)
                unread = isinstance(verdict, CqiaError) and verdict.code == _UNREADABLE
                if unread and question.attempt + 1 < ATTEMPTS:
                    again.append(replace(question, attempt=question.attempt + 1))
                    continue
                yield verdict
        if not again:
            return
        todo = iter(again)


def _answers(
    run: JudgeRun, endpoint: llm.Endpoint, questions: Iterator[Question]
) -> Generator[tuple[Question, llm.Completion | Exception], None, None]:
    asked: dict[int, Question] = {}

    def prompts() -> Iterator[llm.Prompt]:
        for place, question in enumerate(questions):
            asked[place] = question
            yield judge_asking.prompt_for(question, run.rules)

    with closing(llm.complete_many(endpoint, prompts())) as answers:
        for place, found in answers:
            yield asked.pop(place), found


def _verdict(run: JudgeRun, question: Question, found: llm.Completion) -> JudgeVerdict | CqiaError:
    """Not stored yet; the error where the judge said something else than was asked."""
    try:
        said = judge_asking.read(found)
    except CqiaError as error:
        return error
    better = _BETTER[said.better]
    return JudgeVerdict(
        run=run,
        matchup=question.matchup,
        swapped=question.swapped,
        better=_OTHER[better] if question.swapped else better,
        reason=said.reason,
        model=found.model[:200],
    )
