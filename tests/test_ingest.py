"""Importing: what is stored, what is refused, what is known already, and where it goes on."""

import codecs
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from annotation import ingest, jobs, store, uploads
from annotation.models import Batch, ImportIssue, Job, Pair, Project, Response, Source, State
from annotation.sources import chunks
from annotation.uploads import Outcome, Taken, Wanted
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

pytestmark = pytest.mark.django_db

REAL_DATA = Path(os.environ.get("CQIA_REAL_DATA", Path(__file__).parents[1] / "../shared/data"))
NO_REAL_DATA = "no published files: set CQIA_REAL_DATA to the folder that holds them"
Take = Callable[..., Taken]
ROW = {"instruction": "泡绿茶用多热的水？", "output": "八十摄氏度上下。"}


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


@pytest.fixture
def take(project: Project, lead: User, tmp_path: Path) -> Take:
    """take(data, name=…, source=…): register a file of these bytes or rows."""

    def take(
        data: bytes | list[object],
        name: str = "rows.jsonl",
        source: str = "茶",
        recipe: str = "cqia",
    ) -> Taken:
        path = tmp_path / f"given-{name}"
        path.write_bytes(data if isinstance(data, bytes) else lines_of(*data))
        return uploads.take(project, Wanted(source, recipe, "CC0"), path, name, lead)

    return take


def lines_of(*rows: object) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def numbered(count: int, start: int = 0) -> list[object]:
    return [
        {"instruction": f"第 {n} 问", "output": f"第 {n} 答"} for n in range(start, start + count)
    ]


def work(taken: Taken) -> Batch:
    """Do the import as a worker would; returns the batch as stored."""
    job = taken.batch.job
    assert job is not None
    jobs.run(job.pk, ingest.import_batch)
    return Batch.objects.select_related("job").get(pk=taken.batch.pk)


def faults(batch: Batch) -> list[tuple[int, str, str]]:
    return list(batch.issues.order_by("line", "id").values_list("line", "field", "code"))


def test_it_stores_a_record_with_all_its_fields(take: Take, project: Project) -> None:
    record = {
        "instruction": "写一句写雨的诗",
        "input": "要有杏花",
        "output": "沾衣欲湿杏花雨。",
        "task_type": {"major": ["文本生成"], "minor": ["诗歌", "创作"]},
        "domain": ["文学"],
        "metadata": "暂无元数据信息",
        "answer_from": "human",
        "human_verified": True,
        "copyright": "暂无版权及作者信息",
        "_src": "poems#1",
    }
    batch = work(take([record]))
    assert (batch.added, batch.job and batch.job.state) == (1, Job.State.DONE)
    pair = Pair.objects.get(batch=batch)
    assert (pair.project, pair.line, pair.state) == (project, 1, State.IMPORTED)
    assert (pair.instruction, pair.input) == ("写一句写雨的诗", "要有杏花")
    assert (pair.task_major, pair.task_minor, pair.domain) == (
        ["文本生成"],
        ["诗歌", "创作"],
        ["文学"],
    )
    assert (pair.metadata, pair.copyright, pair.verified_upstream) == ("", "", True)
    assert [(r.text, r.origin, r.position) for r in pair.responses.all()] == [
        ("沾衣欲湿杏花雨。", "human", 0)
    ]


def test_it_stores_several_answers_in_their_order(take: Take) -> None:
    row = {
        "instruction": "哪种茶提神？",
        "responses": ["红茶。", {"text": "浓茶。", "answer_from": "llm", "model": "m-7b"}],
    }
    batch = work(take([row], recipe="responses"))
    answers = Response.objects.filter(pair__batch=batch).order_by("position")
    assert [(a.text, a.origin, a.model) for a in answers] == [
        ("红茶。", "", ""),
        ("浓茶。", "llm", "m-7b"),
    ]


def test_it_keeps_text_as_it_is(take: Take) -> None:
    text = '<script>alert(1)</script>\t"引号"\\n\n第二行\r\n{a,b} \\N'
    batch = work(take([{"instruction": text, "output": text, "domain": ['a"b\\c', "x,y", "NULL"]}]))
    pair = Pair.objects.get(batch=batch)
    assert (pair.instruction, pair.responses.get().text) == (text, text)
    assert pair.domain == ['a"b\\c', "x,y", "NULL"]


def test_it_keeps_an_endless_remark(take: Take) -> None:
    batch = work(take([{**ROW, "metadata": {"note": "长" * 200_000}, "copyright": "©" * 5000}]))
    assert len(Pair.objects.get(batch=batch).metadata) > 200_000


def test_it_refuses_bad_lines_and_keeps_the_good(take: Take, settings: object) -> None:
    settings.IMPORT_LINE_LIMIT = 1000  # type: ignore[attr-defined]
    data = (
        lines_of(ROW)
        + b"{not json}\n\n[1]\n"
        + lines_of(
            {"instruction": " ", "output": "答"},
            {"instruction": "问"},
            {"instruction": "问", "output": 3},
        )
        + lines_of({"instruction": "问", "output": "长" * 400})
        + b'{"instruction": "\xff", "output": "x"}\n{"instruction": "\\ud800", "output": "x"}\n'
        + lines_of({"instruction": "末", "output": "尾"})
    )
    batch = work(take(data))
    assert batch.added == 2
    assert faults(batch) == [
        (2, "", "not_json"),
        (4, "", "not_object"),
        (5, "instruction", "empty_field"),
        (6, "output", "missing_field"),
        (7, "output", "wrong_type"),
        (8, "", "line_too_long"),
        (9, "", "bad_encoding"),
        (10, "", "not_json"),
    ]
    assert ImportIssue.objects.get(batch=batch, line=2).raw == "{not json}"
    assert list(Pair.objects.filter(batch=batch).order_by("id").values_list("line", flat=True)) == [
        1,
        11,
    ]


def test_it_removes_nul_and_says_where(take: Take) -> None:
    data = b'{"instruction": "\xe9\x97\xae\x00", "output": "a\\u0000b", "x": ["\\u0000"]}\n\x00\x00'
    batch = work(take(data))
    assert [(line, field) for line, field, _ in faults(batch)] == [
        (1, "instruction"),
        (1, "output"),
        (1, "x"),
    ]
    assert set(batch.issues.values_list("code", "refused")) == {("nul_removed", False)}
    pair = Pair.objects.get(batch=batch)
    assert (pair.instruction, pair.responses.get().text) == ("问", "ab")


def test_it_refuses_a_record_nested_too_deeply(take: Take) -> None:
    deep = b'{"instruction": "a", "output": "b", "x": ' + b"[" * 400 + b"]" * 400 + b"}\n"
    assert faults(work(take(deep))) == [(1, "", "too_deep")]


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        (
            lines_of(ROW).decode().encode("gb18030"),
            "The file is not UTF-8; it was read as GB18030.",
        ),
        (
            codecs.BOM_UTF16_LE + lines_of(ROW).decode().encode("utf-16-le"),
            "The file is not UTF-8; it was read as UTF-16.",
        ),
        (
            codecs.BOM_UTF8 + lines_of(ROW),
            "The byte order mark at the start of the file was removed.",
        ),
    ],
)
def test_it_reads_other_encodings_and_says_so(take: Take, data: bytes, notice: str) -> None:
    batch = work(take(data))
    assert (batch.added, batch.notice) == (1, notice)
    assert Pair.objects.get(batch=batch).instruction == ROW["instruction"]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.jsonl", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.jsonl", "This is a PNG file."),
        (b"PK\x03\x04xxxx", "a.csv", "This is a ZIP/Excel file."),
        (b"\n\n \n", "a.jsonl", "The file is neither JSONL"),
        ("instruction,answer\n问,答\n".encode(), "a.csv", "The header has no column “output”."),
        (
            b"instruction,output,output\na,b,c\n",
            "a.csv",
            "The header names the column “output” twice.",
        ),
    ],
)
def test_it_refuses_a_file_and_stores_nothing(
    take: Take, data: bytes, name: str, reason: str
) -> None:
    with pytest.raises(CqiaError) as refusal:
        take(data, name)
    assert str(refusal.value).startswith(reason)
    assert (Source.objects.count(), Batch.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_the_same_file_again_adds_nothing(take: Take) -> None:
    first = work(take(numbered(3)))
    again = take(numbered(3), name="renamed.jsonl")
    assert (again.batch.pk, again.outcome) == (first.pk, Outcome.ALREADY)
    assert uploads.said(again).endswith("3 rows. Nothing was added.")
    assert Pair.objects.count() == 3


def test_a_grown_file_adds_its_new_rows_only(take: Take) -> None:
    work(take(numbered(3)))
    grown = work(take(numbered(5)))
    assert (grown.added, grown.already_here, Pair.objects.count()) == (2, 3, 5)


def test_another_format_of_the_same_rows_is_known(take: Take) -> None:
    work(take(numbered(2)))
    array = work(take(orjson.dumps(numbered(2), option=orjson.OPT_INDENT_2), "rows.json"))
    assert (array.added, array.already_here) == (0, 2)


def test_the_same_row_of_another_source_is_added(take: Take) -> None:
    work(take(numbered(2)))
    assert work(take(numbered(2), source="水")).added == 2


def test_a_row_repeated_in_one_file_is_stored(take: Take) -> None:
    batch = work(take([ROW, ROW]))
    assert batch.added == 2
    assert Pair.objects.filter(batch=batch).values("content_hash").distinct().count() == 1


def test_same_words_in_other_clothes_have_one_content_hash(take: Take) -> None:
    worn = {
        "instruction": ROW["instruction"].replace("？", "?"),
        "output": " " + ROW["output"],
        "_src": 2,
    }
    batch = work(take([ROW, worn]))
    pairs = Pair.objects.filter(batch=batch)
    assert pairs.values("content_hash").distinct().count() == 1
    assert pairs.values("row_hash").distinct().count() == 2


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "ROWS", 3)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("ending", ["jsonl", "csv", "json"])
def test_it_goes_on_where_it_was_killed(
    take: Take, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    taken = take(in_format(ending, 10), f"rows.{ending}")
    fail_in_chunk(monkeypatch, 3)
    killed = work(taken)
    assert killed.job is not None
    assert killed.job.is_live
    assert (killed.added, Pair.objects.count(), Response.objects.count()) == (6, 6, 6)
    monkeypatch.undo()
    ended = work(taken)
    assert (ended.added, ended.job and ended.job.state) == (10, Job.State.DONE)
    asked = Pair.objects.order_by("id").values_list("instruction", flat=True)
    assert list(asked) == [f"第 {n} 问" for n in range(10)]


def in_format(ending: str, count: int) -> bytes:
    if ending == "jsonl":
        return lines_of(*numbered(count))
    if ending == "json":
        return orjson.dumps(numbered(count))
    return (
        "instruction,output\n" + "".join(f"第 {n} 问,第 {n} 答\n" for n in range(count))
    ).encode()


def fail_in_chunk(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Lose the database in the middle of the transaction of the n-th chunk."""
    copied: list[int] = []
    copy_issues = store.copy_issues

    def failing(batch: Batch, issues: list[chunks.Issue]) -> None:
        copied.append(batch.pk)
        if len(copied) == number:
            raise OperationalError("killed")
        copy_issues(batch, issues)

    monkeypatch.setattr(store, "copy_issues", failing)


@pytest.mark.usefixtures("small_chunks")
def test_a_cancelled_import_keeps_what_is_in_and_can_go_on(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take(numbered(10))
    assert taken.batch.job is not None
    Job.objects.filter(pk=taken.batch.job.pk).update(cancel_asked=True)
    stopped = work(taken)
    assert (stopped.added, stopped.job and stopped.job.state) == (3, Job.State.CANCELLED)
    again = take(numbered(10))
    assert again.outcome == Outcome.RESUMED
    assert (work(again).added, Pair.objects.count()) == (10, 10)


@pytest.mark.usefixtures("small_chunks")
def test_it_asks_for_the_prefilter_even_when_cancelled(take: Take, lead: User) -> None:
    taken = take(numbered(10))
    Job.objects.update(cancel_asked=True)
    work(taken)
    job = Job.objects.get(task="annotation.run_prefilter")
    assert (job.state, job.created_by) == (Job.State.WAITING, lead)


def test_it_asks_for_the_prefilter_once(take: Take) -> None:
    work(take(numbered(2)))
    work(take(numbered(2, start=5)))
    assert Job.objects.filter(task="annotation.run_prefilter").count() == 1


def test_it_asks_for_no_prefilter_where_nothing_came_in(take: Take) -> None:
    work(take(b"{}\n"))
    assert not Job.objects.filter(task="annotation.run_prefilter").exists()


def test_a_running_import_is_not_started_twice(take: Take) -> None:
    first = take(numbered(2))
    again = take(numbered(2))
    assert (again.outcome, again.batch.job) == (Outcome.RUNNING, first.batch.job)


def test_it_fails_plainly_when_the_file_is_gone(take: Take, settings: object) -> None:
    taken = take(numbered(2))
    (Path(settings.MEDIA_ROOT) / taken.batch.path).unlink()  # type: ignore[attr-defined]
    job = work(taken).job
    assert job is not None
    assert (job.state, job.message) == (
        Job.State.FAILED,
        "The file rows.jsonl cannot be read any more.",
    )


def test_a_source_keeps_its_recipe_and_licence(
    take: Take, project: Project, tmp_path: Path
) -> None:
    take(numbered(1))
    with pytest.raises(CqiaError, match="read with the recipe “cqia”"):
        take(numbered(2), recipe="alpaca")
    (tmp_path / "more.jsonl").write_bytes(lines_of(*numbered(4)))
    with pytest.raises(CqiaError, match="licence of the source “茶” is “CC0”"):
        uploads.take(project, Wanted("茶", "", "MIT"), tmp_path / "more.jsonl", "more.jsonl", None)
    assert (
        uploads.take(project, Wanted("茶"), tmp_path / "more.jsonl", "more.jsonl", None).outcome
        == Outcome.NEW
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\行.csv", "行.csv"),
        ("a\n\x1bb", "ab"),
        ("..", ".."),
        ("/", "file"),
    ],
)
def test_it_keeps_no_path_of_the_person(given: str, kept: str) -> None:
    assert uploads.clean_name(given) == kept


def test_it_stores_the_file_under_a_name_of_its_own(take: Take, settings: object) -> None:
    batch = take(numbered(1), name="茶.jsonl").batch
    assert batch.path == f"imports/{batch.sha256[:2]}/{batch.sha256}.jsonl"
    assert (Path(settings.MEDIA_ROOT) / batch.path).read_bytes() == lines_of(*numbered(1))  # type: ignore[attr-defined]


class TestTheCommand:
    @pytest.fixture
    def run(self, project: Project, tmp_path: Path) -> Callable[..., str]:
        def run(data: bytes, *options: str) -> str:
            (tmp_path / "rows.jsonl").write_bytes(data)
            out = StringIO()
            named = ("--project", "tea", "--source", "茶", "--recipe", "cqia")
            call_command("import", str(tmp_path / "rows.jsonl"), *named, *options, stdout=out)
            return out.getvalue()

        return run

    def test_it_prints_what_came_in(self, run: Callable[..., str]) -> None:
        printed = run(lines_of(ROW, {"instruction": "问"}))
        batch = Batch.objects.get()
        assert "1 added, 0 already here, 1 refused." in printed
        assert "rows.jsonl:2: The field “output” is missing." in printed
        assert f"All refused lines: /p/tea/sources/batches/{batch.pk}/" in printed

    def test_it_says_that_a_file_is_known(self, run: Callable[..., str]) -> None:
        run(lines_of(ROW))
        assert "1 rows. Nothing was added." in run(lines_of(ROW))

    def test_it_leaves_the_work_to_a_worker(self, run: Callable[..., str]) -> None:
        run(lines_of(ROW), "--no-wait")
        assert (Job.objects.get().state, Pair.objects.count()) == (Job.State.WAITING, 0)

    def test_it_refuses_with_the_name_of_the_file(self, run: Callable[..., str]) -> None:
        with pytest.raises(CommandError, match=r"rows\.jsonl: The file is empty\."):
            run(b"")

    def test_it_knows_no_such_project(self, run: Callable[..., str]) -> None:
        with pytest.raises(CommandError, match="There is no project “coffee”"):
            run(lines_of(ROW), "--project", "coffee")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_store_a_shared_row_once(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "ROWS", 7)
    taken = [take(numbered(60), name="a.jsonl"), take(numbered(60, start=20), name="b.jsonl")]

    def run(one: Taken) -> Batch:
        try:
            return work(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, taken)
    assert first.added + second.added == Pair.objects.count() == 80
    assert first.already_here + second.already_here == 40


@pytest.mark.realdata
def test_it_takes_every_published_row(project: Project) -> None:
    files = sorted(REAL_DATA.glob("candidates_cqia_*.jsonl"))
    if not files:
        pytest.skip(NO_REAL_DATA)
    for path in files:
        batch = work(uploads.take(project, Wanted(path.stem, "cqia"), path, path.name, None))
        with path.open(encoding="utf-8") as file:
            assert (batch.added, batch.issues.count()) == (sum(1 for _ in file), 0)


@pytest.mark.realdata
def test_it_takes_what_can_be_read_of_a_broken_array(project: Project) -> None:
    path = REAL_DATA / "dirty_hikariming_broken.json"
    if not path.exists():
        pytest.skip(NO_REAL_DATA)
    batch = work(uploads.take(project, Wanted("alpaca", "alpaca"), path, path.name, None))
    assert (batch.added, len(faults(batch))) == (2799, 2)
