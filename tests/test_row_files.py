"""Files of rows: the same bytes every time, all or nothing, and rows that break programs."""

import errno
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from cqia.lib.errors import CqiaError
from cqia.lib.row_files import SINKS, Counted, Shards, Written

SCHEMA = pa.schema([("text", pa.string()), ("words", pa.list_(pa.string())), ("size", pa.int64())])
ENDINGS = [".jsonl", ".jsonl.zst", ".parquet"]


def row(text: str) -> bytes:
    return orjson.dumps({"text": text, "words": [], "size": None}) + b"\n"


def written(
    place: Path, lines: list[bytes], ending: str = ".jsonl", each: int = 1000
) -> list[Written]:
    with Shards(place, "train", ending, SCHEMA, each) as shards:
        for line in lines:
            shards.write(line)
        return shards.finish()


def texts(file: Written) -> list[str]:
    content = file.path.read_bytes()
    if file.path.suffix == ".parquet":
        return [str(text) for text in parquet.read_table(file.path)["text"].to_pylist()]
    if file.path.suffix == ".zst":
        content = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)).read()
    return [json.loads(line)["text"] for line in content.split(b"\n") if line]


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    lines = [row(f"第{number}泡。" * number) for number in range(300)]
    first, again = written(tmp_path / "a", lines, ending), written(tmp_path / "b", lines, ending)
    assert [file.sha256 for file in first] == [file.sha256 for file in again]
    content = first[0].path.read_bytes()
    assert first[0].sha256 == hashlib.sha256(content).hexdigest()
    assert (first[0].size, first[0].rows) == (len(content), 300)


def test_shards_are_named_by_their_number_and_their_count(tmp_path: Path) -> None:
    files = written(tmp_path, [row(str(number)) for number in range(7)], each=3)
    assert [file.path.name for file in files] == [
        f"train-0000{number}-of-00003.jsonl" for number in range(3)
    ]
    assert [file.rows for file in files] == [3, 3, 1]
    assert [text for file in files for text in texts(file)] == list("0123456")
    assert names(tmp_path) == [file.path.name for file in files]


def test_nothing_is_written_of_nothing(tmp_path: Path) -> None:
    assert written(tmp_path / "none", []) == []
    assert not (tmp_path / "none").exists()


HARD = {
    "20 MB": "茶" * 7_000_000,
    "NUL": "一\x00二",
    "line ends": "一\n二\r\n三\u2028四\u0085五\x0b六",
    "quotes": '\\"\\\\n',
    "beyond the plane": "𠮷🫖\U000e0067",
    "a replaced surrogate": "\ufffd",
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_a_hard_text_comes_back(tmp_path: Path, ending: str, text: str) -> None:
    [file] = written(tmp_path, [row("前"), row(text), row("后")], ending)
    assert texts(file) == ["前", text, "后"]


def test_row_groups_are_small_whatever_the_rows(tmp_path: Path) -> None:
    [file] = written(tmp_path, [row("茶" * 1_000_000) for _ in range(6)], ".parquet")
    groups = parquet.ParquetFile(file.path).metadata
    assert [groups.row_group(at).num_rows for at in range(groups.num_row_groups)] == [2, 2, 2]


def test_a_column_that_is_not_in_the_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowInvalid):
        written(tmp_path, [b'{"text":"a","words":[],"size":1,"more":1}\n'], ".parquet")
    assert names(tmp_path) == []


class Full(io.FileIO):
    """A file on a disk that has room for so many bytes."""

    def __init__(self, path: Path, room: int) -> None:
        super().__init__(path, "wb")
        self.room = room

    def write(self, block: Any) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = super().write(bytes(block)[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("room", [0, 3, 300_000])
def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, room: int
) -> None:
    monkeypatch.setattr(Path, "open", lambda path, *_mode, **_options: Full(path, room))
    noise = [row(os.urandom(40_000).hex()) for _ in range(30)]
    with pytest.raises(CqiaError, match="disk is full"):
        written(tmp_path, noise, ending, each=12)
    assert names(tmp_path) == []


def stopped(place: Path) -> None:
    with Shards(place, "train", ".jsonl", SCHEMA, 2) as shards:
        for number in range(5):
            shards.write(row(str(number)))
        assert names(place) == [f"train-0000{at}.jsonl.partial" for at in range(3)]
        raise KeyboardInterrupt


def test_whatever_stops_it_nothing_half_written_stays(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        stopped(tmp_path)
    assert names(tmp_path) == []


def test_what_a_killed_program_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "train-00000.jsonl.partial").write_bytes(b"x" * 1000)
    [file] = written(tmp_path, [row("一")])
    assert texts(file) == ["一"]
    assert names(tmp_path) == ["train-00000-of-00001.jsonl"]


def test_it_writes_on_where_a_file_takes_less_than_it_was_given() -> None:
    class Slow(io.BytesIO):
        def write(self, block: Any) -> int:
            return super().write(bytes(block)[:5])

    file = Slow()
    counted = Counted(file)
    assert counted.write(b"0123456789ab") == 12
    assert (file.getvalue(), counted.size) == (b"0123456789ab", 12)


def test_a_frame_can_be_read_by_zstd_from_a_stream() -> None:
    file = io.BytesIO()
    sink = SINKS[".jsonl.zst"](Counted(file), SCHEMA)
    sink.write(row("茶"))
    sink.finish()
    assert zstandard.ZstdDecompressor().decompressobj().decompress(file.getvalue()) == row("茶")
