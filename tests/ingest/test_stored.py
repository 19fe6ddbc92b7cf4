"""Importing: what is stored, what is refused, and what is said of it."""

import codecs
from pathlib import Path

import pytest

from annotation import uploads
from annotation.models import Batch, ImportIssue, Job, Pair, Project, Response, Source, State
from annotation.uploads import Outcome, Wanted
from cqia.lib.errors import CqiaError
from tests.ingest.conftest import ROW, Take, faults, lines_of, numbered, work

pytestmark = pytest.mark.django_db


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
