"""Answers of a model with an endpoint to the prompts of a set: one job each, on the gpu queue.

What is stored is not asked again, so that a job that was stopped asks for the missing answers only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings as conf
from django.db import models

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from evaluation.models import Answer, ModelVersion, Prompt, PromptSet

_CHUNK = 20  # answers stored and reported together


@dataclass(frozen=True)
class Settings:
    """How answers are sampled; the values given here are defaults of this project."""

    temperature: float = 0.7
    max_tokens: int = 2048
    seed: int = 0


def start(model: ModelVersion, prompt_set: PromptSet, settings: Settings, user: User | None) -> Job:
    """Begin to generate what is missing; the job that is at it already, where there is one."""
    if model.endpoint is None:
        raise CqiaError("no_endpoint", {"model": model.name})
    params: dict[str, Any] = {"model": model.pk, "prompt_set": prompt_set.pk}
    live = Job.objects.live().filter(task="evaluation.generate_answers", params__contains=params)
    running = live.filter(project=model.project).first()
    if running is not None:
        return running
    ModelVersion.objects.filter(pk=model.pk).update(settings=asdict(settings))
    params = {**params, "settings": asdict(settings)}
    return jobs.start("evaluation.generate_answers", model.project, user, queue="gpu", **params)


def missing(model: ModelVersion, prompt_set: PromptSet) -> models.QuerySet[Prompt]:
    """The prompts of the set that this model has not answered."""
    answered = Answer.objects.filter(model=model, prompt=models.OuterRef("pk"))
    return prompt_set.prompts.filter(~models.Exists(answered)).order_by("pk")


def generate_answers(job: Job) -> None:
    """The work of such a job. Ends with an error that counts the failures, where there are any.

    Raises jobs.Paused where the model server is out of reach.
    """
    model = ModelVersion.objects.select_related("endpoint").get(pk=job.params["model"])
    prompt_set = PromptSet.objects.get(pk=job.params["prompt_set"])
    settings = Settings(**job.params["settings"])
    if model.endpoint is None:
        raise CqiaError("no_endpoint", {"model": model.name})
    todo = list(missing(model, prompt_set))
    total = prompt_set.prompts.count()
    done, failed, last = total - len(todo), 0, ""
    jobs.report(job, done, total)
    for answers, errors in _in_chunks(_ask(model, todo, settings)):
        Answer.objects.bulk_create(answers, ignore_conflicts=True)
        done += len(answers)
        jobs.report(job, done, total)
        if not answers and isinstance(errors[0], llm.ModelUnreachable):
            raise jobs.Paused(errors[0])
        failed, last = failed + len(errors), str(errors[-1]) if errors else last
    if failed:
        raise CqiaError("answers_failed", {"count": failed, "reason": last})


def _ask(
    model: ModelVersion, prompts: Sequence[Prompt], settings: Settings
) -> Iterator[Answer | Exception]:
    """An answer, not stored yet, or an error for each of the prompts, as they come in."""
    server = model.endpoint
    assert server is not None
    endpoint = llm.Endpoint(
        server.base_url, server.model, server.api_key, concurrency=conf.MODEL_CONCURRENCY
    )
    asked = (
        llm.Prompt(
            [{"role": "user", "content": prompt.text}],
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
        )
        for prompt in prompts
    )
    for place, answer in llm.complete_many(endpoint, asked):
        if isinstance(answer, Exception):
            yield answer
        elif not answer.text.strip():
            yield CqiaError("empty_field", {"field": "content"})
        else:
            text = answer.text.replace("\x00", "").strip()
            params = {**asdict(settings), "model": answer.model, "finish": answer.finish_reason}
            yield Answer(prompt=prompts[place], model=model, text=text, params=params)


def _in_chunks(
    found: Iterator[Answer | Exception],
) -> Iterator[tuple[list[Answer], list[Exception]]]:
    answers: list[Answer] = []
    errors: list[Exception] = []
    for each in found:
        if isinstance(each, Answer):
            answers.append(each)
        else:
            errors.append(each)
        if len(answers) + len(errors) == _CHUNK:
            yield answers, errors
            answers, errors = [], []
    if answers or errors:
        yield answers, errors
