"""Storing the prompts and answers that a file holds: each once, none in place of another."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cqia.lib.errors import CqiaError, Param
from evaluation import failures
from evaluation.failures import Place
from evaluation.models import Answer, ModelVersion, Prompt, PromptSet
from evaluation.prompt_records import AnswerRow, PromptRow

Numbered = Sequence[tuple[int, AnswerRow]]


@dataclass
class Stored:
    """How many rows are new or were here, and (number, reason) of those that were refused."""

    added: int = 0
    already_here: int = 0
    refused: list[tuple[int, CqiaError]] = field(default_factory=list)


class Shelf:
    """A prompt set that rows are stored in, in the caller's transaction."""

    def __init__(self, prompt_set: PromptSet) -> None:
        self.prompt_set = prompt_set

    def store_prompts(self, rows: Sequence[tuple[int, PromptRow]]) -> Stored:
        """A key that is there with another text keeps the text it has."""
        result, new = Stored(), []
        own = Prompt.objects.filter(
            prompt_set=self.prompt_set, key__in={row.key for _, row in rows}
        )
        here = dict(own.values_list("key", "text"))
        for number, row in rows:
            if row.key not in here:
                here[row.key] = row.text
                new.append(row)
            elif here[row.key] == row.text:
                result.already_here += 1
            else:
                result.refused.append((number, CqiaError("other_prompt_here", {"id": row.key})))
        result.added = len(new)
        Prompt.objects.bulk_create(Prompt(prompt_set=self.prompt_set, **vars(row)) for row in new)
        return result

    def store_answers(self, rows: Numbered) -> Stored:
        """Makes the models that are new. A place that is taken keeps the answer it has."""
        result, new = Stored(), dict[Place, str]()
        prompts = self._by_key(rows)
        models = self._models_named({row.model for _, row in rows})
        here = _texts_here(models, [*prompts.values(), *self._by_question(rows)])
        for number, row in rows:
            place = self._place(row, prompts, models)
            if place is None:
                result.refused.append((number, _unknown(row)))
            elif place not in here:
                here[place] = new[place] = row.text
            elif here[place] == row.text:
                result.already_here += 1
            else:
                params: dict[str, Param] = {"id": row.key or row.question[:40], "model": row.model}
                result.refused.append((number, CqiaError("other_answer_here", params)))
        result.added = len(new)
        Answer.objects.bulk_create(
            Answer(prompt_id=prompt, model_id=model, sample=sample, text=text)
            for (prompt, model, sample), text in new.items()
        )
        failures.forget(list(new))
        return result

    def _place(
        self, row: AnswerRow, prompts: dict[str, int], models: dict[str, int]
    ) -> Place | None:
        prompt = prompts.get(row.key) if row.key else self._questions.get(_mark(row.question))
        return None if prompt is None else (prompt, models[row.model], row.sample)

    def _by_key(self, rows: Numbered) -> dict[str, int]:
        keys = {row.key for _, row in rows if row.key}
        found = Prompt.objects.filter(prompt_set=self.prompt_set, key__in=keys)
        return dict(found.values_list("key", "pk"))

    def _by_question(self, rows: Numbered) -> list[int]:
        asked = [_mark(row.question) for _, row in rows if not row.key]
        return [self._questions[each] for each in asked if each in self._questions]

    @cached_property
    def _questions(self) -> dict[bytes, int]:
        """The prompt with each question; of several with the same one, the first."""
        found = self.prompt_set.prompts.order_by("-pk").values_list("pk", "text")
        return {_mark(text): pk for pk, text in found.iterator()}

    def _models_named(self, names: set[str]) -> dict[str, int]:
        """The ids of these models, which are made where they are new."""
        project = self.prompt_set.project
        ModelVersion.objects.bulk_create(
            [ModelVersion(project=project, name=name) for name in sorted(names)],
            ignore_conflicts=True,
        )
        found = ModelVersion.objects.filter(project=project, name__in=names)
        return dict(found.values_list("name", "pk"))


def _texts_here(models: dict[str, int], prompts: Sequence[int]) -> dict[Place, str]:
    found = Answer.objects.filter(prompt__in=prompts, model__in=models.values())
    rows = found.values_list("prompt", "model", "sample", "text")
    return {(prompt, model, sample): text for prompt, model, sample, text in rows}


def _unknown(row: AnswerRow) -> CqiaError:
    if row.key:
        return CqiaError("unknown_prompt", {"id": row.key})
    return CqiaError("unknown_question", {"question": row.question[:40]})


def _mark(question: str) -> bytes:
    """Tells questions apart, whatever space and line breaks they are written with."""
    return hashlib.blake2b("".join(question.split()).encode(), digest_size=16).digest()
