"""Judges beside people: a model is asked about a closed campaign, by comparison or by score.

What is stored is not asked again, so a job that was stopped, or run anew to make up for what could
not be read, asks for what is missing only. A failure is never a verdict.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

from django.conf import settings as conf
from django.db import transaction

from annotation import jobs
from annotation.models import Endpoint, Job
from cqia.accounts.models import User, record
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from evaluation import judge_failures, judge_pairs, judge_scores
from evaluation.judge_asking import Question
from evaluation.judge_failures import Outcome, Row
from evaluation.models import Campaign, JudgeRun

TASK = "evaluation.judge"

ATTEMPTS = 3
"""Times that an answer is asked for until it can be read; a default of this project."""

_UNREADABLE = "judge_not_json"
_WRONG_ADDRESS = (401, 403, 404)
_STORED = 20  # answers stored and reported together


class Method(Protocol):
    """What a module of a method says: how much is asked, what is missing, what an answer comes to."""

    def wanted(self, run: JudgeRun) -> int: ...
    def given(self, run: JudgeRun) -> int: ...
    def missing(self, run: JudgeRun) -> Iterator[Any]: ...
    def row(self, run: JudgeRun, asked: Any, found: llm.Completion) -> Row: ...


METHODS: dict[str, Method] = {
    JudgeRun.Method.PAIR: judge_pairs,
    JudgeRun.Method.SCORE: judge_scores,
}


def begin(
    campaign: Campaign,
    endpoint: Endpoint,
    rules: Mapping[str, str],
    user: User,
    *,
    method: str = JudgeRun.Method.PAIR,
) -> JudgeRun:
    """Ask this judge about a campaign; only once it is closed, so that no vote can know of it."""
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("campaign_open")
    with transaction.atomic():
        run = JudgeRun.objects.create(
            campaign=campaign,
            endpoint=endpoint,
            judge=endpoint.model,
            method=method,
            rules=dict(rules),
            created_by=user,
        )
        record(user, "judge asked", campaign.project_id, name=campaign.name, judge=run.judge)
        return go_on(run, user)


def go_on(run: JudgeRun, user: User) -> JudgeRun:
    """Ask for what is missing, unless that is under way."""
    with transaction.atomic():
        run = JudgeRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if run.job is None or not run.job.is_live:
            run.job = jobs.start(TASK, run.campaign.project, user, queue="gpu", run=run.pk)
            run.save(update_fields=["job"])
    return run


def wanted(run: JudgeRun) -> int:
    """What the run comes to: two verdicts for each comparison, or a score for each answer."""
    return METHODS[run.method].wanted(run)


def given(run: JudgeRun) -> int:
    """What of it is stored."""
    return METHODS[run.method].given(run)


def judge(job: Job) -> None:
    """The work of such a job. Ends with an error that counts the failures, where there are any.

    Raises jobs.Paused where the judge is out of reach or busy, CqiaError where its server knows no
    such model or key.
    """
    run = JudgeRun.objects.select_related("endpoint", "campaign").get(pk=job.params["run"])
    if run.endpoint is None:
        raise CqiaError("judge_gone", {"judge": run.judge})
    total, done, failed, last = wanted(run), given(run), 0, ""
    jobs.report(job, done, total)
    with closing(_ask(run, run.endpoint)) as found:
        while chunk := list(islice(found, _STORED)):
            errors = [each for _, each in chunk if isinstance(each, Exception)]
            judge_failures.settle(run, chunk)
            done, failed = done + len(chunk) - len(errors), failed + len(errors)
            last = str(errors[-1]) if errors else last
            jobs.report(job, done, total)
            _stop_if_server_is_at_fault(errors, away=len(errors) == len(chunk))
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


def _ask(run: JudgeRun, server: Endpoint) -> Generator[Outcome, None, None]:
    """A row, not stored yet, or an error for each; what cannot be read is asked again."""
    endpoint = llm.Endpoint(
        server.base_url, run.judge, server.api_key, concurrency=conf.MODEL_CONCURRENCY
    )
    todo: Iterator[Question] = METHODS[run.method].missing(run)
    while True:
        again: list[Question] = []
        with closing(_answers(run, endpoint, todo)) as answers:
            for asked, found in answers:
                row = found if isinstance(found, Exception) else _row(run, asked, found)
                unread = isinstance(row, CqiaError) and row.code == _UNREADABLE
                if unread and asked.attempt + 1 < ATTEMPTS:
                    again.append(replace(asked, attempt=asked.attempt + 1))
                    continue
                yield asked, row
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
            yield question.request(run.rules)

    with closing(llm.complete_many(endpoint, prompts())) as answers:
        for place, found in answers:
            yield asked.pop(place), found


def _row(run: JudgeRun, asked: Question, found: llm.Completion) -> Row | CqiaError:
    """Not stored yet; the error where the judge said something else than was asked."""
    try:
        return METHODS[run.method].row(run, asked, found)
    except CqiaError as error:
        return error
