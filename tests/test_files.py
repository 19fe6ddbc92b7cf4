"""The files of a release, from rows that are frozen: every format, source, split and kind."""

import errno
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Pair, Project
from cqia.accounts.models import User
from cqia.lib.row_files import Shards
from review import exporting, files
from review.exports import EXPORTERS
from review.models import Release, ReleaseItem
from review.releases import folder
from tests.cast import MakePair
from tests.frozen import EXTRA, FrozenRow, original

MakeFrozen = Callable[..., Release]
BY_ID = {exporter.id: exporter for exporter in EXPORTERS}


@pytest.fixture
def make_frozen(
    project: Project, lead: User, make_pair: MakePair, settings: Any, tmp_path: Path
) -> MakeFrozen:
    """make_frozen([row, …], **composition): rows as they are given, frozen, and no files yet."""
    settings.MEDIA_ROOT = tmp_path / "media"
    numbers, copies, pairs = count(1), count(), []

    def make_frozen(rows: Sequence[FrozenRow], **composition: Any) -> Release:
        pairs.append(make_pair())
        number = next(numbers)
        with transaction.atomic():
            items = [item(number, at, row) for at, row in enumerate(rows, 1)]
            ReleaseItem.objects.bulk_create(items)
            return Release.objects.create(
                pk=number,
                project=project,
                number=number,
                version=f"{number}.0.0",
                composition=composition,
                dated=timezone.localdate(),
                rows=len(rows),
                root="",
                created_by=lead,
                job=Job.objects.create(project=project, task="review.freeze", created_by=lead),
            )

    def item(release: int, position: int, row: FrozenRow) -> ReleaseItem:
        return ReleaseItem(
            release_id=release,
            position=position,
            kind=row.kind,
            split=row.split,
            copy=next(copies),
            pair=pairs[-1],
            source=row.source,
            digest=b"",
            record=row.record.decode(),
            extra=orjson.dumps(row.more).decode(),
            prompt_chars=0,
            answer_chars=0,
        )

    return make_frozen


def rows(*answers: str, **fields: Any) -> list[FrozenRow]:
    return [FrozenRow({"output": answer}, **fields) for answer in answers]


def build(release: Release) -> list[str]:
    files.build_files(release, lambda _done, _total: None)
    return [file.filename for file in release.files.all()]


def lines(release: Release, filename: str) -> list[dict[str, Any]]:
    content = (folder(release) / filename).read_bytes()
    return [json.loads(line) for line in content.split(b"\n") if line]


def on_disk(release: Release) -> list[str]:
    place = folder(release)
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def test_each_format_source_and_split_has_its_files(make_frozen: MakeFrozen) -> None:
    some = [*rows("一", source="茶馆"), *rows("二", source="知道"), *rows("三", split="test")]
    release = make_frozen(some, formats=["cqia", "alpaca"])
    shard = "00000-of-00001"
    assert build(release) == sorted(
        f"data/{place}-{shard}.{kind}"
        for place in (
            "cqia/茶馆/train", "cqia/知道/train", "cqia/社区问答/test",
            "alpaca/default/train", "alpaca/default/test",
        )
        for kind in ("jsonl", "parquet")
    )  # fmt: skip
    assert on_disk(release) == build(release)
    assert [row["output"] for row in lines(release, f"data/alpaca/default/train-{shard}.jsonl")] == [
        "一", "二",
    ]  # fmt: skip


def test_the_list_tells_what_lies_there(make_frozen: MakeFrozen) -> None:
    release = make_frozen(rows("一", "二", "三"))
    build(release)
    for file in release.files.all():
        content = (folder(release) / file.filename).read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    counts = dict(release.files.values_list("format", "rows"))
    assert counts == dict.fromkeys(counts, 3)
    assert set(counts) == set(BY_ID) - {"preference", "preference-alpaca", "ranking"}


def test_two_releases_of_the_same_rows_have_the_same_files(make_frozen: MakeFrozen) -> None:
    some = [*rows("一", "二", extra_={"originals": [original("旧")]}), *rows("三", kind="rejected")]
    first, second = make_frozen(some), make_frozen(some)
    assert build(first) == build(second)
    sums = [dict(one.files.values_list("filename", "sha256")) for one in (first, second)]
    assert sums[0] == sums[1]


def test_it_shards_compresses_and_picks_the_template(make_frozen: MakeFrozen) -> None:
    release = make_frozen(
        rows(*"一二三"), formats=["text"], shard_rows=2, compress=True, chat_template="plain"
    )
    assert build(release) == [
        f"data/text/default/train-0000{at}-of-00002.{kind}"
        for at in (0, 1)
        for kind in ("jsonl.zst", "parquet")
    ]
    [first, *_] = exporting.lines(release, files.exporters_of(release.composition)[0])
    assert json.loads(first)["text"] == "问：绿茶怎么泡？\n\n答：一"


def test_rejected_rows_are_in_kto_alone(make_frozen: MakeFrozen) -> None:
    bad = rows("坏", kind="rejected", extra_={"reasons": ["离题"]})
    release = make_frozen([*rows("好"), *bad])
    build(release)
    held = dict(release.files.filter(filename__endswith=".parquet").values_list("format", "rows"))
    assert {name for name, rows in held.items() if rows == 2} == {"kto", "kto-alpaca"}
    said = lines(release, "data/kto-alpaca/default/train-00000-of-00001.jsonl")
    assert [(row["output"], row["label"], row["reasons"]) for row in said] == [
        ("好", True, []),
        ("坏", False, ["离题"]),
    ]


def test_many_sources_are_written_in_several_passes(make_frozen: MakeFrozen) -> None:
    some = [row for at in range(20) for row in rows("一", source=f"来源{at}")]
    release = make_frozen(some, formats=["cqia"])
    assert len(build(release)) == 40
    assert release.files.filter(rows=1).count() == 40


def test_what_is_built_is_not_built_again(make_frozen: MakeFrozen) -> None:
    release = make_frozen(rows("一"), formats=["cqia", "alpaca"])
    build(release)
    before = list(release.files.values_list("pk", flat=True))
    (folder(release) / "data/alpaca/default/train-00000-of-00001.jsonl").unlink()
    build(release)
    assert list(release.files.values_list("pk", flat=True)) == before


def test_a_cancelled_job_leaves_nothing_half_and_goes_on(make_frozen: MakeFrozen) -> None:
    release = make_frozen(rows("一", "二"), formats=["cqia", "alpaca"])

    def stop(done: int, total: int) -> None:
        assert total == 4
        if done >= 2:
            raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        files.build_files(release, stop)
    assert on_disk(release) == [
        f"data/cqia/社区问答/train-00000-of-00001.{kind}" for kind in ("jsonl", "parquet")
    ]
    assert len(build(release)) == 4
    assert on_disk(release) == build(release)


def test_a_full_disk_pauses_the_job(
    make_frozen: MakeFrozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = make_frozen(rows("一"), formats=["cqia"])

    def full(_shards: Shards, _line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Shards, "write", full)
        with pytest.raises(jobs.Paused, match="disk is full"):
            build(release)
    assert (on_disk(release), release.files.count()) == ([], 0)
    assert len(build(release)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "茶" * 7_000_000,
        "一\\u0000二\\ud800",
        "一\u2028二\u0085三\\\\n\\\"'\t",
        "𠮷🫖\U000e0067",
        "=1+1",
    ],
    ids=["20 MB", "escapes as text", "line ends", "beyond the plane", "formula"],
)
def test_hard_texts_come_through_all_formats(make_frozen: MakeFrozen, text: str) -> None:
    release = make_frozen(rows("前", text, "后"), formats=["cqia", "alpaca", "csv"])
    build(release)
    place = "data/alpaca/default/train-00000-of-00001"
    assert [row["output"] for row in lines(release, f"{place}.jsonl")] == ["前", text, "后"]
    written = [json.loads(line)["output"] for line in exporting.lines(release, BY_ID["cqia"])]
    assert written == ["前", text, "后"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("茶馆", "茶馆"),
        ("a b", "a-b-c8687a08"),
        ("../etc", "-"),
        (".hidden", "-hidden-"),
        ("甲/乙", "甲-乙-"),
        ("train[1]*", "train-1-"),
    ],
)
def test_a_source_becomes_a_folder_that_readers_take(source: str, name: str) -> None:
    assert files.config_name(source).startswith(name)
    assert not set(files.config_name(source)) & set("/\\*[]?, ")


def test_no_two_sources_become_one_folder() -> None:
    names = [files.config_name(name) for name in ("a b", "a-b", "a/b", "a,b", "茶" * 80, "茶" * 79)]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 80 and len(name.encode()) < 255 for name in names)


# cqia export


def exported(tmp_path: Path, *flags: str, **options: Any) -> bytes:
    call_command("export", *flags, project="tea", out=tmp_path / "out", **options)
    return (tmp_path / "out").read_bytes()


@pytest.fixture
def built(make_frozen: MakeFrozen) -> Release:
    some = [*rows("一", "含\\反斜杠\n“换行”\t"), *rows("三", source="茶馆", split="test")]
    some += rows("坏", kind="rejected")
    release = make_frozen(some)
    build(release)
    return release


@pytest.mark.parametrize("format_", [one for one in BY_ID if one not in ("cqia", "csv")])
def test_the_command_gives_the_bytes_of_the_file(
    built: Release, tmp_path: Path, format_: str
) -> None:
    if not built.files.filter(format=format_).exists():
        assert exported(tmp_path, format=format_) == b""
        return
    name = f"data/{format_}/default/train-00000-of-00001"
    for kind, flags in ((".jsonl", ()), (".parquet", ("--parquet",))):
        content = exported(tmp_path, *flags, format=format_, split="train")
        assert content == (folder(built) / f"{name}{kind}").read_bytes()


def test_the_command_gives_one_source_or_all(built: Release, tmp_path: Path) -> None:
    of_tea = exported(tmp_path, config="茶馆")
    file = folder(built) / "data/cqia/茶馆/test-00000-of-00001.jsonl"
    assert of_tea == file.read_bytes()
    whole = exported(tmp_path).split(b"\n")
    assert [json.loads(line)["output"] for line in whole if line] == [
        "一", "含\\反斜杠\n“换行”\t", "三",
    ]  # fmt: skip


def test_the_command_gives_csv_and_zstd(built: Release, tmp_path: Path) -> None:
    csv = folder(built) / "data/csv/default/train-00000-of-00001.csv"
    assert exported(tmp_path, format="csv", split="train") == csv.read_bytes()
    assert exported(tmp_path, "--zstd", format="alpaca")[:4] == b"\x28\xb5\x2f\xfd"
    with pytest.raises(CommandError, match="CSV is written as it is"):
        exported(tmp_path, "--parquet", format="csv")


def test_the_command_finds_releases_by_number_and_version(
    built: Release, make_frozen: MakeFrozen, tmp_path: Path
) -> None:
    make_frozen(rows("新"))
    assert b"\xe6\x96\xb0" in exported(tmp_path)
    assert exported(tmp_path, release="1") == exported(tmp_path, release="1.0.0")
    assert b"\xe6\x96\xb0" not in exported(tmp_path, release="1")
    with pytest.raises(CommandError, match="no such release"):
        exported(tmp_path, release="9")


def test_the_command_leaves_nothing_half(
    built: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "write", full)
    with pytest.raises(CommandError, match="No space left on device"):
        exported(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_rows_frozen_before_there_were_versions_can_be_exported(make_frozen: MakeFrozen) -> None:
    old = rows("一")[0]
    kept = {key: EXTRA[key] for key in ("system", "history")}
    release = make_frozen([replace(old, bare=kept)])
    for exporter in EXPORTERS:
        assert len(list(exporting.lines(release, exporter))) == (
            0 if exporter.id in ("preference", "preference-alpaca", "ranking") else 1
        )


def test_pairs_hold_no_part(built: Release) -> None:
    """What is exported is what was frozen, whatever the pairs are now."""
    before = list(exporting.lines(built, BY_ID["cqia"]))
    Pair.objects.update(instruction="变了")
    assert list(exporting.lines(built, BY_ID["cqia"])) == before
