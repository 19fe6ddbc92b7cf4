"""The model judges: one or two models score each answer, and what they said is kept.

A question is known by the hash of all that decides its answer, so a rerun asks only for what is
missing. One judge is asked after the other: each server gets as many requests as it can take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings
from django.db.models import Q, QuerySet

from annotation import jobs, judge_findings, judge_prompt, judge_templates
from annotation.judge_asking import Asking, Ending, Question, ask
from annotation.judge_prompt import Method
from annotation.judge_templates import Template
from annotation.models import Endpoint, Job, Judgement, Pair, Project, Response, State
from annotation.prefilter import chunks, texts_of
from cqia.accounts.models import User
from cqia.lib import llm
from cqia.lib.errors import CqiaError

_TRIAL = ("一加一等于几？", "等于二。")  # asked first, to see what the server gives
_TRIAL_TOKENS = 4
_NO_SUCH_OPTION = (400, 422)


@dataclass(frozen=True)
class Judge:
    """A model server in the place of judge 1 or 2; `samples` where it gives no probabilities."""

    number: int
    endpoint: llm.Endpoint
    samples: int


def judges_of(project: Project) -> list[Judge]:
    """Who judges for a project, first and second; raises CqiaError("no_model") where nobody does."""
    own = Endpoint.objects.filter(project=project, judge__isnull=False).order_by("judge")
    found = [
        Judge(row.judge or 1, _reached(row.base_url, row.model, row.api_key), row.samples)
        for row in own
    ]
    if not found and settings.MODEL_BASE_URL and settings.MODEL_NAME:
        address = settings.MODEL_BASE_URL, settings.MODEL_NAME, settings.MODEL_API_KEY
        found = [Judge(1, _reached(*address), settings.JUDGE_SAMPLES)]
    if not found:
        raise CqiaError("no_model")
    return found


def start(project: Project, user: User, source_id: int | None, limit: int | None) -> Job:
    """Start a job that judges what waits for annotators; raises CqiaError("no_model")."""
    judges_of(project)
    return jobs.start(
        "annotation.run_judge", project, user, queue="gpu", source=source_id, limit=limit
    )


def run(job: Job) -> None:
    """Judge the pairs of the job's scope. Raises jobs.Paused while a server is out of reach."""
    judges = judges_of(job.project)
    scope = _scope(job)
    imported = Response.objects.filter(pair__in=scope, parent=None, author=None)
    jobs.report(job, 0, imported.count() * len(judges))
    askings: list[Asking] = []
    for judge in judges:
        askings.append(_asking(job, judge))
        conclude = _conclude if len(askings) == len(judges) else _wait
        ending = partial(conclude, job.project, askings[-1].template)
        ask(job, askings[-1], _unanswered(job, askings, scope, ending), ending)


def _conclude(project: Project, template: Template, questions: Sequence[Question]) -> None:
    judge_findings.conclude(project, questions, template.version)


def _wait(project: Project, template: Template, questions: Sequence[Question]) -> None:
    """Another judge is still to be asked about these."""


def _asking(job: Job, judge: Judge) -> Asking:
    """How a judge is asked in this job: by token probabilities where its server gives them."""
    template = judge_templates.in_force(job.project)
    methods = job.params.setdefault("methods", {})
    if str(judge.number) not in methods:
        try:
            methods[str(judge.number)] = str(_method(judge.endpoint, template))
        except llm.ModelUnreachable as error:
            raise jobs.Paused(error) from error
        except llm.ModelRefused as error:
            if error.params["status"] in llm.BUSY:
                raise jobs.Paused(error) from error
            raise
        job.save(update_fields=["params"])
    method = Method(methods[str(judge.number)])
    samples = judge.samples if method == Method.SAMPLES else 1
    return Asking(judge.number, judge.endpoint, template, method, samples)


def _method(endpoint: llm.Endpoint, template: Template) -> Method:
    fence = judge_prompt.new_fence(*_TRIAL)
    prompt = judge_prompt.prompt_for(template, _TRIAL, fence, Method.PROBABILITIES)
    try:
        answer = llm.complete(endpoint, replace(prompt, max_tokens=_TRIAL_TOKENS))
    except llm.ModelRefused as error:
        if error.params["status"] in _NO_SUCH_OPTION:
            return Method.SAMPLES
        raise
    return Method.PROBABILITIES if answer.logprobs else Method.SAMPLES


def _reached(address: str, model: str, key: str) -> llm.Endpoint:
    return llm.Endpoint(address, model, key, concurrency=settings.MODEL_CONCURRENCY)


def _scope(job: Job) -> QuerySet[Pair]:
    """What waits for annotators, up to a last pair that a resumed job keeps."""
    pairs = Pair.objects.filter(project=job.project, state__in=(State.IMPORTED, State.QUEUED))
    if job.params.get("source"):
        pairs = pairs.filter(source=job.params["source"])
    limit = job.params.get("limit")
    if limit and "last" not in job.params:
        ids = pairs.order_by("pk").values_list("pk", flat=True)[:limit]
        job.params["last"] = max(ids, default=0)
        job.save(update_fields=["params"])
    return pairs.filter(pk__lte=job.params["last"]) if limit else pairs


def _unanswered(
    job: Job, askings: Sequence[Asking], scope: QuerySet[Pair], ending: Ending
) -> Iterator[Question]:
    """What the last of the judges has to be asked; pairs that need no asking are concluded."""
    judge = askings[-1].judge
    for ids in chunks(scope):
        questions = _questions(askings, ids)
        known = set(
            Judgement.objects.filter(pair__in=ids, judge=judge)
            .filter(Q(score__isnull=False) | Q(created_at__gte=job.created_at))
            .values_list("pair", "payload_hash")
        )
        missing = [one for one in questions if (one.pair_id, one.hash) not in known]
        open_pairs = {one.pair_id for one in missing}
        ending([one for one in questions if one.pair_id not in open_pairs])
        jobs.report(job, job.done + len(questions) - len(missing))
        yield from missing


def _questions(askings: Sequence[Asking], ids: Sequence[int]) -> list[Question]:
    """One for each different answer; its hash is that for the last of the judges."""
    questions = []
    for pair_id, text in texts_of(ids).items():
        asked = {
            answer: {each.judge: each.hash_of(text.prompt, answer) for each in askings}
            for answer in text.answers
        }
        wanted = tuple(asked.values())
        questions += [
            Question(pair_id, text.prompt, answer, hashes[askings[-1].judge], wanted)
            for answer, hashes in asked.items()
        ]
    return questions
