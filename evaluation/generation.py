"""Answers of a model with an endpoint to the prompts of a set: one job each, on the gpu queue.

What is stored is not asked again, so that a job that was stopped, or run anew to make up for failed
answers, asks for the missing ones only. A prompt of several turns is asked turn by turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings as conf
from django.db import models

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from evaluation import failures
from evaluation.models import Answer, ModelVersion, Prompt, PromptSet
from evaluation.models.prompt import TURNS_APART

TASK = "evaluation.generate_answers"

SAMPLES_LIMIT = 20
"""Answers to one prompt that are asked of a model; a default of this project."""

_CHUNK = 20  # answers stored and reported together


@dataclass(frozen=True)
class Settings:
    """How answers are sampled; the values given here are defaults of this project.

    `max_tokens` is for each turn. Sample k, from 0, is drawn with `seed` + k.
    """

    temperature: float = 0.7
    max_tokens: int = 2048
    seed: int = 0
    samples: int = 1


def settings_of(model: ModelVersion) -> Settings:
    """Those its answers were last generated with, or the defaults."""
    known = {name: value for name, value in model.settings.items() if name in asdict(Settings())}
    return Settings(**known)


def start(model: ModelVersion, prompt_set: PromptSet, settings: Settings, user: User | None) -> Job:
    """Begin to generate what is missing; the job that is at it already, where there is one."""
    if model.endpoint is None:
        raise CqiaError("no_endpoint", {"model": model.name})
    params: dict[str, Any] = {"model": model.pk, "prompt_set": prompt_set.pk}
    live = Job.objects.live().filter(task=TASK, params__contains=params)
    running = live.filter(project=model.project).first()
    if running is not None:
        return running
    ModelVersion.objects.filter(pk=model.pk).update(settings=asdict(settings))
    params = {**params, "settings": asdict(settings)}
    return jobs.start(TASK, model.project, user, queue="gpu", **params)


def missing(model: ModelVersion, prompt_set: PromptSet, sample: int = 0) -> models.QuerySet[Prompt]:
    """The prompts of the set to which this model lacks that sample of its answer."""
    answered = Answer.objects.filter(model=model, sample=sample, prompt=models.OuterRef("pk"))
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
    todo = [
        _Talk(prompt, sample)
        for sample in range(settings.samples)
        for prompt in missing(model, prompt_set, sample)
    ]
    total = prompt_set.prompts.count() * settings.samples
    done, failed, last = total - len(todo), 0, ""
    jobs.report(job, done, total)
    for answers, errors in _in_chunks(_ask(model, todo, settings)):
        done += len(answers)
        failures.settle(model, answers, errors)
        jobs.report(job, done, total)
        if not answers and isinstance(errors[0].error, llm.ModelUnreachable):
            raise jobs.Paused(errors[0].error)
        failed, last = failed + len(errors), str(errors[-1].error) if errors else last
    if failed:
        raise CqiaError("answers_failed", {"count": failed, "reason": last})


@dataclass
class _Talk:
    """One answer in the making: what was said so far, turn by turn."""

    prompt: Prompt
    sample: int
    said: list[llm.Completion] = field(default_factory=list)

    @property
    def turns(self) -> list[str]:
        return self.prompt.turns or [self.prompt.text]

    def next(self, settings: Settings) -> llm.Prompt:
        system = self.prompt.system
        messages = [{"role": "system", "content": system}] if system else []
        for turn, said in zip(self.turns, self.said, strict=False):
            messages.append({"role": "user", "content": turn})
            messages.append({"role": "assistant", "content": _clean(said)})
        messages.append({"role": "user", "content": self.turns[len(self.said)]})
        return llm.Prompt(
            messages,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            seed=settings.seed + self.sample,
        )

    def answer(self, model: ModelVersion, settings: Settings) -> Answer:
        """Not stored yet; with how it came about, `finish` telling one that was cut off."""
        ends = [each.finish_reason for each in self.said]
        params = {
            "temperature": settings.temperature,
            "max_tokens": settings.max_tokens,
            "seed": settings.seed + self.sample,
            "model": self.said[-1].model,
            "finish": "length" if "length" in ends else ends[-1],
        }
        text = TURNS_APART.join(map(_clean, self.said))
        return Answer(prompt=self.prompt, model=model, sample=self.sample, text=text, params=params)


def _clean(said: llm.Completion) -> str:
    return said.text.replace("\x00", "").strip()


def _ask(
    model: ModelVersion, talks: Sequence[_Talk], settings: Settings
) -> Iterator[Answer | failures.Failed]:
    """An answer or a failure for each, as they come in; all first turns, then all second ones, …"""
    server = model.endpoint
    assert server is not None
    endpoint = llm.Endpoint(
        server.base_url, server.model, server.api_key, concurrency=conf.MODEL_CONCURRENCY
    )
    while talks:
        more = []
        for place, found in llm.complete_many(endpoint, (each.next(settings) for each in talks)):
            talk = talks[place]
            if isinstance(found, Exception):
                yield failures.Failed(talk.prompt, talk.sample, found)
            elif not _clean(found):
                nothing = CqiaError("empty_field", {"field": "content"})
                yield failures.Failed(talk.prompt, talk.sample, nothing)
            else:
                talk.said.append(found)
                if len(talk.said) < len(talk.turns):
                    more.append(talk)
                else:
                    yield talk.answer(model, settings)
        talks = more


def _in_chunks(
    found: Iterator[Answer | failures.Failed],
) -> Iterator[tuple[list[Answer], list[failures.Failed]]]:
    answers: list[Answer] = []
    errors: list[failures.Failed] = []
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
