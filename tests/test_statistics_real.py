"""The statistics of real files of COIG-CQIA beside the published ones; `-s` prints what agrees."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation import ingest, jobs, terms, uploads
from annotation.models import Job, Pair, Project, Response, State
from cqia.accounts.models import User
from review import gate, pipeline, releases
from review.models import Release, Review
from review.statistics import FIGURES, counting
from review.statistics.comparison import Beside, beside, known, published
from review.statistics.counting import every
from tests.statistics_rows import Made
from tests.test_real_data import CQIA, DATA

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
# The files that hold the whole of a config; that of wiki holds 1,614 of its 10,603 rows.
WHOLE = set(CQIA) - {"wiki"}


def rows() -> Iterator[Made]:
    for name in CQIA:
        with (DATA / f"candidates_cqia_{name}.jsonl").open(encoding="utf-8") as file:
            for line in file:
                yield Made.of(json.loads(line), name, hashlib.sha256(line.encode()).digest())


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    found, whole = {}, sum(CQIA.values())
    for figure in (figure() for figure in FIGURES):
        for number, row in enumerate(rows()):
            if number % every(whole, figure.most) == 0:
                figure.add(row)
        found[figure.id] = figure.data()
    return found


@pytest.fixture(scope="module")
def sides(figures: dict[str, Any]) -> dict[str, Beside]:
    return {row.name: row for row in beside(known("files", figures), published())}


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_whole_config_has_the_published_figures(sides: dict[str, Beside], name: str) -> None:
    this, other = sides[name].this, sides[name].other
    assert this is not None
    assert other is not None
    print(f"\n{name}: {this}, published {other}")
    assert (this.rows, this.answer_max) == (other.rows, other.answer_max)
    # Published without decimals, and not said whether rounded or cut.
    assert this.prompt_mean == pytest.approx(other.prompt_mean, abs=1)
    assert this.answer_mean == pytest.approx(other.answer_mean, abs=1)


def test_a_part_of_a_config_is_told_as_a_part(sides: dict[str, Beside]) -> None:
    this, other = sides["wiki"].this, sides["wiki"].other
    assert this is not None
    assert other is not None
    assert (this.rows, other.rows) == (1614, 10603)


def test_its_diversity_is_told_with_what_it_is_counted_over(figures: dict[str, Any]) -> None:
    verbs, words, likeness = figures["verbs"], figures["words"], figures["likeness"]
    print("\n", verbs["found"], verbs["verbs"], verbs["pairs"], verbs["top"][:5], words, likeness)
    assert verbs["found"] > 1000
    assert words["answer"]["words"] == 100_000
    assert 0.9 < likeness["diversity"] < 1


@pytest.mark.django_db
def test_a_release_of_the_files_has_their_figures(
    project: Project,
    lead: User,
    reviewer: User,
    settings: Any,
    tmp_path: Path,
    figures: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    # No check has looked at these rows: what the gate says of them is asked elsewhere.
    monkeypatch.setattr(gate, "refuse", lambda _found: None)
    for name in CQIA:
        bring(project, lead, name)
    approve_all(reviewer)
    job = releases.ask_for(project, lead, "八个来源", {"formats": ["cqia"]})
    jobs.run(job.pk, pipeline.freeze)
    job.refresh_from_db()
    assert (job.state, job.code) == (Job.State.DONE, "")
    counted = counting.of(Release.objects.get(job=job))
    assert counted["lengths"]["sources"] == figures["lengths"]["sources"]
    assert counted["mix"]["by"]["domain"] == figures["mix"]["by"]["domain"]
    assert counted["mix"]["whole"] == figures["mix"]["whole"]
    print("\n", {name: figure["read"] for name, figure in counted.items()}, counted["lengths"])


def bring(project: Project, lead: User, name: str) -> None:
    """A file as a source of its name, with terms that let it out; no check looks at it."""
    file = f"candidates_cqia_{name}.jsonl"
    wanted = uploads.Wanted(name, "cqia", "research only")
    batch = uploads.take(project, wanted, DATA / file, file, lead).batch
    given = terms.Terms("research only", "research-only", "not_needed", "research")
    terms.set_terms(batch.source, given, lead)
    assert batch.job is not None
    jobs.run(batch.job.pk, ingest.import_batch)


def approve_all(reviewer: User) -> None:
    Pair.objects.update(state=State.APPROVED)
    Review.objects.bulk_create(
        Review(pair_id=pair, reviewer=reviewer, verb=Review.Verb.APPROVE, response_id=response)
        for pair, response in Response.objects.values_list("pair", "pk")
    )
