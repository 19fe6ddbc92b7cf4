"""Files that are brought in, and what came of them."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from annotation import ingest, jobs, uploads
from annotation.models import Batch, Project
from annotation.uploads import Taken, Wanted
from cqia.accounts.models import User

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
