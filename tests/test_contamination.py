"""Benchmarks as hashes, and the pairs that hold one of their items."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from annotation import jobs, prefilter
from annotation.checks import CHECK_OF, Text
from annotation.contamination import hits, registry, waivers
from annotation.models import (
    Benchmark,
    BenchmarkItem,
    Finding,
    Job,
    Pair,
    Project,
    State,
    Transition,
    Waiver,
)
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import pipeline, releases
from review.decisions import Verdict, decide
from review.models import Release, Review
from tests.cast import ClientOf, MakeAnnotated, MakePair
from tests.test_contamination_index import ASKED, EXAM


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield


def exam_file(folder: Path, rows: list[dict[str, Any]]) -> Path:
    file = folder / "exam.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return file


def work_off(project: Project) -> None:
    works = {registry.TASK: registry.read, "annotation.run_prefilter": prefilter.run}
    while job := project.jobs.filter(state=Job.State.WAITING, task__in=works).first():
        jobs.run(job.pk, works[job.task])


@pytest.fixture
def benchmark(project: Project, lead: User, tmp_path: Path) -> Benchmark:
    """Three questions about tea, registered and read."""
    path = exam_file(tmp_path, EXAM)
    registry.register(project, "茶学测验", path, path.name, lead)
    work_off(project)
    return Benchmark.objects.get()


def test_it_keeps_hashes_and_no_text(benchmark: Benchmark, tmp_path: Path) -> None:
    assert (benchmark.items_read, benchmark.too_short, benchmark.refused) == (3, 0, 0)
    assert set(BenchmarkItem.objects.values_list("label", flat=True)) == {"tea-1", "tea-2", "tea-3"}
    assert list((tmp_path / "media" / "benchmarks").iterdir()) == []
    stored = b"".join(bytes(one.grams) for one in BenchmarkItem.objects.all())
    assert "萎凋".encode() not in stored


def test_it_notes_rows_that_ask_nothing(project: Project, lead: User, tmp_path: Path) -> None:
    path = exam_file(tmp_path, [{"answer": "A"}, EXAM[0]])
    registry.register(project, "测验", path, path.name, lead)
    work_off(project)
    known = Benchmark.objects.get()
    assert (known.items_read, known.refused) == (1, 1)
    assert known.faults == [(1, "The row has no question, prompt, instruction or query.")]


def test_it_refuses_the_same_file_again(
    project: Project, lead: User, benchmark: Benchmark, tmp_path: Path
) -> None:
    with pytest.raises(CqiaError, match="茶学测验"):
        registry.register(project, "又一次", tmp_path / "exam.jsonl", "exam.jsonl", lead)
    assert Benchmark.objects.get() == benchmark


def test_it_reads_a_file_once(benchmark: Benchmark) -> None:
    assert benchmark.job is not None
    registry.read(benchmark.job)
    assert BenchmarkItem.objects.count() == 3


@pytest.mark.usefixtures("benchmark")
def test_it_drops_a_pair_that_comes_in_later(make_pair: MakePair, project: Project) -> None:
    pair = make_pair(ASKED, "绿茶在采摘之后直接杀青，不经过萎凋这一步。")
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    pair.refresh_from_db()
    assert pair.state == State.DROPPED
    assert Transition.objects.get(pair=pair).reason == "contamination"
    assert Finding.objects.get(pair=pair, check_id="contamination").evidence == "茶学测验 · tea-1"


def test_it_measures_queued_pairs_anew_once_a_benchmark_is_there(
    make_pair: MakePair, project: Project, lead: User, tmp_path: Path
) -> None:
    pair = make_pair(ASKED, "绿茶在采摘之后直接杀青，不经过萎凋这一步。")
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    assert Pair.objects.get(pk=pair.pk).state == State.QUEUED
    path = exam_file(tmp_path, EXAM)
    registry.register(project, "测验", path, path.name, lead)
    work_off(project)
    assert Pair.objects.get(pk=pair.pk).state == State.DROPPED


def test_it_forgets_a_benchmark_that_is_set_aside(
    benchmark: Benchmark, make_pair: MakePair, project: Project, lead: User
) -> None:
    pair = make_pair(ASKED, "绿茶在采摘之后直接杀青，不经过萎凋这一步。")
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    registry.switch(benchmark, lead, active=False)
    work_off(project)
    assert Pair.objects.get(pk=pair.pk).state == State.QUEUED
    assert CHECK_OF["contamination"].version_in(project.pk) == 3


@pytest.fixture
def contaminated(benchmark: Benchmark, make_pair: MakePair, project: Project) -> Pair:
    """A dropped pair that is the exam's first question."""
    pair = make_pair(ASKED, "绿茶在采摘之后直接杀青，不经过萎凋这一步。")
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    pair.refresh_from_db()
    return pair


def test_a_waiver_wants_a_reason(contaminated: Pair, project: Project, lead: User) -> None:
    with pytest.raises(CqiaError, match="Say why"):
        waivers.waive(project, contaminated, lead, "  ")
    assert not Waiver.objects.exists()


def test_a_waiver_lets_the_pair_go_to_annotators(
    contaminated: Pair, project: Project, lead: User
) -> None:
    waivers.waive(project, contaminated, lead, "我们自己出的题")
    contaminated.refresh_from_db()
    assert (contaminated.state, contaminated.claims.count()) == (State.QUEUED, 1)
    last = contaminated.transitions.latest("id")
    assert (last.verb, last.actor, last.note) == ("restore", lead, "我们自己出的题")


def test_nobody_restores_a_contaminated_pair_without_a_reason(
    contaminated: Pair, project: Project, lead: User
) -> None:
    assert prefilter.restore(project, [contaminated.pk], lead) == []
    with pytest.raises(CqiaError, match="waiver"):
        prefilter.restore_one(contaminated, lead)
    assert waivers.in_need_of_waiver(project, [contaminated.pk]) == {contaminated.pk}


def test_it_counts_hits_by_source(
    contaminated: Pair, benchmark: Benchmark, project: Project
) -> None:
    table = hits.table(project)
    assert [source.name for source in table.sources] == ["社区问答"]
    assert [(row.benchmark, row.hits, row.total) for row in table.rows] == [(benchmark, [1], 1)]


def test_a_release_refuses_what_people_wrote_from_a_benchmark(
    make_annotated: MakeAnnotated,
    benchmark: Benchmark,
    project: Project,
    lead: User,
    reviewer: User,
) -> None:
    pair = make_annotated(rewrite=f"考考你：{ASKED}")
    decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    job = releases.ask_for(project, lead, "茶")
    jobs.run(job.pk, pipeline.freeze)
    job.refresh_from_db()
    assert (job.state, job.code, job.code_params) == (
        Job.State.FAILED,
        "release_blocked",
        {"rows": 1},
    )
    assert not Release.objects.exists()
    waivers.waive(project, pair, lead, "题目是公开的常识")
    again = releases.ask_for(project, lead, "茶")
    jobs.run(again.pk, pipeline.freeze)
    assert Release.objects.get().items.count() == 1


def test_the_command_registers_a_file(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = exam_file(tmp_path, [*EXAM, {"answer": "B"}])
    call_command("add_benchmark", str(path), project=project.slug, name="测验")
    said = capsys.readouterr().out
    assert "3 items, 0 too short to be told apart, 1 rows refused." in said
    assert "exam.jsonl:4: The row has no question" in said


def test_the_pages_lead_from_a_benchmark_to_a_waiver(
    contaminated: Pair, lead: User, client_of: ClientOf
) -> None:
    client = client_of(lead)
    page = client.get("/p/tea/prefilter/benchmarks/").content.decode()
    assert "茶学测验" in page
    listed = client.get("/p/tea/prefilter/contaminated/", {"benchmark": "茶学测验"})
    assert ASKED in listed.content.decode()
    client.post(f"/p/tea/prefilter/contaminated/{contaminated.pk}/waive", {"reason": "自拟题"})
    assert Waiver.objects.get().reason == "自拟题"
    assert "自拟题" in client.get("/p/tea/prefilter/contaminated/").content.decode()


def test_a_file_that_cannot_be_read_is_told_on_the_page(
    lead: User, client_of: ClientOf, tmp_path: Path
) -> None:
    path = tmp_path / "exam.jsonl"
    path.write_bytes(b"")
    with path.open("rb") as file:
        answer = client_of(lead).post("/p/tea/prefilter/benchmarks/", {"name": "空", "file": file})
    assert answer.status_code == 400
    assert "The file is empty." in answer.content.decode()


def test_text_has_the_same_score_wherever_it_is_measured(benchmark: Benchmark) -> None:
    check = CHECK_OF["contamination"]
    measure = check.measurer(benchmark.project_id)  # type: ignore[attr-defined]
    assert measure(Text(ASKED, ("绿茶",))).score == 1.0


def test_the_api_registers_lists_and_waives(
    project: Project, make_pair: MakePair, lead: User, client_of: ClientOf, tmp_path: Path
) -> None:
    client = client_of(lead)
    with exam_file(tmp_path, EXAM).open("rb") as file:
        posted = client.post("/api/projects/tea/benchmarks", {"name": "测验", "file": file})
    assert posted.status_code == 202
    pair = make_pair(ASKED, "绿茶在采摘之后直接杀青，不经过萎凋这一步。")
    work_off(project)
    [listed] = client.get("/api/projects/tea/benchmarks").json()
    assert (listed["name"], listed["items"], listed["pairs_found"]) == ("测验", 3, 1)
    url = f"/api/projects/tea/pairs/{pair.pk}/waiver"
    assert client.post(url, {"reason": "自拟题"}).status_code == 201
    assert client.post(url, {"reason": "再来"}).status_code == 400
