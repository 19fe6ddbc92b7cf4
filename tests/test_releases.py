"""Freezing: what a release holds, that it is the same every time, and that nothing changes it."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from annotation import jobs
from annotation.models import Job, Pair, Project, Response
from cqia.accounts.models import User
from cqia.lib import merkle
from cqia.lib.errors import CqiaError
from review import changes, exporting, freezing, pipeline, proofs, releases
from review.decisions import Verdict, decide
from review.exports import EXPORTERS
from review.exports.cqia import FIELDS
from review.frozen_rows import digest, pseudonym
from review.models import Release, ReleaseFile, ReleaseItem, Review
from tests.cast import ClientOf, MakeAnnotated, MakePair, MakeRelease

CQIA = next(exporter for exporter in EXPORTERS if exporter.id == "cqia")
TABLES = ("review_release", "review_releaseitem", "review_releasefile")


@pytest.fixture
def approved(make_approved: MakeAnnotated) -> list[Pair]:
    """Two approved pairs, the second rewritten."""
    return [make_approved("原答案。"), make_approved(rewrite="改写后的答案，含“引号”与\n换行。")]


def rows(release: Release, format_: str = "cqia") -> list[dict[str, Any]]:
    exporter = next(one for one in EXPORTERS if one.id == format_)
    return [json.loads(line) for line in exporting.lines(release, exporter)]


@pytest.mark.usefixtures("approved")
def test_it_holds_all_nine_fields_in_order(make_release: MakeRelease) -> None:
    found = rows(make_release())
    assert all(tuple(row) == FIELDS for row in found)
    texts = {row["output"]: row for row in found}
    assert set(texts) == {"原答案。", "改写后的答案，含“引号”与\n换行。"}
    assert {row["human_verified"] for row in found} == {True}
    assert texts["改写后的答案，含“引号”与\n换行。"]["answer_from"] == "human"
    assert found[0]["task_type"] == {"major": [], "minor": []}


@pytest.mark.usefixtures("approved")
def test_a_row_keeps_what_was_decided_under_pseudonyms(make_release: MakeRelease) -> None:
    release = make_release(seed="茶")
    rewritten = next(item for item in release.items.all() if item.more["originals"])
    more = rewritten.more
    assert more["verdict"] == "rewrite"
    assert more["people"] == sorted(
        [pseudonym("茶", "annotator"), pseudonym("茶", "reviewer", "reviewer")]
    )
    [original] = more["originals"]
    assert original["ratio"] > 0.5
    assert original["edited"] > 10
    assert 'annotator"' not in rewritten.extra


@pytest.mark.usefixtures("approved")
def test_the_root_is_over_the_digests_of_its_rows(make_release: MakeRelease) -> None:
    release = make_release()
    items = list(release.items.order_by("position"))
    assert [bytes(item.digest) for item in items] == [
        digest(item.record, item.extra) for item in items
    ]
    assert release.root == merkle.root(bytes(item.digest) for item in items).hex()
    assert [item.position for item in items] == [1, 2]


@pytest.mark.usefixtures("approved")
def test_the_same_rows_give_the_same_root_and_files(make_release: MakeRelease) -> None:
    first, second = make_release(), make_release()
    assert (first.root, first.rows) == (second.root, second.rows)
    data = [
        {file.filename: file.sha256 for file in release.files.filter(filename__startswith="data/")}
        for release in (first, second)
    ]
    assert data[0] == data[1] != {}


@pytest.mark.usefixtures("approved")
def test_its_hashes_are_those_of_the_files(make_release: MakeRelease) -> None:
    release = make_release()
    for file in release.files.all():
        content = (releases.folder(release) / file.filename).read_bytes()
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
    told = orjson.loads((releases.folder(release) / "release.json").read_bytes())
    assert (told["root"], told["rows"]) == (release.root, 2)
    others = release.files.exclude(filename="release.json")
    assert set(told["files"]) == set(others.values_list("filename", flat=True))
    assert {"README.md", "NOTICE", "CHANGELOG.md", "croissant.json"} <= set(told["files"])


@pytest.mark.usefixtures("approved")
def test_a_missing_file_is_built_again_the_same(make_release: MakeRelease) -> None:
    release = make_release()
    before = list(exporting.lines(release, CQIA))
    assert (
        b"".join(before)
        == (releases.folder(release) / "data/cqia/社区问答/train-00000-of-00001.jsonl").read_bytes()
    )


def test_it_releases_the_prompt_as_it_was_approved(
    make_annotated: MakeAnnotated, reviewer: User, make_release: MakeRelease
) -> None:
    pair = make_annotated("原答案。")
    Pair.objects.update(input="多余的输入")
    pair.annotations.update(instruction="改过的问题？", input="")
    decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    release = make_release()
    [record] = rows(release)
    assert (record["instruction"], record["input"]) == ("改过的问题？", "")
    assert release.items.get().more["prompt_edited"] is True


def test_it_keeps_its_text_when_the_pair_changes(
    approved: list[Pair], make_release: MakeRelease
) -> None:
    release = make_release()
    Response.objects.filter(pair=approved[0]).update(text="后来改的")
    assert "原答案。" in {row["output"] for row in rows(release)}


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_sql_cannot_change_it(make_release: MakeRelease, table: str, statement: str) -> None:
    make_release()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize("table", TABLES)
def test_sql_cannot_empty_it(make_release: MakeRelease, table: str) -> None:
    make_release()
    with connection.cursor() as cursor:  # the tests themselves empty tables: see tests/conftest.py
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER no_truncate")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.usefixtures("approved")
def test_sql_cannot_add_a_row_to_it(make_release: MakeRelease) -> None:
    item = make_release().items.earliest("position")
    item.pk, item.position, item.copy = None, 3, 1
    with pytest.raises(DatabaseError, match="takes no more rows"), transaction.atomic():
        item.save(force_insert=True)


@pytest.mark.usefixtures("approved")
def test_a_killed_job_goes_on_and_freezes_once(
    project: Project, lead: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    job = releases.ask_for(project, lead, "茶")
    first = freezing.freeze(job)
    jobs.run(job.pk, pipeline.freeze)
    assert list(Release.objects.all()) == [first]
    assert ReleaseFile.objects.filter(release=first, filename="release.json").count() == 1


@pytest.mark.usefixtures("approved")
def test_versions_follow_what_became_of_the_rows(
    make_release: MakeRelease, make_approved: MakeAnnotated
) -> None:
    first = make_release()
    second = make_release()
    make_approved("又一个答案。")
    third = make_release()
    assert [one.version for one in (first, second, third)] == ["1.0.0", "1.0.1", "1.1.0"]
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    counts = changes.counts(second, third)
    assert (counts.added, counts.removed, counts.changed, counts.same) == (1, 0, 0, 2)


def test_it_refuses_an_empty_release(project: Project, lead: User) -> None:
    with pytest.raises(CqiaError, match="nothing to release"):
        releases.ask_for(project, lead, "茶")


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize(("version", "said"), [("1.0", "no version"), ("1.0.0", "already")])
def test_it_refuses_a_version_that_cannot_be(
    project: Project, lead: User, make_release: MakeRelease, version: str, said: str
) -> None:
    make_release()
    with pytest.raises(CqiaError, match=said):
        releases.ask_for(project, lead, "茶", version=version)


@pytest.mark.usefixtures("approved")
def test_a_changed_row_is_shown_with_its_difference(
    make_release: MakeRelease, approved: list[Pair], reviewer: User, lead: User, client_of: ClientOf
) -> None:
    make_release()
    last = approved[0].reviews.latest("id")
    Review.objects.create(
        pair=approved[0], reviewer=reviewer, verb="approve", response=last.response,
        instruction="改过的问题？",
    )  # fmt: skip
    second = make_release()
    assert second.previous is not None
    [row] = changes.changes(second.previous, second).changed
    assert [name for name, _part in row.parts] == ["instruction"]
    page = client_of(lead).get(f"/p/tea/releases/{second.number}/changes/").content.decode()
    assert "改过的问题" in page
    assert second.version == "1.0.1"


# Proofs and copies


def verified(*arguments: object) -> str:
    said = StringIO()
    call_command("verify", *map(str, arguments), stdout=said)
    return said.getvalue()


@pytest.mark.usefixtures("approved")
def test_a_row_is_proven_and_another_is_not(
    make_release: MakeRelease, lead: User, client_of: ClientOf, tmp_path: Path
) -> None:
    release = make_release()
    for item in release.items.all():
        assert proofs.proof_of(release, item.position).holds(item.record.encode())
    address = f"/p/tea/releases/{release.number}/rows/1/proof.json"
    (tmp_path / "proof.json").write_bytes(client_of(lead).get(address).content)
    row = tmp_path / "row.json"
    row.write_text(release.items.get(position=1).record, encoding="utf-8")
    manifest = releases.folder(release) / "release.json"
    said = verified(row, "--proof", tmp_path / "proof.json", "--manifest", manifest)
    assert release.root in said
    row.write_text(release.items.get(position=2).record, encoding="utf-8")
    with pytest.raises(CommandError, match="does not hold"):
        verified(row, "--proof", tmp_path / "proof.json")


@pytest.mark.usefixtures("approved")
def test_a_copy_is_verified_without_the_database(make_release: MakeRelease) -> None:
    release = make_release()
    file = releases.folder(release) / "data/cqia/社区问答/train-00000-of-00001.jsonl"
    assert f"belongs to tea {release.version}" in verified(file)
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(CommandError, match="another"):
        verified(file)


@pytest.mark.usefixtures("approved")
def test_the_command_exports_the_same_bytes(make_release: MakeRelease, tmp_path: Path) -> None:
    release = make_release()
    call_command("export", project="tea", out=tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == b"".join(exporting.lines(release, CQIA))


def test_rejected_pairs_are_items_of_their_own(
    make_approved: MakeAnnotated, make_annotated: MakeAnnotated, reviewer: User,
    make_release: MakeRelease,
) -> None:  # fmt: skip
    make_approved("好答案。")
    bad = make_annotated("坏答案。", reject="wrong")
    decide(reviewer, bad, Verdict(Review.Verb.REJECT))
    release = make_release(query={"rejected": True})
    kinds = {item.kind: item for item in release.items.all()}
    assert set(kinds) == {"sft", "rejected"}
    assert kinds["rejected"].more["reasons"] == ["wrong"]
    assert [row["label"] for row in rows(release, "kto")] == [True, False]
    assert [row["output"] for row in rows(release)] == ["好答案。"]


def test_a_ranking_keeps_its_texts_in_tiers(
    make_pair: MakePair, make_annotated: MakeAnnotated, reviewer: User, make_release: MakeRelease
) -> None:
    pair = make_annotated("甲。", "乙。", "丙。")
    by_text = {answer.text: answer.pk for answer in pair.responses.all()}
    pair.annotations.update(
        verb="rank",
        tiers=[[by_text["乙。"]], [by_text["甲。"], by_text["丙。"]]],
        response=by_text["乙。"],
    )
    decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    item = make_release().items.get()
    assert (item.more["tiers"], item.data["output"]) == ([["乙。"], ["丙。", "甲。"]], "乙。")
    assert {row["rejected"][0]["content"] for row in rows(item.release, "preference")} == {
        "甲。", "丙。",
    }  # fmt: skip


def test_nothing_of_a_blocked_release_stays(
    approved: list[Pair], project: Project, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = releases.ask_for(project, lead, "茶")

    def killed(*_arguments: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(freezing, "_proposed", killed)
    monkeypatch.setattr("review.freezing.merkle.root", killed)
    jobs.run(job.pk, pipeline.freeze)
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
    assert not ReleaseItem.objects.exists()
    assert len(approved) == 2
