"""Importing the published files."""

import os
from pathlib import Path

import pytest

from annotation import uploads
from annotation.models import Project
from annotation.uploads import Wanted
from tests.ingest.conftest import faults, work

REAL_DATA = Path(os.environ.get("CQIA_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))
NO_REAL_DATA = "no published files: set CQIA_REAL_DATA to the folder that holds them"
pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def test_it_takes_every_published_row(project: Project) -> None:
    files = sorted(REAL_DATA.glob("candidates_cqia_*.jsonl"))
    if not files:
        pytest.skip(NO_REAL_DATA)
    for path in files:
        batch = work(uploads.take(project, Wanted(path.stem, "cqia"), path, path.name, None))
        with path.open(encoding="utf-8") as file:
            assert (batch.added, batch.issues.count()) == (sum(1 for _ in file), 0)


def test_it_takes_what_can_be_read_of_a_broken_array(project: Project) -> None:
    path = REAL_DATA / "dirty_hikariming_broken.json"
    if not path.exists():
        pytest.skip(NO_REAL_DATA)
    batch = work(uploads.take(project, Wanted("alpaca", "alpaca"), path, path.name, None))
    assert (batch.added, len(faults(batch))) == (2799, 2)
