"""Answers from a model server."""

from collections.abc import Callable

import pytest

from annotation import jobs
from annotation.models import Endpoint, Job
from cqia.lib import llm
from cqia.lib.errors import CqiaError
from cqia.lib.llm_fake import FakeModel
from evaluation import generation
from evaluation.models import Answer, AnswerFailure, ModelVersion, PromptSet
from evaluation.models.prompt import TURNS_APART

Settings = generation.Settings


@pytest.fixture
def model(make_models: Callable[..., list[ModelVersion]], prompt_set: PromptSet) -> ModelVersion:
    """A model with an endpoint and no answers, beside one that has answered three prompts."""
    make_models("neighbour", prompts=3)
    endpoint = Endpoint.objects.create(
        project=prompt_set.project, name="box", base_url="http://127.0.0.1:9/v1", model="tiny"
    )
    return ModelVersion.objects.create(
        project=prompt_set.project, name="tiny-tuned", endpoint=endpoint
    )


@pytest.fixture
def answers_with(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeModel]:
    def answers_with(script: Callable[[llm.Prompt], str | Exception]) -> FakeModel:
        fake = FakeModel(script)
        monkeypatch.setattr(llm, "complete_many", fake.complete_many)
        return fake

    return answers_with


def test_it_asks_every_prompt_and_keeps_how(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    fake = answers_with(lambda prompt: "答：" + prompt.messages[0]["content"])
    job = generation.start(model, prompt_set, Settings(0.2, 64, 5), None)
    jobs.run(job.pk, generation.generate_answers)
    job.refresh_from_db()
    assert (job.state, job.queue, job.done, job.total) == ("done", "gpu", 3, 3)
    answer = Answer.objects.get(model=model, prompt__key="q1")
    assert answer.text == "答：第1问？"
    assert answer.params == {
        "temperature": 0.2,
        "max_tokens": 64,
        "seed": 5,
        "model": "tiny",
        "finish": "stop",
    }
    assert (fake.asked[0].temperature, fake.asked[0].max_tokens, fake.asked[0].seed) == (0.2, 64, 5)


def test_it_asks_only_for_what_is_missing(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    Answer.objects.create(model=model, prompt=prompt_set.prompts.get(key="q2"), text="有了")
    fake = answers_with(lambda prompt: "新的")
    generation.generate_answers(generation.start(model, prompt_set, Settings(), None))
    assert [prompt.messages[0]["content"] for prompt in fake.asked] == ["第1问？", "第3问？"]
    assert Answer.objects.get(model=model, prompt__key="q2").text == "有了"


def test_it_counts_failures_and_keeps_the_good_answers(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    answers_with(
        lambda prompt: llm.ModelRefused(400, "no") if "2" in str(prompt.messages) else "好"
    )
    job = generation.start(model, prompt_set, Settings(), None)
    jobs.run(job.pk, generation.generate_answers)
    job.refresh_from_db()
    assert (job.state, job.code, job.code_params["count"]) == ("failed", "answers_failed", 1)
    assert Answer.objects.filter(model=model).count() == 2


def test_it_waits_for_a_server_that_is_out_of_reach(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    answers_with(lambda prompt: llm.ModelUnreachable("http://127.0.0.1:9", "refused"))
    job = generation.start(model, prompt_set, Settings(), None)
    jobs.run(job.pk, generation.generate_answers)
    job.refresh_from_db()
    assert (job.state, job.code) == (Job.State.PAUSED, "model_unreachable")


def test_it_does_not_begin_twice(model: ModelVersion, prompt_set: PromptSet) -> None:
    first = generation.start(model, prompt_set, Settings(), None)
    assert generation.start(model, prompt_set, Settings(), None) == first
    assert Job.objects.count() == 1


def test_it_refuses_a_model_without_an_endpoint(prompt_set: PromptSet) -> None:
    model = ModelVersion.objects.create(project=prompt_set.project, name="elsewhere")
    with pytest.raises(CqiaError) as caught:
        generation.start(model, prompt_set, Settings(), None)
    assert caught.value.code == "no_endpoint"


def test_it_draws_each_sample_with_a_seed_of_its_own(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    answers_with(lambda prompt: f"种子{prompt.seed}")
    generation.generate_answers(
        generation.start(model, prompt_set, Settings(seed=5, samples=2), None)
    )
    own = Answer.objects.filter(model=model, prompt__key="q1").order_by("sample")
    assert [(each.text, each.params["seed"]) for each in own] == [("种子5", 5), ("种子6", 6)]


def test_it_asks_a_prompt_of_several_turns_turn_by_turn(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    Answer.objects.exclude(prompt__key="q1").delete()
    prompt_set.prompts.exclude(key="q1").delete()
    prompt_set.prompts.update(turns=["写", "改"], system="扮演诗人")
    fake = answers_with(lambda prompt: f"答{len(prompt.messages)}")
    generation.generate_answers(generation.start(model, prompt_set, Settings(), None))
    assert [message["content"] for message in fake.asked[1].messages] == [
        "扮演诗人",
        "写",
        "答2",
        "改",
    ]
    assert Answer.objects.get(model=model).text == f"答2{TURNS_APART}答4"


def test_it_keeps_why_an_answer_failed_until_it_has_come(
    model: ModelVersion, prompt_set: PromptSet, answers_with: Callable[..., FakeModel]
) -> None:
    answers_with(
        lambda prompt: llm.ModelRefused(400, "no") if "2" in str(prompt.messages) else "好"
    )
    for _ in range(2):
        jobs.run(
            generation.start(model, prompt_set, Settings(), None).pk, generation.generate_answers
        )
    failure = AnswerFailure.objects.get()
    assert (failure.prompt.key, failure.code, failure.tries) == ("q2", "model_refused", 2)
    answers_with(lambda prompt: "好")
    jobs.run(generation.start(model, prompt_set, Settings(), None).pk, generation.generate_answers)
    assert not AnswerFailure.objects.exists()
    assert Answer.objects.filter(model=model).count() == 3
