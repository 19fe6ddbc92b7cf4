import codecs
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from cqia.lib.sniff import Encoding, Line, lines, sniff

ROW = '{"instruction": "联通与移动有何不同？", "output": "两家公司，各有长短。"}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def texts(path: Path, encoding: Encoding, **options: int) -> list[str | None]:
    return [line.text for line in lines(path, encoding, **options)]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ROW.encode(), "utf-8"),
        (codecs.BOM_UTF8 + ROW.encode(), "utf-8-sig"),
        (ROW.encode("gb18030"), "gb18030"),
        (codecs.BOM_UTF16_LE + ROW.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + ROW.encode("utf-16-be"), "utf-16-be"),
        (ROW.encode() + b'{"output": "\xff\xfe"}\n', "utf-8"),
        (ROW.encode() + "真的有\ufffd字\n".encode(), "utf-8"),
        ('{"output": "caf\xe9 au lait"}'.encode("latin-1"), "utf-8"),
        (b'{"output": "plain"}', "utf-8"),
    ],
)
def test_it_knows_the_encoding(file: Path, data: bytes, encoding: str) -> None:
    file.write_bytes(data)
    found = sniff(file)
    assert (found.encoding, found.kind, found.other) == (encoding, "jsonl", None)


def test_it_reads_one_broken_line_of_a_long_file_as_utf8(file: Path) -> None:
    file.write_bytes(ROW.encode() * 30_000 + "编码不同的一行\n".encode("gb18030"))
    assert sniff(file).encoding == "utf-8"


def test_it_finds_gb18030_far_behind_the_start(file: Path) -> None:
    file.write_bytes(b'{"output": "plain"}\n' * 200_000 + ROW.encode("gb18030"))
    assert sniff(file).encoding == "gb18030"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.json", '{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.jsonl", '[{"a": 1},\n {"a": 2}]', "json"),
        ("a.jsonl", '[{"a": 1}]', "json"),
        ("a.jsonl", '[1]\n{"a": 1}\n', "jsonl"),
        ("a.jsonl", '{"a": \n{"a": 1}\n', "jsonl"),
        ("a.jsonl", 'junk\n{"a": 1}\n', "jsonl"),
        ("a.jsonl", "junk\n", "jsonl"),
        ("a.json", '{\n  "a": 1\n}', "json"),
        ("a.json", "junk", "json"),
        ("a.csv", "instruction\n你好\n", "csv"),
        ("a.csv", 'instruction,output\n{"a": 1},b\n', "csv"),
        ("a.csv", "instruction\n{a}\n", "csv"),
        ("a.txt", "instruction,output\n", "csv"),
        ("a.txt", "instruction\toutput\n", "csv"),
        ("a.txt", "一段文字", None),
        ("a.jsonl", "", None),
        ("a.jsonl", "\n \n", None),
    ],
)
def test_it_knows_the_kind(tmp_path: Path, name: str, text: str, kind: str | None) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    found = sniff(tmp_path / name)
    assert (found.kind, found.other) == (kind, None)


@pytest.mark.parametrize(
    ("data", "other"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (b"PK\x03\x04" + bytes(50), "ZIP/Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"BZh91AY&SY", "bzip2"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"x" * 257 + b"ustar\x00", "tar"),
        (bytes(range(256)) * 4, "binary"),
        (b"\n<!DOCTYPE HTML>\n<p>", "HTML"),
        (b'<?xml version="1.0"?>', "XML"),
    ],
)
def test_it_names_a_file_of_another_kind(file: Path, data: bytes, other: str) -> None:
    file.write_bytes(data)
    found = sniff(file)
    assert (found.kind, found.other) == (None, other)


def test_it_lets_a_column_named_par1_through(file: Path) -> None:
    file.write_bytes(b"PAR1,PAR2\n1,2\n")
    assert sniff(file).other is None


def test_it_takes_hash_and_size_of_the_whole_file(file: Path) -> None:
    data = ROW.encode() * 30_000
    file.write_bytes(data)
    found = sniff(file)
    assert (found.sha256, found.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_it_gives_lines_their_places(file: Path) -> None:
    file.write_bytes("一\r\n\nab".encode())
    assert list(lines(file, "utf-8")) == [
        Line(1, "一", None, {}, 0, 5),
        Line(2, "", None, {}, 5, 6),
        Line(3, "ab", None, {}, 6, 8),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"])
def test_it_reads_every_encoding_and_goes_on_from_any_line(file: Path, encoding: Encoding) -> None:
    # 上 and ਊ have the byte of a line end in them, on either side.
    rows = ["上上", "", "ਊ上a\x00b", "末行"]
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    file.write_bytes(mark + "\r\n".join(rows).encode(encoding))
    found = list(lines(file, encoding))
    assert [line.text for line in found] == rows
    for line in found:
        rest = lines(file, encoding, start=line.end, number=line.number + 1)
        assert list(rest) == found[line.number :]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_it_measures_the_limit_without_the_line_end(file: Path, ending: bytes) -> None:
    file.write_bytes(ending.join([b"x" * 10, b"y" * 11, b"z" * 12, b"w" * 30, b"v"]))
    assert texts(file, "utf-8", limit=10) == ["x" * 10, None, None, None, "v"]


def test_it_reports_a_line_too_long_and_goes_on(file: Path) -> None:
    file.write_bytes(b"a\n" + b"x" * 5_000_000 + b"\r\nb\n")
    assert list(lines(file, "utf-8", limit=100))[1:] == [
        Line(2, None, "line_too_long", {"bytes": 5_000_000, "limit": 100}, 2, 5_000_004),
        Line(3, "b", None, {}, 5_000_004, 5_000_006),
    ]


def test_it_reports_a_long_line_of_utf16(file: Path) -> None:
    file.write_bytes(codecs.BOM_UTF16_LE + ("上" * 999 + "\n末").encode("utf-16-le"))
    long, last = lines(file, "utf-16-le", limit=100)
    assert (long.error, long.params["bytes"], last.text) == ("line_too_long", 1998, "末")


def test_it_keeps_memory_bounded_on_a_line_of_20_mb(file: Path) -> None:
    file.write_bytes(b'{"output": "' + b"x" * 20_000_000 + b'"}\n{}\n')
    tracemalloc.start()
    found = sniff(file)
    read = texts(file, "utf-8", limit=100_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.kind, read) == ("jsonl", [None, "{}"])
    assert peak < 8_000_000


def test_it_reports_a_line_that_cannot_be_decoded(file: Path) -> None:
    file.write_bytes(b"a\nb\xffc\nd\n")
    assert list(lines(file, "utf-8"))[1:] == [
        Line(2, None, "bad_encoding", {"encoding": "UTF-8", "byte": 2}, 2, 6),
        Line(3, "d", None, {}, 6, 8),
    ]


def test_it_has_no_lines_for_an_empty_file(file: Path) -> None:
    file.write_bytes(b"")
    assert list(lines(file, "utf-8")) == []
