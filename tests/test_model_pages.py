"""The pages and the API of prompt sets, models and their answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotation.models import Endpoint, Job, Project
from cqia.accounts.models import AuditEntry, User
from evaluation import prompts
from evaluation.models import Answer, AnswerFailure, ModelVersion, Prompt, PromptSet, Upload

Make = Callable[..., list[ModelVersion]]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def page(client_of: Callable[[User], Client], lead: User) -> Client:
    return client_of(lead)


@pytest.fixture
def served(project: Project, make_models: Make) -> ModelVersion:
    """A model with an endpoint that has answered two prompts, the second cut off."""
    (model,) = make_models("qwen-tea")
    model.endpoint = Endpoint.objects.create(
        project=project, name="box", base_url="http://127.0.0.1:9/v1", model="tiny"
    )
    model.save()
    Answer.objects.filter(prompt__key="q2").update(params={"finish": "length", "seed": 3})
    return model


def file(*rows: dict[str, Any], name: str = "rows.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(map(json.dumps, rows)).encode())


def test_it_shows_categories_and_who_answered(
    page: Client, served: ModelVersion, prompt_set: PromptSet
) -> None:
    Prompt.objects.filter(key="q2").update(category="常识")
    html = page.get(f"/p/tea/evaluate/prompts/{prompt_set.pk}/").content.decode()
    assert "qwen-tea" in html
    assert "2 of 2" in html
    assert "cut off" in html
    chosen = page.get(f"/p/tea/evaluate/prompts/{prompt_set.pk}/?category=常识").content.decode()
    assert "第2问？" in chosen
    assert "第1问？" not in chosen


def test_it_plots_the_categories(page: Client, served: ModelVersion, prompt_set: PromptSet) -> None:
    Prompt.objects.filter(key="q2").update(category="常识")
    Prompt.objects.filter(key="q1").update(category="")
    answer = page.get(f"/p/tea/evaluate/prompts/{prompt_set.pk}/categories.csv")
    assert {"none", "常识"} < set(answer.content.decode().replace(",", " ").split())


def test_it_refuses_a_file_beside_its_field(page: Client, prompt_set: PromptSet) -> None:
    empty = SimpleUploadedFile("a.pdf", b"%PDF-1.7 ")
    answer = page.post("/p/tea/evaluate/prompts/import", {"name": "x", "file": empty})
    assert answer.status_code == 400
    assert "This is a PDF file" in answer.content.decode()
    assert not Upload.objects.exists()


def test_it_takes_the_name_of_a_model_with_the_file(
    page: Client, served: ModelVersion, prompt_set: PromptSet
) -> None:
    rows = file({"instruction": "第1问？", "output": "我答"}, {"instruction": "无", "output": "答"})
    given = {"prompt_set": prompt_set.pk, "model": "beta", "file": rows}
    page.post("/p/tea/evaluate/answers/import", given)
    prompts.read(Upload.objects.get())
    assert Answer.objects.get(model__name="beta").text == "我答"
    html = page.get("/p/tea/evaluate/models/").content.decode()
    assert "The prompt set has no such prompt" in html


def test_it_keeps_who_trained_a_model(page: Client, lead: User, project: Project) -> None:
    given = {"name": "m", "training_run": "run-7", "trained_by": [lead.pk], "notes": "两轮"}
    assert page.post("/p/tea/evaluate/models/new", given).status_code == 302
    model = ModelVersion.objects.get()
    assert (model.training_run, list(model.trained_by.all())) == ("run-7", [lead])
    assert AuditEntry.objects.get(action="model saved").details == {"name": "m"}
    html = page.get(f"/p/tea/evaluate/models/{model.pk}/").content.decode()
    assert "run-7" in html
    assert "两轮" in html


def test_it_keeps_the_name_of_a_model_that_is_in_a_campaign(
    page: Client, make_poll: Callable[..., Any]
) -> None:
    make_poll()
    model = ModelVersion.objects.order_by("pk")[0]
    page.post(f"/p/tea/evaluate/models/{model.pk}/", {"name": "other", "base": "b"})
    again = ModelVersion.objects.get(pk=model.pk)
    assert (again.name, again.base) == (model.name, "b")


def test_it_shows_failed_answers_and_asks_again(
    page: Client, served: ModelVersion, prompt_set: PromptSet
) -> None:
    ModelVersion.objects.filter(pk=served.pk).update(settings={"seed": 9, "samples": 2})
    AnswerFailure.objects.create(
        prompt=prompt_set.prompts.get(key="q1"),
        model=served,
        sample=1,
        code="model_refused",
        code_params={"status": 400, "body": "too long"},
    )
    html = page.get(f"/p/tea/evaluate/models/{served.pk}/").content.decode()
    assert "too long" in html
    page.post(f"/p/tea/evaluate/models/{served.pk}/retry", {"prompt_set": prompt_set.pk})
    job = Job.objects.get()
    assert (job.task, job.queue) == ("evaluation.generate_answers", "gpu")
    assert (job.params["settings"]["seed"], job.params["settings"]["samples"]) == (9, 2)


@pytest.mark.parametrize("wanted", ["", "x", "999999", "²"])
def test_it_knows_no_other_set_to_ask_again(
    page: Client, served: ModelVersion, wanted: str
) -> None:
    answer = page.post(f"/p/tea/evaluate/models/{served.pk}/retry", {"prompt_set": wanted})
    assert answer.status_code == 404


def test_the_api_enters_and_changes_a_model(page: Client, lead: User, project: Project) -> None:
    Endpoint.objects.create(project=project, name="box", base_url="http://h/v1", model="m")
    given = {"name": "m", "endpoint": "box", "trained_by": [lead.username]}
    url = "/api/projects/tea/models"
    made = page.post(url, given, content_type="application/json")
    assert made.status_code == 201
    told = page.patch(f"{url}/{made.json()['id']}", {"base": "b"}, content_type="application/json")
    assert {key: told.json()[key] for key in ("name", "base", "endpoint", "trained_by")} == {
        "name": "m",
        "base": "b",
        "endpoint": "box",
        "trained_by": [lead.username],
    }
    wrong = page.post(url, {"name": "n", "trained_by": ["nobody"]}, content_type="application/json")
    assert wrong.status_code == 400
    assert ModelVersion.objects.count() == 1


def test_the_api_brings_in_prompts_and_answers(page: Client, project: Project) -> None:
    url = "/api/projects/tea/prompt-sets"
    sent = page.post(url, {"name": "s", "file": file({"id": 1, "prompt": "问", "category": "甲"})})
    assert sent.status_code == 202
    prompts.read(Upload.objects.get())
    pk = page.get(url).json()[0]["id"]
    page.post(
        f"{url}/{pk}/answers", {"model": "m", "file": file({"question_id": 1, "answer": "答"})}
    )
    prompts.read(Upload.objects.get(kind="answers"))
    told = page.get(f"{url}/{pk}").json()
    assert told["categories"] == [{"name": "甲", "prompts": 1}]
    assert (told["coverage"][0]["model"], told["coverage"][0]["answered"]) == ("m", 1)


def test_the_api_generates_with_the_settings_given(
    page: Client, served: ModelVersion, prompt_set: PromptSet
) -> None:
    url = f"/api/projects/tea/models/{served.pk}"
    asked = {"prompt_set": prompt_set.pk, "samples": 3, "temperature": 0.1}
    assert page.post(f"{url}/generate", asked, content_type="application/json").status_code == 202
    assert Job.objects.get().params["settings"] == {
        "temperature": 0.1,
        "max_tokens": 2048,
        "seed": 0,
        "samples": 3,
    }
    assert page.get(f"{url}/failures").json() == []


def test_the_api_draws_held_out_prompts(page: Client, make_approved: Callable[..., Any]) -> None:
    make_approved("甲")
    url = "/api/projects/tea/held-out"
    (field,) = page.get(url).json()
    drawn = page.post(
        url, {"name": "s", "key": field["key"], "size": 5}, content_type="application/json"
    )
    assert drawn.status_code == 201
    assert drawn.json()["origin"]["seed"] == 0
    assert Prompt.objects.get().reference == "甲"
