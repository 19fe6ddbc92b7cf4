"""The readers: each hands out the records of one file format, in bounded memory, from any place."""

from annotation.sources.readers.csv_table import CsvTable
from annotation.sources.readers.json_array import JsonArray
from annotation.sources.readers.json_lines import JsonLines
from annotation.sources.readers.row import Place, Reader, Row

READERS: tuple[Reader, ...] = (JsonLines(), CsvTable(), JsonArray())

__all__ = ["READERS", "Place", "Reader", "Row", "reader_of"]


def reader_of(kind: str) -> Reader:
    """The reader for a kind of file as cqia.lib.sniff names it."""
    return next(reader for reader in READERS if reader.id == kind)
