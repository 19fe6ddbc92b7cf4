"""Asking one judge many questions: bounded, each failure asked again, what is said stored as it comes.

At any time twice `concurrency` requests are under way or being worked on, and no more texts than
that are held. What was not stored when a worker is killed is asked again.
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import httpx
from django.db import transaction

from annotation import jobs, judge_prompt
from annotation.judge_prompt import Method, Verdict
from annotation.judge_templates import Template
from annotation.models import Job, Judgement
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from cqia.lib.text import fingerprint

ATTEMPTS = 3  # an answer that cannot be used is asked for twice more (ours)
_STORE_EVERY = 50  # answers, or
_STORE_AFTER = 1.0  # seconds: what a killed worker loses at most
_WRONG_ADDRESS = (401, 403, 404)
_AT_FAULT = (400, 413, 422)


@dataclass(frozen=True)
class Asking:
    """How a judge is asked. `samples` answers make a score."""

    judge: int
    endpoint: llm.Endpoint
    template: Template
    method: Method
    samples: int

    def hash_of(self, question: str, answer: str) -> str:
        """Of all that decides the score: template, texts, model, parameters, method."""
        # The fence is drawn for each request; what is asked is known by the rest.
        prompt = judge_prompt.prompt_for(self.template, (question, answer), "", self.method)
        payload = llm.payload_hash(self.endpoint, prompt)
        return hashlib.sha256(f"{payload} {self.method} {self.samples}".encode()).hexdigest()


@dataclass(frozen=True)
class Question:
    """One answer of one pair. `hashes`: of each answer of the pair, by judge."""

    pair_id: int
    prompt: str
    answer: str
    hash: str
    hashes: tuple[Mapping[int, str], ...]


Ending = Callable[[Sequence[Question]], None]
"""What is made of questions that are all answered."""


@dataclass(frozen=True)
class _Request:
    question: Question
    sample: int
    attempt: int = 0


@dataclass
class _Tally:
    """What has come of one question so far; `left` of its samples are still to come."""

    left: int
    verdicts: list[Verdict] = field(default_factory=list)
    failure: CqiaError | None = None
    requests: int = 0
    attempts: int = 0  # of the sample that needed most
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def count(self, answer: llm.Completion | Exception, attempt: int) -> None:
        self.requests += 1
        self.attempts = max(self.attempts, attempt + 1)
        if not isinstance(answer, Exception):
            self.model = answer.model or self.model
            self.prompt_tokens += answer.prompt_tokens or 0
            self.completion_tokens += answer.completion_tokens or 0
            self.seconds += answer.seconds


@dataclass
class _Run:
    """One judge's turn: what is asked again, what is not complete, what is not stored."""

    job: Job
    asking: Asking
    conclude: Ending
    again: deque[_Request] = field(default_factory=deque)
    tallies: dict[tuple[int, str], _Tally] = field(default_factory=dict)
    fresh: list[tuple[Question, Judgement]] = field(default_factory=list)
    silence: int = 0  # requests in a row that ran out of time
    stored_at: float = field(default_factory=time.monotonic)


def ask(job: Job, asking: Asking, questions: Iterable[Question], conclude: Ending) -> None:
    """Ask all of them and store what is said, together with what `conclude` makes of it.

    Raises jobs.Paused while the server is away, CqiaError where it knows no such model or key.
    """
    run = _Run(job, asking, conclude)
    try:
        _exchange(run, _requests(run, questions))
        while run.again:
            _exchange(run, _requests(run, ()))
    finally:
        _store(run)
    jobs.report(job, job.done)


def _requests(run: _Run, questions: Iterable[Question]) -> Iterator[_Request]:
    """What is asked again goes first, so that it never piles up."""
    new = (
        _Request(question, sample) for question in questions for sample in range(run.asking.samples)
    )
    while True:
        request = run.again.popleft() if run.again else next(new, None)
        if request is None:
            return
        yield request


def _exchange(run: _Run, requests: Iterator[_Request]) -> None:
    asked: dict[int, _Request] = {}

    def prompts() -> Iterator[llm.Prompt]:
        for place, request in enumerate(requests):
            asked[place] = request
            yield _prompt(run.asking, request)

    with closing(llm.complete_many(run.asking.endpoint, prompts())) as answers:
        for place, answer in answers:
            _take(run, asked.pop(place), answer)
            if len(run.fresh) >= _STORE_EVERY or time.monotonic() - run.stored_at > _STORE_AFTER:
                _store(run)
                jobs.report(run.job, run.job.done)


def _prompt(asking: Asking, request: _Request) -> llm.Prompt:
    texts = request.question.prompt, request.question.answer
    fence = judge_prompt.new_fence(*texts)
    seed = request.sample * ATTEMPTS + request.attempt
    return judge_prompt.prompt_for(asking.template, texts, fence, asking.method, seed)


def _take(run: _Run, request: _Request, answer: llm.Completion | Exception) -> None:
    """Read one answer: a verdict, a failure to try again or to record, or the end of the run."""
    question = request.question
    key = question.pair_id, question.hash
    tally = run.tallies.setdefault(key, _Tally(run.asking.samples))
    tally.count(answer, request.attempt)
    try:
        if isinstance(answer, Exception):
            raise answer
        tally.verdicts.append(judge_prompt.read(answer, run.asking.method))
        run.silence = 0
    except CqiaError as error:
        _stop_if_server_is_at_fault(run, error)
        if request.attempt + 1 < ATTEMPTS and not _is_refused(error):
            run.again.append(_Request(question, request.sample, request.attempt + 1))
            return
        tally.failure = error
    tally.left -= 1
    if tally.left == 0:
        run.fresh.append((question, _judgement(run.asking, question, run.tallies.pop(key))))


def _judgement(asking: Asking, question: Question, tally: _Tally) -> Judgement:
    """A score from all the samples, or the failure of one of them."""
    judgement = Judgement(
        pair_id=question.pair_id,
        judge=asking.judge,
        payload_hash=question.hash,
        model=tally.model or asking.endpoint.model,
        template=asking.template.name,
        prompt_version=asking.template.version,
        method=asking.method,
        prompt_tokens=tally.prompt_tokens,
        completion_tokens=tally.completion_tokens,
        seconds=tally.seconds,
        params={
            "requests": tally.requests,
            "attempt": tally.attempts,
            # Hashes differ between judges; by this the scores of the same answer are found.
            "answer": fingerprint(question.prompt, question.answer).hex(),
        },
    )
    if tally.failure is not None:
        judgement.failure = tally.failure.code
        judgement.params["failure"] = tally.failure.params
        return judgement
    verdict = judge_prompt.mean(tally.verdicts)
    judgement.score, judgement.reason = verdict.score, verdict.reason
    judgement.criteria = verdict.criteria
    if asking.method == Method.SAMPLES:
        judgement.params["scores"] = [one.score for one in tally.verdicts]
    else:
        judgement.params["mass"] = round(verdict.mass or 0.0, 4)
    return judgement


def _is_refused(error: CqiaError) -> bool:
    """Whether the request itself is at fault, such as one longer than the model can read."""
    return isinstance(error, llm.ModelRefused) and error.params["status"] in _AT_FAULT


def _stop_if_server_is_at_fault(run: _Run, error: CqiaError) -> None:
    """A server that is away or busy pauses the job; one that knows no such model or key ends it."""
    slow = isinstance(error.__cause__, httpx.ReadTimeout)
    run.silence = run.silence + 1 if slow else 0
    if isinstance(error, llm.ModelUnreachable):
        # A few slow answers are a matter of their pairs; as many as are in flight, of the server.
        if not slow or run.silence >= run.asking.endpoint.concurrency:
            raise jobs.Paused(error)
    elif isinstance(error, llm.ModelRefused):
        if error.params["status"] in llm.BUSY:
            raise jobs.Paused(error)
        if error.params["status"] in _WRONG_ADDRESS:
            raise error


def _store(run: _Run) -> None:
    """Keep the judgements, and what they conclude, in one transaction."""
    fresh, run.fresh, run.stored_at = run.fresh, [], time.monotonic()
    if not fresh:
        return
    keys = {"id", "pair", "judge", "payload_hash"}
    with transaction.atomic():
        Judgement.objects.bulk_create(
            [judgement for _, judgement in fresh],
            update_conflicts=True,
            unique_fields=["pair", "judge", "payload_hash"],
            update_fields=[
                each.name for each in Judgement._meta.local_fields if each.name not in keys
            ],
        )
        run.conclude([question for question, _ in fresh])
    run.job.done += len(fresh)
