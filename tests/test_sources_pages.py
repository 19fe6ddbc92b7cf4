"""The sources room: uploading, progress, counts, and what could not be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotation import ingest, jobs
from annotation.issue_table import harmless
from annotation.models import Batch, Job, Pair, Project, Source
from cqia.accounts.models import User, issue_token
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db

ROWS = '{"instruction": "泡茶用什么水？", "output": "山泉。"}\n{"instruction": ""}\n'.encode()


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


@pytest.fixture
def upload(browser: Client) -> Callable[..., str]:
    """upload(data, name=…, field=…): send the form; returns the page one lands on."""

    def upload(data: bytes, name: str = "rows.jsonl", **fields: str) -> str:
        form = {"source": "茶", "recipe": "cqia", "licence": "CC0", **fields}
        file = SimpleUploadedFile(name, data)
        answer = browser.post("/p/tea/sources/import", {**form, "file": file}, follow=True)
        return answer.content.decode()

    return upload


def import_all() -> Batch:
    for job in Job.objects.filter(task="annotation.import_batch"):
        jobs.run(job.pk, ingest.import_batch)
    return Batch.objects.get()


def test_an_empty_room_names_the_next_step(browser: Client, project: Project) -> None:
    page = browser.get("/p/tea/sources/").content.decode()
    assert "No source yet" in page
    assert 'href="/p/tea/sources/import"' in page


def test_an_upload_lands_on_its_batch(upload: Callable[..., str]) -> None:
    page = upload(ROWS)
    batch = Batch.objects.get()
    assert "“rows.jsonl” is being imported." in page
    assert f'hx-get="/p/tea/jobs/{batch.job_id}/"' in page
    assert (batch.source.name, batch.source.recipe, batch.source.licence) == ("茶", "cqia", "CC0")


def test_the_same_upload_again_says_so(upload: Callable[..., str]) -> None:
    upload(ROWS)
    import_all()
    assert "1 rows. Nothing was added." in upload(ROWS)
    assert Pair.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "name", "fields", "said"),
    [
        (b"", "a.jsonl", {}, "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00", "a.jsonl", {}, "This is a PNG file."),
        (ROWS, "a.jsonl", {"recipe": ""}, "A new source needs a recipe."),
        (ROWS, "a.jsonl", {"recipe": "none"}, "none is not one of the available choices"),
        (ROWS, "a.jsonl", {"source": " "}, "This field is required."),
        (ROWS, "a.jsonl", {"source": "长" * 81}, "at most 80 characters"),
        (b"a,b\n1,2\n", "a.csv", {}, "The header has no column “instruction”."),
    ],
)
def test_it_refuses_on_the_form(
    upload: Callable[..., str],
    project: Project,
    data: bytes,
    name: str,
    fields: dict[str, str],
    said: str,
) -> None:
    assert said in upload(data, name, **fields)
    assert not Source.objects.exists()


def test_it_wants_a_file(browser: Client, project: Project) -> None:
    answer = browser.post("/p/tea/sources/import", {"source": "茶", "recipe": "cqia"})
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_it_names_the_recipe_a_source_has(upload: Callable[..., str]) -> None:
    upload(ROWS)
    assert "The source “茶” is read with the recipe “cqia”." in upload(ROWS + ROWS, recipe="alpaca")


def test_the_batch_page_lists_what_was_refused(upload: Callable[..., str], browser: Client) -> None:
    upload(ROWS)
    batch = import_all()
    page = browser.get(f"/p/tea/sources/batches/{batch.pk}/").content.decode()
    assert "<code>instruction</code>" in page
    assert "The field “instruction” is empty." in page
    assert f"/p/tea/sources/batches/{batch.pk}/issues.csv" in page


def test_refused_lines_come_as_a_table_that_runs_nothing(
    upload: Callable[..., str], browser: Client
) -> None:
    upload(ROWS + b"=1+1\n")
    batch = import_all()
    answer = browser.get(f"/p/tea/sources/batches/{batch.pk}/issues.csv")
    table = b"".join(answer).decode()
    lines = table.split("\r\n")
    assert lines[0] == "\ufeffFile,Line,Field,Taken,Message,Text"
    assert (
        lines[1]
        == 'rows.jsonl,2,instruction,no,The field “instruction” is empty.,"{""instruction"": """"}"'
    )
    assert lines[2].endswith(",'=1+1")


@pytest.mark.parametrize("cell", ["=A1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_it_makes_formulas_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    assert harmless("茶" + cell) == "茶" + cell


def test_script_in_a_row_stays_text(upload: Callable[..., str], browser: Client) -> None:
    upload(b"<script>alert(1)</script>\n", "<b>x</b>.jsonl")
    batch = import_all()
    page = browser.get(f"/p/tea/sources/batches/{batch.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_sources_page_counts_by_state(
    browser: Client, make_pair: MakePair, source: Source
) -> None:
    make_pair(state="dropped")
    make_pair(state="queued")
    make_pair(state="queued")
    page = browser.get("/p/tea/sources/").content.decode()
    assert f'href="/p/tea/pairs/?source={source.pk}">3 rows' in page
    assert f"/p/tea/pairs/?source={source.pk}&amp;state=queued" in page
    assert "no licence" in page


def test_the_sources_page_needs_few_queries(
    browser: Client,
    make_pair: MakePair,
    project: Project,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(5):
        Source.objects.create(project=project, name=f"源 {number}", recipe="cqia")
    make_pair()
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        browser.get("/p/tea/sources/")


def test_another_project_has_no_such_batch(browser: Client, batch: Batch) -> None:
    other = Project.objects.create(slug="coffee", name="咖啡馆")
    Source.objects.filter(pk=batch.source_id).update(project=other)
    assert browser.get(f"/p/tea/sources/batches/{batch.pk}/").status_code == 404


class TestTheApi:
    @pytest.fixture
    def program(self, lead: User) -> Client:
        return Client(headers={"Authorization": f"Bearer {issue_token(lead, 'import')}"})

    def send(self, program: Client, data: bytes, **fields: str) -> tuple[int, dict[str, object]]:
        form = {
            "source": "茶",
            "recipe": "cqia",
            **fields,
            "file": SimpleUploadedFile("r.jsonl", data),
        }
        answer = program.post(reverse("api-import", args=["tea"]), form)
        return answer.status_code, answer.json()

    def test_it_imports_and_tells_the_same_file_again(self, program: Client) -> None:
        status, first = self.send(program, ROWS)
        assert (status, first["outcome"]) == (201, "new")
        import_all()
        status, again = self.send(program, ROWS)
        assert (status, again["outcome"]) == (200, "already")
        assert again["batch"]["added"] == 1  # type: ignore[index]

    def test_it_lists_the_issues(self, program: Client) -> None:
        self.send(program, ROWS)
        batch = import_all()
        page = program.get(reverse("api-issues", args=["tea", batch.pk])).json()
        assert [(row["line"], row["field"], row["message"]) for row in page["results"]] == [
            (2, "instruction", "The field “instruction” is empty.")
        ]

    def test_it_refuses_with_code_and_sentence(self, program: Client) -> None:
        assert self.send(program, b"") == (
            400,
            {"code": "empty_file", "detail": "The file is empty."},
        )

    def test_it_tells_and_stops_a_job(self, program: Client) -> None:
        self.send(program, ROWS)
        job = Job.objects.get()
        assert program.get(reverse("api-job", args=["tea", job.pk])).json()["state"] == "waiting"
        stopped = program.post(reverse("api-cancel-job", args=["tea", job.pk])).json()
        assert stopped["state"] == "cancelled"
