"""The kinds of files that rows are written to. The same rows give the same bytes, here and elsewhere.

Rows come as lines of JSON with every column of the schema. A file never has its name before it is whole.
"""

import csv
import errno
import hashlib
import io
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Self

import orjson
import pyarrow as pa
import zstandard
from pyarrow import json as arrow_json
from pyarrow import parquet

from cqia.lib.errors import CqiaError

_BUFFER = 256 * 1024
_ROW_GROUP = 4 * 1024 * 1024  # bytes of JSON that become one row group of a Parquet file
_ZSTD_LEVEL = 3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Counted(io.RawIOBase):
    """Passes on what is written, and keeps its SHA-256 and its size.

    Once `dropped`, it takes everything and keeps nothing: buffers in front of it may be thrown away.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.sha256, self.size, self.dropped = file, hashlib.sha256(), 0, False

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        whole = left = memoryview(block).cast("B")
        while left and not self.dropped:
            left = left[self.file.write(left) :]
        self.sha256.update(whole)
        self.size += len(whole)
        return len(whole)


class Sink(ABC):
    """One open file; `finish` writes what is left, and leaves the file open."""

    ending: ClassVar[str]

    @abstractmethod
    def __init__(self, file: Any, schema: pa.Schema) -> None: ...

    @abstractmethod
    def write(self, line: bytes) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...


class Lines(Sink):
    """JSON lines."""

    ending = ".jsonl"

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        self.file = io.BufferedWriter(file, _BUFFER)

    def write(self, line: bytes) -> None:
        self.file.write(line)

    def finish(self) -> None:
        self.file.flush()


class Compressed(Sink):
    """JSON lines in one zstd frame, by one thread and at one level: so it is the same every time."""

    ending = ".jsonl.zst"

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
        self.frame = compressor.stream_writer(file, closefd=False)
        self.lines = io.BufferedWriter(self.frame, _BUFFER)  # type: ignore[type-var]

    def write(self, line: bytes) -> None:
        self.lines.write(line)

    def finish(self) -> None:
        self.lines.flush()
        self.frame.flush(zstandard.FLUSH_FRAME)


class Parquet(Sink):
    """Row groups of about the same number of bytes, so that rows of any size take little memory."""

    ending = ".parquet"

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        self.schema = schema
        self.writer = parquet.ParquetWriter(file, schema, compression="zstd")
        self.waiting: list[bytes] = []
        self.size = 0

    def write(self, line: bytes) -> None:
        self.waiting.append(line)
        self.size += len(line)
        if self.size >= _ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        table = arrow_json.read_json(
            io.BytesIO(b"".join(self.waiting)),
            # In one block: a row that is longer than a block is refused.
            arrow_json.ReadOptions(use_threads=False, block_size=self.size + 1),
            arrow_json.ParseOptions(explicit_schema=self.schema, unexpected_field_behavior="error"),
        )
        self.writer.write_table(table.select(self.schema.names), row_group_size=table.num_rows)
        self.waiting, self.size = [], 0

    def finish(self) -> None:
        if self.waiting:
            self._write_group()
        self.writer.close()


class Csv(Sink):
    """UTF-8 with a byte order mark, by which spreadsheets know Chinese; columns of text only."""

    ending = ".csv"

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        self.text = io.TextIOWrapper(
            io.BufferedWriter(file, _BUFFER), encoding="utf-8", newline="", write_through=False
        )
        self.text.write("\ufeff")
        self.names = schema.names
        self.rows = csv.writer(self.text, lineterminator="\n")
        self.rows.writerow(self.names)

    def write(self, line: bytes) -> None:
        row = orjson.loads(line)
        self.rows.writerow([row[name] for name in self.names])

    def finish(self) -> None:
        self.text.flush()


SINKS: dict[str, type[Sink]] = {sink.ending: sink for sink in (Lines, Compressed, Parquet, Csv)}


@dataclass(frozen=True)
class Written:
    """A file under its own name; `rows` that are in it."""

    path: Path
    sha256: str
    size: int
    rows: int


@dataclass
class _Open:
    path: Path  # where it is for now
    file: BinaryIO
    counted: Counted
    sink: Sink
    rows: int = 0


class Shards:
    """The files of one split, in one kind: `<split>-00000-of-00003.jsonl`. None where there is no row.

    A context: left by an exception, nothing of it stays. A full disk is told as
    CqiaError("disk_full"). `each`: rows of a shard, beyond which an item's rows begin no new one.
    """

    def __init__(self, place: Path, split: str, ending: str, schema: pa.Schema, each: int) -> None:
        self.place, self.split, self.ending = place, split, ending
        self.schema, self.each = schema, each
        self.shards: list[_Open] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        for shard in self.shards:
            shard.counted.dropped = True
            shard.file.close()
            shard.path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise CqiaError("disk_full") from error

    def write(self, line: bytes) -> None:
        shard = self.shards[-1] if self.shards else None
        if shard is None or shard.rows >= self.each:
            shard = self._begin()
        shard.sink.write(line)
        shard.rows += 1

    def _begin(self) -> _Open:
        if self.shards:
            _close(self.shards[-1])
        else:
            self.place.mkdir(parents=True, exist_ok=True)
        path = self.place / f"{self.split}-{len(self.shards):05d}{self.ending}.partial"
        file = path.open("wb", buffering=0)
        counted = Counted(file)
        try:
            shard = _Open(path, file, counted, SINKS[self.ending](counted, self.schema))
        except OSError:
            file.close()
            path.unlink(missing_ok=True)
            raise
        self.shards.append(shard)
        return shard

    def finish(self) -> list[Written]:
        """Give the files their names, now that their number is known and all of them are whole."""
        if self.shards:
            _close(self.shards[-1])
        written = []
        for number, shard in enumerate(self.shards):
            name = f"{self.split}-{number:05d}-of-{len(self.shards):05d}{self.ending}"
            path = shard.path.replace(self.place / name)
            written.append(
                Written(path, shard.counted.sha256.hexdigest(), shard.counted.size, shard.rows)
            )
        return written


def _close(shard: _Open) -> None:
    """On the disk, not only on its way there: what is listed afterwards is not lost with the power."""
    shard.sink.finish()
    os.fsync(shard.file.fileno())
    shard.file.close()
