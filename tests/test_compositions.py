"""Compositions on their pages, by the API and by the command: saved, counted, tried, frozen."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from annotation import jobs
from annotation.models import Job, Pair, Project, Source, State
from cqia.accounts.models import User
from review import compositions, dry_runs, pipeline
from review.composition import Body
from review.models import Composition, DryRun, Release
from tests.cast import ClientOf, MakeAnnotated
from tests.work import work_off

HERE = "/p/tea/compositions/"
FORM = {"name": "茶", "use": "research", "order": "source", "chat_template": "chatml"}


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.TOKENIZER = tmp_path, ""


@pytest.fixture
def browser(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


@pytest.fixture
def composition(project: Project, lead: User) -> Composition:
    body = Body.from_json({"seed": "7", "query": {"checks": {"judge": {"low": 3}}}})
    return compositions.save(project, lead, "茶", body, None)


@pytest.fixture
def approved(make_approved: MakeAnnotated) -> list[Pair]:
    Source.objects.update(licence_kind="CC0-1.0", consent="given", output_terms="none")
    return [make_approved() for _ in range(4)]


@pytest.fixture
def everything(project: Project, lead: User) -> Composition:
    return compositions.save(project, lead, "全部", Body(), None)


def test_it_saves_what_the_form_says(browser: Client, project: Project, source: Source) -> None:
    told = {
        **FORM, "sources": ["社区问答"], "tasks": "问答，写作", "verbs": ["accept"], "agreement": "50",
        "check": ["judge", ""], "low": ["3.5", ""], "high": ["", ""], "since": "2026-01-31",
        "by": "source", "unit": "rows", "part": ["社区问答", "b"], "amount": ["2", ""],
        "most_copies": "3", "validation": "5", "seed": "7", "formats": ["cqia"], "compress": "on",
    }  # fmt: skip
    answer = browser.post(f"{HERE}new", told)
    saved = project.compositions.get()
    assert answer["Location"] == f"{HERE}{saved.pk}/"
    body = Body.from_json(saved.body).to_json()
    assert saved.body == body
    assert body["query"] == {
        "rejected": False, "sources": ["社区问答"], "tasks": ["写作", "问答"], "domains": [],
        "licences": [], "verbs": ["accept"], "checks": {"judge": {"low": 3.5, "high": None}},
        "agreement": 0.5, "since": "2026-01-31", "until": None,
    }  # fmt: skip
    assert body["mixture"] == {
        "by": "source", "unit": "rows", "parts": {"社区问答": 2}, "sizes": False, "total": None,
        "most_copies": 3,
    }  # fmt: skip
    assert (body["split"], body["seed"]) == ({"validation": 0.05, "test": 0.0}, "7")
    assert (body["formats"], body["compress"]) == (["cqia"], True)


def test_it_shows_what_was_saved_so_that_saving_again_changes_nothing(
    browser: Client, composition: Composition
) -> None:
    form = browser.get(f"{HERE}{composition.pk}/").context["form"]
    again = {name: form[name].value() for name in form.fields}
    told = {name: value for name, value in again.items() if value not in (None, False)}
    told |= {"check": "judge", "low": "3", "high": ""}
    assert browser.post(f"{HERE}{composition.pk}/", told).status_code == 302
    before = composition.body
    composition.refresh_from_db()
    assert composition.body == before


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "全部"}, "name", "There is a composition “全部” already."),
        ({"validation": "60", "test": "40"}, None, "Validation and test leave nothing"),
        ({"check": "judge", "low": "x"}, None, "The tables hold figures only."),
        ({"check": "judge", "low": "nan"}, None, "field “low” has not the right shape"),
        ({"by": "source", "part": "a", "amount": "inf"}, None, "field “a” has not the right shape"),
    ],
)
def test_it_says_what_is_wrong(
    browser: Client, everything: Composition, wrong: dict[str, str], field: str, words: str
) -> None:
    answer = browser.post(f"{HERE}new", {**FORM, **wrong})
    assert answer.status_code == 400
    form = answer.context["form"]
    errors = form.errors[field] if field else form.non_field_errors()
    assert words in errors[0]
    assert Composition.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"total": "0"}, {"amount": "x"}])
def test_what_was_written_stays_where_something_is_wrong(
    browser: Client, source: Source, wrong: dict[str, str]
) -> None:
    told = {**FORM, "by": "source", "part": "社区问答", "amount": "2.5", **wrong}
    page = browser.post(f"{HERE}new", {**told, "check": "judge", "low": "4"}).content.decode()
    amount = re.escape(told["amount"])
    assert re.search(rf'name="amount"[^>]*data-part="社区问答"\s+value="{amount}"', page)
    assert re.search(r'name="low" value="4(\.0)?"', page)


def test_figures_of_sources_are_none_of_task_types(browser: Client, approved: list[Pair]) -> None:
    told = {**FORM, "parts_by": "source", "by": "task_type", "part": "社区问答", "amount": "2"}
    answer = browser.post(f"{HERE}0/look", told, headers={"HX-Request": "true"})
    assert [one.name for one in answer.context["look"].strata] == [""]


def test_it_counts_while_one_writes(browser: Client, approved: list[Pair]) -> None:
    told = {**FORM, "name": "", "by": "source", "unit": "tokens", "part": "社区问答", "amount": "1"}
    answer = browser.post(f"{HERE}0/look", told, headers={"HX-Request": "true"})
    look = answer.context["look"]
    assert (look.rows, look.unit, len(look.first)) == (4, "characters", 4)
    [stratum] = look.strata
    assert stratum.have.units == sum(
        len(pair.instruction) + len(pair.responses.get().text) for pair in approved
    )
    assert look.mixed == stratum.have.units
    assert b"<html" not in answer.content
    assert not Composition.objects.exists()


def test_it_says_that_it_cannot_count_what_is_wrong(browser: Client, lead: User) -> None:
    told = {**FORM, "agreement": "101"}
    answer = browser.post(f"{HERE}0/look", told, headers={"HX-Request": "true"})
    assert answer.context["look"] is None
    assert "Least agreement in per cent" in answer.content.decode()


def test_it_previews_the_answers_that_would_be_released(
    browser: Client, make_approved: MakeAnnotated
) -> None:
    make_approved("沸水冲泡。", rewrite="八十度的水冲泡。")
    page = browser.get(f"{HERE}new").content.decode()
    assert "八十度的水冲泡。" in page
    assert "沸水冲泡。" not in page


def test_a_dry_run_proposes_a_version_by_the_rows_that_came_and_went(
    browser: Client, approved: list[Pair], everything: Composition, lead: User
) -> None:
    compositions.freeze(everything, lead, "茶")
    work_off()
    Pair.objects.filter(pk=approved[0].pk).update(state=State.REJECTED)
    run = dry_runs.ask_for(everything, lead)
    work_off()
    page = browser.get(f"{HERE}dry-runs/{run.pk}/").content.decode()
    assert "Proposed version: 2.0.0. Since 1.0.0, rows added: 0; rows removed: 1." in page


def test_it_counts_without_scripts(browser: Client, approved: list[Pair]) -> None:
    answer = browser.post(f"{HERE}0/look", FORM)
    assert answer.status_code == 200
    assert answer.context["look"].rows == 4
    assert b"<html" in answer.content


def test_it_tells_what_a_dry_run_found_and_freezes_nothing(
    browser: Client, approved: list[Pair], everything: Composition
) -> None:
    answer = browser.post(f"{HERE}{everything.pk}/dry-run")
    run = DryRun.objects.get()
    assert answer["Location"] == f"{HERE}dry-runs/{run.pk}/"
    jobs.run(run.job_id, dry_runs.run)
    run.refresh_from_db()
    assert (run.job.state, run.job.code) == (Job.State.DONE, "")
    assert (run.result["rows"], run.result["figures"]["rows"], run.result["gate"]["passes"]) == (
        4,
        4,
        True,
    )
    page = browser.get(answer["Location"])
    assert "Freeze 4 rows" in page.content.decode()
    assert everything.gate_reports.get().rows == 4
    assert not Release.objects.exists()


def test_it_finds_the_dry_run_that_is_under_way(everything: Composition, lead: User) -> None:
    assert dry_runs.ask_for(everything, lead) == dry_runs.ask_for(everything, lead)


def test_it_tries_a_changed_composition_anew(
    everything: Composition, composition: Composition, lead: User
) -> None:
    first = dry_runs.ask_for(everything, lead)
    compositions.save(everything.project, lead, "全部", Body(seed="8"), everything)
    assert dry_runs.ask_for(everything, lead) != first


def test_it_freezes_what_was_tried(
    browser: Client, approved: list[Pair], everything: Composition, lead: User
) -> None:
    dry_runs.ask_for(everything, lead)
    wanted = {"summary": "第一版", "version": "2.0.0"}
    answer = browser.post(f"{HERE}{everything.pk}/freeze", wanted)
    assert answer["Location"] == "/p/tea/releases/"
    jobs.run(Job.objects.get(task="review.freeze").pk, pipeline.freeze)
    release = Release.objects.get()
    assert (release.version, release.summary, release.rows) == ("2.0.0", "第一版", 4)
    assert release.composition["dated"] == release.dated.isoformat()


def test_it_says_why_it_cannot_be_frozen(
    browser: Client, everything: Composition, lead: User
) -> None:
    dry_runs.ask_for(everything, lead)
    answer = browser.post(f"{HERE}{everything.pk}/freeze", {"summary": "第一版"})
    assert answer.status_code == 400
    assert "No pair is approved yet" in answer.content.decode()


def test_it_lists_compositions(browser: Client, composition: Composition) -> None:
    assert f'href="{HERE}{composition.pk}/"' in browser.get(HERE).content.decode()


API = "/api/projects/tea/compositions"


def test_the_api_saves_tries_and_freezes(browser: Client, approved: list[Pair]) -> None:
    told = {"name": "茶", "body": {"seed": "7"}}
    answer = browser.post(API, told, content_type="application/json")
    assert answer.status_code == 201
    pk = answer.json()["id"]
    [listed] = browser.get(API).json()
    assert (listed["id"], listed["body"]["seed"], listed["body"]["use"]) == (pk, "7", "research")
    run = browser.post(f"{API}/{pk}/dry-runs").json()
    jobs.run(run["job"], dry_runs.run)
    [tried] = browser.get(f"{API}/{pk}/dry-runs").json()
    assert (tried["state"], tried["result"]["rows"]) == ("done", 4)
    job = browser.post(f"{API}/{pk}/releases", {"summary": "第一版"}).json()["job"]
    assert Job.objects.get(pk=job).params["composition"]["seed"] == "7"


def test_the_api_changes_the_one_of_this_name(browser: Client, composition: Composition) -> None:
    told = {"name": "茶", "body": {"seed": "8"}}
    assert browser.post(API, told, content_type="application/json").json()["id"] == composition.pk
    composition.refresh_from_db()
    assert composition.body["seed"] == "8"


def test_the_api_names_the_field_that_is_wrong(browser: Client, lead: User) -> None:
    told = {"name": "茶", "body": {"use": "fun"}}
    answer = browser.post(API, told, content_type="application/json")
    assert answer.status_code == 400
    assert "use" in answer.content.decode()


def test_the_command_freezes_by_name(approved: list[Pair], everything: Composition) -> None:
    out = StringIO()
    call_command(
        "freeze", project="tea", composition="全部", summary="第一版", by="lead", stdout=out
    )
    release = Release.objects.get()
    assert out.getvalue() == f"Release 1.0.0: 4 rows, root {release.root}.\n"


def test_the_command_says_why_it_cannot(project: Project, lead: User) -> None:
    with pytest.raises(CommandError, match="There is no composition “无”"):
        call_command("freeze", project="tea", composition="无", summary="x", by="lead")
    assert Pair.objects.filter(state=State.APPROVED).count() == 0
