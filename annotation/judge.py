"""The model judge: asks a model for a score of each answer, and keeps what it said.

A question is known by the hash of its payload, so a rerun asks only for what is missing. The score
of a pair (of several answers the best, as everywhere in the pre-filter) becomes a finding like
any other, by which the project's line decides.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from annotation import jobs, judge_prompt
from annotation.models import Endpoint, Finding, Job, Judgement, Pair, Project, Response, State
from annotation.prefilter import chunks, lock, settle, texts_of
from cqia.accounts.models import User
from cqia.lib import llm
from cqia.lib.errors import CqiaError

CHECK = "judge"
ATTEMPTS = 3  # an answer that cannot be used is asked for twice more (ours)
_STORE_EVERY = 50  # answers, or
_STORE_AFTER = 1.0  # seconds: what a killed worker loses at most
_SERVER_BUSY = (429, 502, 503, 504)
_WRONG_ADDRESS = (401, 403, 404)


@dataclass(frozen=True)
class Question:
    """One answer of one pair. `hashes` are those of all the answers of its pair."""

    pair_id: int
    prompt: str
    answer: str
    hash: str
    hashes: tuple[str, ...]


@dataclass
class Round:
    """One pass over questions: what is not stored yet, and what must be asked again."""

    job: Job
    endpoint: llm.Endpoint
    attempt: int = 0
    again: list[Question] = field(default_factory=list)
    fresh: list[tuple[Question, Judgement]] = field(default_factory=list)
    silence: int = 0  # requests in a row that ran out of time
    stored_at: float = field(default_factory=time.monotonic)


def endpoint_of(project: Project) -> llm.Endpoint:
    """The model server that judges for a project; raises CqiaError("no_model") where there is none."""
    own = Endpoint.objects.filter(project=project, judge=1).first()
    if own is not None:
        address, model, key = own.base_url, own.model, own.api_key
    else:
        address, model, key = settings.MODEL_BASE_URL, settings.MODEL_NAME, settings.MODEL_API_KEY
    if not address or not model:
        raise CqiaError("no_model")
    return llm.Endpoint(address, model, key, concurrency=settings.MODEL_CONCURRENCY)


def start(project: Project, user: User, source_id: int | None, limit: int | None) -> Job:
    """Start a job that judges what waits for annotators; raises CqiaError("no_model")."""
    endpoint_of(project)
    return jobs.start(
        "annotation.run_judge", project, user, queue="gpu", source=source_id, limit=limit
    )


def run(job: Job) -> None:
    """Judge the pairs of the job's scope. Raises jobs.Paused while the server is out of reach."""
    endpoint = endpoint_of(job.project)
    scope = _scope(job)
    imported = Response.objects.filter(pair__in=scope, parent=None, author=None)
    jobs.report(job, 0, imported.count())
    questions: Iterable[Question] = _unanswered(job, endpoint, scope)
    for attempt in range(ATTEMPTS):
        questions = _ask(Round(job, endpoint, attempt), questions)
        if not questions:
            break


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


def _unanswered(job: Job, endpoint: llm.Endpoint, scope: QuerySet[Pair]) -> Iterator[Question]:
    """The questions this job has to ask; pairs that need none are concluded on the way."""
    for ids in chunks(scope):
        questions = _questions(endpoint, ids)
        known = set(
            Judgement.objects.filter(pair__in=ids)
            .filter(Q(score__isnull=False) | Q(created_at__gte=job.created_at))
            .values_list("pair", "payload_hash")
        )
        missing = [one for one in questions if (one.pair_id, one.hash) not in known]
        open_pairs = {one.pair_id for one in missing}
        _conclude(job.project, [one for one in questions if one.pair_id not in open_pairs])
        jobs.report(job, job.done + len(questions) - len(missing))
        yield from missing


def _questions(endpoint: llm.Endpoint, ids: Sequence[int]) -> list[Question]:
    questions = []
    for pair_id, text in texts_of(ids).items():
        # The mark is drawn for each request; what is asked is known by the rest.
        prompts = [judge_prompt.prompt_for(text.prompt, answer, "") for answer in text.answers]
        hashes = tuple(llm.payload_hash(endpoint, prompt) for prompt in prompts)
        questions += [
            Question(pair_id, text.prompt, answer, one, hashes)
            for answer, one in dict(zip(text.answers, hashes, strict=True)).items()
        ]
    return questions


def _ask(this: Round, questions: Iterable[Question]) -> list[Question]:
    """Ask with many requests in flight; returns what has to be asked again."""
    asked: dict[int, tuple[Question, llm.Prompt]] = {}

    def prompts() -> Iterator[llm.Prompt]:
        for place, question in enumerate(questions):
            fence = judge_prompt.new_fence(question.prompt, question.answer)
            prompt = judge_prompt.prompt_for(question.prompt, question.answer, fence, this.attempt)
            asked[place] = question, prompt
            yield prompt

    try:
        with closing(llm.complete_many(this.endpoint, prompts())) as answers:
            for place, answer in answers:
                _take(this, *asked.pop(place), answer)
                _store_now_and_then(this)
    finally:
        _store(this)
    jobs.report(this.job, this.job.done)
    return this.again


def _take(
    this: Round, question: Question, prompt: llm.Prompt, answer: llm.Completion | Exception
) -> None:
    """Read one answer: a verdict, a failure to try again or to record, or the end of the round."""
    judgement = Judgement(
        pair_id=question.pair_id,
        payload_hash=question.hash,
        model=this.endpoint.model,
        prompt_version=judge_prompt.VERSION,
        params={
            "attempt": this.attempt + 1,
            "temperature": prompt.temperature,
            "seed": prompt.seed,
            "max_tokens": prompt.max_tokens,
        },
    )
    try:
        _read(judgement, answer)
    except CqiaError as error:
        _stop_if_server_is_at_fault(this, error)
        if this.attempt + 1 < ATTEMPTS:
            this.again.append(question)
            return
        judgement.failure = error.code
        judgement.params["failure"] = error.params
    this.fresh.append((question, judgement))


def _read(judgement: Judgement, answer: llm.Completion | Exception) -> None:
    if isinstance(answer, Exception):
        raise answer
    judgement.model = answer.model or judgement.model
    judgement.prompt_tokens = answer.prompt_tokens or 0
    judgement.completion_tokens = answer.completion_tokens or 0
    judgement.seconds = answer.seconds
    verdict = judge_prompt.read(answer.text)
    judgement.score, judgement.reason = verdict.score, verdict.reason


def _stop_if_server_is_at_fault(this: Round, error: CqiaError) -> None:
    """A server that is away or busy pauses the job; one that knows no such model or key ends it."""
    slow = isinstance(error.__cause__, httpx.ReadTimeout)
    this.silence = this.silence + 1 if slow else 0
    if isinstance(error, llm.ModelUnreachable):
        # A few slow answers are a matter of their pairs; as many as are in flight, of the server.
        if not slow or this.silence >= this.endpoint.concurrency:
            raise jobs.Paused(error)
    elif isinstance(error, llm.ModelRefused):
        if error.params["status"] in _SERVER_BUSY:
            raise jobs.Paused(error)
        if error.params["status"] in _WRONG_ADDRESS:
            raise error


def _store_now_and_then(this: Round) -> None:
    if len(this.fresh) >= _STORE_EVERY or time.monotonic() - this.stored_at > _STORE_AFTER:
        _store(this)
        jobs.report(this.job, this.job.done)


def _store(this: Round) -> None:
    """Keep the judgements, and decide on their pairs."""
    fresh, this.fresh, this.stored_at = this.fresh, [], time.monotonic()
    if not fresh:
        return
    written = ["model", "prompt_version", "params", "score", "reason", "failure"]
    written += ["prompt_tokens", "completion_tokens", "seconds", "created_at"]
    with transaction.atomic():
        Judgement.objects.bulk_create(
            [judgement for _, judgement in fresh],
            update_conflicts=True,
            unique_fields=["pair", "judge", "payload_hash"],
            update_fields=written,
        )
        _conclude(this.job.project, [question for question, _ in fresh])
    this.job.done += len(fresh)


def _conclude(project: Project, questions: Sequence[Question]) -> None:
    """Make the best score of each pair whose answers are all judged its finding, and decide."""
    hashes = {question.pair_id: question.hashes for question in questions}
    judged = Judgement.objects.filter(pair__in=hashes, score__isnull=False)
    scores: dict[int, dict[str, tuple[float, str]]] = {pair_id: {} for pair_id in hashes}
    for pair_id, one, score, reason in judged.values_list(
        "pair", "payload_hash", "score", "reason"
    ):
        scores[pair_id][one] = (score or 0.0, reason)
    best = {
        pair_id: max(scores[pair_id][one] for one in wanted)
        for pair_id, wanted in hashes.items()
        if wanted and all(one in scores[pair_id] for one in wanted)
    }
    with transaction.atomic():
        lock(project)
        Finding.objects.filter(pair__in=hashes, check_id=CHECK).delete()
        Finding.objects.bulk_create(
            Finding(
                pair_id=pair_id,
                project=project,
                check_id=CHECK,
                version=judge_prompt.VERSION,
                score=score,
                evidence=reason,
            )
            for pair_id, (score, reason) in best.items()
        )
        settle(project, [*_measured(hashes)])


def _measured(ids: Iterable[int]) -> Iterable[int]:
    """Without the pairs that the rule checks have not seen yet: those decide first."""
    pairs = Pair.objects.filter(pk__in=list(ids)).exclude(state=State.IMPORTED)
    return pairs.values_list("pk", flat=True)
