"""Bringing in prompts and answers."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from annotation.models import Project
from cqia.lib.errors import CqiaError
from evaluation import prompts
from evaluation.models import Answer, ModelVersion, Prompt, PromptSet, Upload

REAL_DATA = Path(os.environ.get("CQIA_REAL_DATA", Path(__file__).parents[1] / "../shared/data"))
PROMPT = {"id": "q1", "category": "常识", "prompt": "天为什么是蓝的？", "reference": "瑞利散射"}
ANSWER = {"question_id": "q1", "model": "alpha", "answer": "因为散射。"}

Load = Callable[..., Upload]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def prompt_set(project: Project) -> PromptSet:
    return prompts.prompt_set_named(project, "四十问")


@pytest.fixture
def load(prompt_set: PromptSet) -> Load:
    """load(kind, *rows): keep and read a file; a row that is text is a line as it stands."""

    def load(kind: Upload.Kind, *rows: object) -> Upload:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        file = ContentFile("\n".join(lines).encode(), name="eval.jsonl")
        upload = prompts.keep(kind, prompt_set, file, None)
        prompts.read(upload)
        return Upload.objects.get(pk=upload.pk)

    return load


def refused(upload: Upload) -> list[tuple[int, str, object]]:
    return [(line, error.code, error.params.get("field")) for line, error in upload.refusals()]


def test_it_stores_the_four_fields_of_a_prompt(load: Load) -> None:
    load(Upload.Kind.PROMPTS, {**PROMPT, "source": "ignored"})
    prompt = Prompt.objects.get()
    assert (prompt.key, prompt.category) == ("q1", "常识")
    assert (prompt.text, prompt.reference) == ("天为什么是蓝的？", "瑞利散射")


def test_it_adds_nothing_the_second_time(load: Load) -> None:
    load(Upload.Kind.PROMPTS, PROMPT)
    again = load(Upload.Kind.PROMPTS, PROMPT)
    assert (again.added, again.already_here, again.refused) == (0, 1, 0)
    assert Prompt.objects.count() == 1


def test_it_names_line_and_field_of_bad_lines_and_keeps_the_good_ones(load: Load) -> None:
    upload = load(
        Upload.Kind.PROMPTS,
        "{broken",
        [1],
        {"id": "q2"},
        {"id": "q3", "prompt": " "},
        {"id": "q4", "prompt": 5},
        {"id": "q" * 121, "prompt": "长"},
        {"id": "q5", "turns": ["一", "二"]},
        PROMPT,
    )
    assert refused(upload) == [
        (1, "not_json", None),
        (2, "not_object", None),
        (3, "missing_field", "prompt"),
        (4, "empty_field", "prompt"),
        (5, "wrong_type", "prompt"),
        (6, "long_field", "id"),
    ]
    assert (upload.added, upload.refused) == (2, 6)
    assert Prompt.objects.get(key="q5").turns == ["一", "二"]


def test_it_takes_a_number_for_an_id_and_a_reference(load: Load) -> None:
    load(Upload.Kind.PROMPTS, {"id": 7, "prompt": "三加四？", "reference": 7.5})
    assert Prompt.objects.values_list("key", "reference").get() == ("7", "7.5")


def test_it_makes_the_models_of_answers(load: Load) -> None:
    load(Upload.Kind.PROMPTS, PROMPT)
    upload = load(Upload.Kind.ANSWERS, ANSWER, {**ANSWER, "model": "beta"})
    assert upload.added == 2
    assert set(ModelVersion.objects.values_list("name", flat=True)) == {"alpha", "beta"}
    assert Answer.objects.get(model__name="alpha").text == "因为散射。"


def test_it_refuses_an_answer_to_an_unknown_prompt(load: Load) -> None:
    assert refused(load(Upload.Kind.ANSWERS, ANSWER)) == [(1, "unknown_prompt", None)]


def test_it_keeps_the_first_of_two_different_answers(load: Load) -> None:
    load(Upload.Kind.PROMPTS, PROMPT)
    upload = load(Upload.Kind.ANSWERS, ANSWER, ANSWER, {**ANSWER, "answer": "别的"})
    assert (upload.added, upload.already_here) == (1, 1)
    assert refused(upload) == [(3, "other_answer_here", None)]
    assert Answer.objects.get().text == "因为散射。"


def test_it_matches_answers_without_an_id_by_their_question(prompt_set: PromptSet) -> None:
    for kind, name, text in [
        (Upload.Kind.PROMPTS, "p.csv", "id,prompt,category\nq1,天为什么\u3000是蓝的？,常识\n"),
        (Upload.Kind.ANSWERS, "a.csv", "instruction,output\n天为什么是蓝的？,因为散射。\n问,答\n"),
        (Upload.Kind.ANSWERS, "a.json", '[{"instruction":"天为什么是蓝的？","output":"别的"}]'),
    ]:
        file = ContentFile(text.encode(), name)
        upload = prompts.keep(kind, prompt_set, file, None, "alpha")
        prompts.read(upload)
    assert Answer.objects.values_list("prompt__key", "model__name", "text").get() == (
        "q1",
        "alpha",
        "因为散射。",
    )
    codes = [(upload.reader, refused(upload)) for upload in Upload.objects.order_by("pk")]
    assert codes == [
        ("csv", []),
        ("csv", [(3, "unknown_question", None)]),
        ("json", [(1, "other_answer_here", None)]),
    ]


def test_it_stores_several_samples_of_an_answer(load: Load) -> None:
    load(Upload.Kind.PROMPTS, PROMPT)
    load(Upload.Kind.ANSWERS, ANSWER, {**ANSWER, "answer": "别的", "sample": 1})
    assert list(Answer.objects.order_by("sample").values_list("sample", "text")) == [
        (0, "因为散射。"),
        (1, "别的"),
    ]


def test_it_removes_nul_characters(load: Load) -> None:
    load(Upload.Kind.PROMPTS, {**PROMPT, "prompt": "天\x00空"})
    assert Prompt.objects.get().text == "天空"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"%PDF-1.7 ", "other_kind"), (b"id,id\n1,2\n", "double_column")],
)
def test_it_refuses_a_file_that_cannot_be_read(
    prompt_set: PromptSet, content: bytes, code: str
) -> None:
    with pytest.raises(CqiaError) as caught:
        prompts.keep(Upload.Kind.PROMPTS, prompt_set, ContentFile(content, "a.csv"), None)
    assert caught.value.code == code
    assert not Upload.objects.exists()


def test_it_goes_on_where_a_killed_import_stopped(
    prompt_set: PromptSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "_CHUNK", 2)
    lines = [json.dumps({"id": f"q{n}", "prompt": f"第{n}问"}) for n in range(5)]
    file = ContentFile("\n".join(["{broken", *lines]).encode(), "p.jsonl")
    upload = prompts.keep(Upload.Kind.PROMPTS, prompt_set, file, None)

    def die(done: int, total: int) -> None:
        assert (done, total) == (2, 6)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prompts.read(upload, die)
    upload = Upload.objects.get(pk=upload.pk)
    assert (upload.added, upload.next_line) == (1, 3)
    prompts.read(upload)
    assert (upload.added, upload.refused, Prompt.objects.count()) == (5, 1, 5)


def test_it_starts_a_job_that_reads_the_file(prompt_set: PromptSet) -> None:
    file = ContentFile(json.dumps(PROMPT).encode(), "p.jsonl")
    job = prompts.start(prompts.keep(Upload.Kind.PROMPTS, prompt_set, file, None))
    prompts.read_upload(job)
    job.refresh_from_db()
    assert (job.task, job.done, job.total) == ("evaluation.read_upload", 1, 1)
    assert Prompt.objects.count() == 1


@pytest.mark.realdata
def test_it_reads_the_answers_of_twenty_models(prompt_set: PromptSet) -> None:
    files = sorted(REAL_DATA.glob("eval_answers_llmeval2_*.jsonl"))
    if not files:
        pytest.skip("no LLMEval-2 answers: set CQIA_REAL_DATA to the folder that holds them")
    for kind, path in [
        (Upload.Kind.PROMPTS, REAL_DATA / "eval_prompts_llmeval2.jsonl"),
        *((Upload.Kind.ANSWERS, path) for path in files),
    ]:
        upload = prompts.keep(kind, prompt_set, ContentFile(path.read_bytes(), path.name), None)
        prompts.read(upload)
    assert Prompt.objects.count() == 480
    assert ModelVersion.objects.count() == 20
    # Six answers of the files are the JSON value true.
    codes = [issue["code"] for each in Upload.objects.all() for issue in each.issues]
    assert codes == ["wrong_type"] * 6
    assert Answer.objects.count() == 9594


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "prompts_there", "categories", "with_turns"),
    [
        ("belle", 1000, 10, 0),
        ("alignbench", 683, 8, 0),
        ("llmeval2", 480, 12, 0),
        ("mtbench_zh", 80, 8, 80),
    ],
)
def test_it_reads_the_published_prompts_as_they_are(
    prompt_set: PromptSet, name: str, prompts_there: int, categories: int, with_turns: int
) -> None:
    path = REAL_DATA / f"eval_prompts_{name}.jsonl"
    if not path.exists():
        pytest.skip(f"no {path.name}: set CQIA_REAL_DATA to the folder that holds it")
    file = ContentFile(path.read_bytes(), path.name)
    upload = prompts.keep(Upload.Kind.PROMPTS, prompt_set, file, None)
    prompts.read(upload)
    assert (upload.added, upload.refused) == (prompts_there, 0)
    stored = Prompt.objects.filter(prompt_set=prompt_set)
    assert stored.values("category").distinct().count() == categories
    assert stored.exclude(turns=[]).count() == with_turns
