"""`cqia import`: what it prints."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Batch, Job, Pair, Project
from tests.ingest.conftest import ROW, lines_of

Run = Callable[..., str]
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project: Project, tmp_path: Path) -> Run:
    def run(data: bytes, *options: str) -> str:
        (tmp_path / "rows.jsonl").write_bytes(data)
        out = StringIO()
        named = ("--project", "tea", "--source", "茶", "--recipe", "cqia")
        call_command("import", str(tmp_path / "rows.jsonl"), *named, *options, stdout=out)
        return out.getvalue()

    return run


def test_it_prints_what_came_in(run: Run) -> None:
    printed = run(lines_of(ROW, {"instruction": "问"}))
    batch = Batch.objects.get()
    assert "1 added, 0 already here, 1 refused." in printed
    assert "rows.jsonl:2: The field “output” is missing." in printed
    assert f"All refused lines: /p/tea/sources/batches/{batch.pk}/" in printed


def test_it_says_that_a_file_is_known(run: Run) -> None:
    run(lines_of(ROW))
    assert "1 rows. Nothing was added." in run(lines_of(ROW))


def test_it_leaves_the_work_to_a_worker(run: Run) -> None:
    run(lines_of(ROW), "--no-wait")
    assert (Job.objects.get().state, Pair.objects.count()) == (Job.State.WAITING, 0)


def test_it_refuses_with_the_name_of_the_file(run: Run) -> None:
    with pytest.raises(CommandError, match=r"rows\.jsonl: The file is empty\."):
        run(b"")


def test_it_knows_no_such_project(run: Run) -> None:
    with pytest.raises(CommandError, match="There is no project “coffee”"):
        run(lines_of(ROW), "--project", "coffee")
