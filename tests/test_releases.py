import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import override_settings

from annotation import jobs
from annotation.models import Job, Pair, Project, Response
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import figures, releases
from review.decisions import Verdict, decide
from review.exports import EXPORTERS
from review.exports.cqia import FIELDS
from review.models import Release, ReleaseFile, Review
from tests.cast import MakeAnnotated


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def approved(make_annotated: MakeAnnotated, reviewer: User) -> list[Pair]:
    """Two approved pairs, the second rewritten."""
    pairs = [make_annotated("原答案。"), make_annotated(rewrite="改写后的答案，含“引号”与\n换行。")]
    for pair in pairs:
        decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    return pairs


def freeze(project: Project, lead: User, summary: str = "茶") -> Release:
    job = releases.ask_for(project, lead, summary)
    jobs.run(job.pk, releases.freeze)
    job.refresh_from_db()
    assert (job.state, job.code) == (Job.State.DONE, "")
    return Release.objects.get(job=job)


def rows(release: Release, filename: str) -> list[dict[str, Any]]:
    text = (releases.folder(release) / filename).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("approved")
def test_it_writes_all_nine_fields_in_order(project: Project, lead: User) -> None:
    first, second = rows(freeze(project, lead), "cqia.jsonl")
    assert tuple(first) == tuple(second) == FIELDS
    assert (first["output"], first["human_verified"]) == ("原答案。", True)
    assert second["output"] == "改写后的答案，含“引号”与\n换行。"
    assert second["answer_from"] == "human"
    assert first["task_type"] == {"major": [], "minor": []}


@pytest.mark.usefixtures("approved")
def test_it_writes_alpaca_and_sharegpt(project: Project, lead: User) -> None:
    release = freeze(project, lead)
    (alpaca, _), (chat, _) = rows(release, "alpaca.jsonl"), rows(release, "sharegpt.jsonl")
    assert (alpaca["input"], alpaca["output"], alpaca["history"]) == ("", "原答案。", [])
    assert [turn["from"] for turn in chat["conversations"]] == ["human", "gpt"]
    assert chat["conversations"][1]["value"] == "原答案。"


@pytest.mark.usefixtures("approved")
def test_its_hashes_are_those_of_the_files_and_of_a_rebuild(project: Project, lead: User) -> None:
    release = freeze(project, lead)
    assert release.files.count() == 2 * len(EXPORTERS)
    for file in release.files.all():
        content = (releases.folder(release) / file.filename).read_bytes()
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
    for exporter in EXPORTERS:
        again = b"".join(releases.lines(release, exporter))
        assert hashlib.sha256(again).hexdigest() == (
            release.files.get(filename=exporter.filename).sha256
        )


@pytest.mark.usefixtures("approved")
def test_the_command_exports_the_same_bytes(project: Project, lead: User, tmp_path: Path) -> None:
    release = freeze(project, lead)
    call_command("export", project="tea", out=tmp_path / "again.jsonl")
    expected = (releases.folder(release) / "cqia.jsonl").read_bytes()
    assert (tmp_path / "again.jsonl").read_bytes() == expected


def test_it_releases_the_prompt_as_it_was_approved(
    make_annotated: MakeAnnotated, project: Project, lead: User, reviewer: User
) -> None:
    pair = make_annotated("原答案。")
    Pair.objects.update(input="多余的输入")
    pair.annotations.update(instruction="改过的问题？", input="")
    decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    [record] = rows(freeze(project, lead), "cqia.jsonl")
    assert (record["instruction"], record["input"]) == ("改过的问题？", "")


def test_it_keeps_its_text_when_the_pair_changes(
    approved: list[Pair], project: Project, lead: User
) -> None:
    release = freeze(project, lead)
    Response.objects.filter(pair=approved[0]).update(text="后来改的")
    assert next(iter(releases.lines(release, EXPORTERS[0]))).count("原答案。".encode()) == 1


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize("table", ["release", "items", "files"])
def test_it_cannot_be_changed(project: Project, lead: User, table: str) -> None:
    release = freeze(project, lead)
    rows = {
        "release": Release.objects.filter(pk=release.pk),
        "items": release.items.all(),
        "files": release.files.all(),
    }[table]
    with pytest.raises(DatabaseError, match="never changed"):
        rows._raw_delete("default")


@pytest.mark.usefixtures("approved")
def test_a_killed_job_goes_on_and_freezes_once(project: Project, lead: User) -> None:
    job = releases.ask_for(project, lead, "茶")
    first = releases._copy(job)
    jobs.run(job.pk, releases.freeze)
    assert list(Release.objects.all()) == [first]
    assert ReleaseFile.objects.filter(release=first).count() == 2 * len(EXPORTERS)


@pytest.mark.usefixtures("approved")
def test_it_numbers_releases_from_one(project: Project, lead: User) -> None:
    assert [freeze(project, lead).number, freeze(project, lead).number] == [1, 2]


def test_it_refuses_an_empty_release(project: Project, lead: User) -> None:
    with pytest.raises(CqiaError, match="nothing to release"):
        releases.ask_for(project, lead, "茶")


@pytest.mark.usefixtures("approved")
def test_the_card_tells_the_numbers_of_the_file(project: Project, lead: User) -> None:
    release = freeze(project, lead, "关于茶的|问答\n第一版")
    card = (releases.folder(release) / "cqia.README.md").read_text(encoding="utf-8")
    file = release.files.get(filename="cqia.jsonl")
    assert f"| rows | {file.rows} |" in card
    assert f"| SHA-256 | `{file.sha256}` |" in card
    assert "| 社区问答 | 2 | " in card
    assert "关于茶的\\|问答 第一版" in card


@pytest.mark.usefixtures("approved")
def test_the_figures_count_rows_and_characters(project: Project, lead: User) -> None:
    counted = figures.figures(freeze(project, lead))
    texts = ["原答案。", "改写后的答案，含“引号”与\n换行。"]
    assert (counted.rows, counted.answer_max) == (2, len(texts[1]))
    assert counted.characters == sum(map(len, texts))
    assert [(share.name, share.rows) for share in counted.origins] == [("human", 2)]
