"""The gate through its pages and its API: blocked, let through by name, passed, frozen, told."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from annotation.models import Job, Pair, Project, Source, Waiver
from cqia.accounts.models import AuditEntry, User
from cqia.celery import app
from review.models import GateReport, GateWaiver, Release
from review.releases import folder
from tests.cast import ClientOf, MakeAnnotated, MakeRelease
from tests.test_contamination_index import ASKED, EXAM
from tests.work import work_off

PAGE = "/p/tea/releases/gate/0/"
Show = Callable[[], str]


@pytest.fixture
def browser(lead: User, client_of: ClientOf, settings: object, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return client_of(lead)


@pytest.fixture
def look(browser: Client) -> Show:
    """look(): the page, once the gate has been examined."""

    def look() -> str:
        work_off()
        return browser.get(PAGE).content.decode()

    return look


def let_through(browser: Client, rule: str, **fields: object) -> None:
    problem = GateReport.objects.latest("id").problems.get(rule=rule)
    url = f"/p/tea/releases/gate/problems/{problem.pk}/waive"
    assert browser.post(url, {"reason": "已书面同意", **fields}).status_code == 302


def test_the_gate_blocks_names_planted_items_and_passes_after_waivers(
    browser: Client,
    look: Show,
    make_approved: MakeAnnotated,
    project: Project,
    source: Source,
    tmp_path: Path,
) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in EXAM))
    with exam.open("rb") as file:
        browser.post("/p/tea/prefilter/benchmarks/", {"name": "茶学测验", "file": file})
    make_approved()
    planted = make_approved(rewrite=f"考考你：{ASKED}")
    Source.objects.filter(pk=source.pk).update(consent="refused")
    assert "Not examined yet" in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}examine")
    page = look()
    assert "It is held back" in page
    assert "茶学测验 · tea-1 (100%)" in page
    browser.post("/p/tea/releases/freeze", {"summary": "茶"})
    refused = frozen_or_refused(project)
    assert refused == "release_blocked"
    let_through(browser, "consent", scope="source")
    let_through(browser, "contamination", scope="rows", pair=planted.pk)
    page = look()
    assert "It passes" in page
    assert (Waiver.objects.get().pair, GateWaiver.objects.get().source) == (planted, source)
    browser.post("/p/tea/releases/freeze", {"summary": "茶"})
    assert frozen_or_refused(project) == ""
    kept = browser.get("/p/tea/releases/1/gate/").content.decode()
    assert "已书面同意" in kept


def frozen_or_refused(project: Project) -> str:
    job = project.jobs.filter(task="review.freeze").latest("id")
    app.loader.import_default_modules()
    app.tasks[job.task].run(job.pk)
    job.refresh_from_db()
    assert job.state in (Job.State.DONE, Job.State.FAILED)
    return str(job.code)


def test_a_waiver_can_be_ended_on_the_page(
    browser: Client, look: Show, make_approved: MakeAnnotated, source: Source
) -> None:
    make_approved()
    Source.objects.filter(pk=source.pk).update(consent="refused")
    browser.post(f"{PAGE}examine")
    look()
    let_through(browser, "consent", scope="subject")
    end = re.search(r"/p/tea/releases/gate/0/waivers/\d+/end", look())
    assert end is not None
    browser.post(end[0])
    assert "It is held back" in look()
    ended = AuditEntry.objects.filter(action="gate waiver ended").get()
    assert ended.details["what"] == "consent · refused"


def test_letting_nothing_through_or_for_no_reason_is_told(
    browser: Client, look: Show, make_approved: MakeAnnotated, source: Source
) -> None:
    make_approved()
    Source.objects.filter(pk=source.pk).update(consent="refused")
    browser.post(f"{PAGE}examine")
    look()
    let_through(browser, "consent", scope="rows")
    assert "Tick the rows" in browser.get(PAGE).content.decode()
    let_through(browser, "consent", scope="source", reason=" ")
    assert "Say why it may go out." in browser.get(PAGE).content.decode()
    assert not GateWaiver.objects.exists()


def test_all_rows_of_a_problem_are_a_file(
    browser: Client, look: Show, make_approved: MakeAnnotated
) -> None:
    pair = make_approved()
    browser.post(f"{PAGE}examine")
    look()
    problem = GateReport.objects.get().problems.get(rule="licence")
    answer = browser.get(f"/p/tea/releases/gate/problems/{problem.pk}.csv")
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert content.splitlines()[1].endswith(f",{pair.pk},,{pair.instruction}")


def test_the_notice_names_sources_and_waivers_without_anybodys_name(
    browser: Client, make_release: MakeRelease, project: Project, lead: User, source: Source
) -> None:
    Source.objects.filter(pk=source.pk).update(
        licence="CC BY-SA 4.0", licence_kind="CC-BY-SA-4.0", consent="refused"
    )
    GateWaiver.objects.create(
        project=project, use="research", rule="consent", subject="refused", source=source,
        reason="已\n书面同意", by=lead,
    )  # fmt: skip
    release = make_release(seed="茶")
    notice = (folder(release) / "NOTICE").read_text(encoding="utf-8")
    lines = notice.splitlines()
    assert "    licence: CC BY-SA 4.0 (CC-BY-SA-4.0)" in lines
    assert re.fullmatch(
        r"    consent · refused · 社区问答, rows: 1, by lead-[0-9a-f]{8}: 已 书面同意", lines[-1]
    )
    assert lead.username not in notice.replace("lead-", "")
    assert release.files.get(filename="NOTICE").size == len(notice.encode())


def test_the_report_stays_with_the_release(
    make_release: MakeRelease, browser: Client, source: Source
) -> None:
    release = make_release()
    Source.objects.filter(pk=source.pk).update(licence_kind="MIT")
    kept = GateReport.objects.get(release=release)
    assert (kept.passed, kept.use, kept.sources[0]["licence_kind"]) == (True, "research", "unknown")
    assert Release.objects.get() == release


def test_the_api_examines_tells_and_lets_through(
    browser: Client, make_approved: MakeAnnotated, source: Source
) -> None:
    pair = make_approved()
    Source.objects.filter(pk=source.pk).update(consent="refused")
    assert browser.get("/api/projects/tea/gate/0").status_code == 404
    assert browser.post("/api/projects/tea/gate/0").status_code == 202
    work_off()
    told = browser.get("/api/projects/tea/gate/0").json()
    assert (told["passed"], [one["rule"] for one in told["problems"]]) == (
        False, ["licence", "consent"],
    )  # fmt: skip
    waiver = {"rule": "consent", "subject": "refused", "use": "research", "reason": "同意了"}
    url = "/api/projects/tea/gate/waivers"
    assert browser.post(url, {**waiver, "pair": pair.pk}).status_code == 201
    assert browser.post(url, {**waiver, "rule": "standing"}).status_code == 400
    assert GateWaiver.objects.get().pair == Pair.objects.get()
