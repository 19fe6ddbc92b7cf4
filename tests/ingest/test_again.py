"""Importing again: what is known already, and where an import goes on."""

from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from django.db import OperationalError, connection

from annotation import store, uploads
from annotation.models import Batch, Job, Pair, Response
from annotation.sources import chunks
from annotation.uploads import Outcome, Taken
from cqia.accounts.models import User
from tests.ingest.conftest import ROW, Take, lines_of, numbered, work

pytestmark = pytest.mark.django_db


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
