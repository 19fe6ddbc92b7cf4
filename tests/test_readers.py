"""The rows of each format: their place, their faults, and going on from the middle."""

import tracemalloc
from pathlib import Path

import pytest

from annotation.sources.readers import READERS, Place, Row, reader_of
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding

LIMIT = 1000
START = Place()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows"


def rows(
    kind: str, file: Path, data: str | bytes, start: Place = START, encoding: Encoding = "utf-8"
) -> list[Row]:
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(reader_of(kind).rows(file, encoding, start, LIMIT))


def told(found: list[Row]) -> list[tuple[int, object]]:
    """Number, and the record or the code of the fault."""
    return [(row.number, row.record if row.fault is None else row.fault.code) for row in found]


def test_there_is_one_reader_for_each_kind() -> None:
    assert [reader.id for reader in READERS] == ["jsonl", "csv", "json"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("jsonl", '{"a": 1}\n\n{"a": 2}\nx\n{"a": 4}'),
        ("csv", 'a,b\n1,"x\ny"\n\n2,z\n3\n4,"q""q"\n'),
        ("json", '[ {"a": "]}"},\n {"a": [1, {"b": "\\""}]}, 7,\n{"a": ,}, {"a": 5}\n]'),
        ("json", '[{"a": 1}, {"a": 2}, {"a": 3}, {"a":'),
        ("json", '[{"a": 1}, {"a": 2}, {"a": 3}'),
    ],
)
def test_it_goes_on_from_every_row(file: Path, kind: str, data: str) -> None:
    found = rows(kind, file, data)
    assert len(found) >= 4
    for place, row in enumerate(found):
        assert repr(rows(kind, file, data, row.after)) == repr(found[place + 1 :])


class TestJsonLines:
    def test_it_numbers_lines_and_passes_over_blank_ones(self, file: Path) -> None:
        assert told(rows("jsonl", file, '{"a": 1}\n \n[]\n\x00\x00\n"x"\n{"a": 2}')) == [
            (1, {"a": 1}),
            (3, "not_object"),
            (5, "not_object"),
            (6, {"a": 2}),
        ]

    def test_it_says_where_a_line_breaks(self, file: Path) -> None:
        (row,) = rows("jsonl", file, '{"问": 1')
        assert row.fault is not None
        assert row.fault.params["character"] == 8
        assert row.raw == '{"问": 1'

    def test_it_takes_raw_nul_as_a_character(self, file: Path) -> None:
        assert told(rows("jsonl", file, '{"a": "x\x00"}')) == [(1, {"a": "x\x00"})]


class TestCsv:
    def test_it_reads_cells_over_several_lines(self, file: Path) -> None:
        found = rows("csv", file, 'a,b\r\n1,"两\r\n行，""好"""\r\n2,x\r\n')
        assert told(found) == [(2, {"a": "1", "b": '两\n行，"好"'}), (4, {"a": "2", "b": "x"})]

    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_it_finds_the_delimiter(self, file: Path, delimiter: str) -> None:
        data = delimiter.join("ab") + "\n" + delimiter.join("12") + "\n"
        assert told(rows("csv", file, data)) == [(2, {"a": "1", "b": "2"})]

    def test_it_refuses_ragged_rows_only(self, file: Path) -> None:
        found = rows("csv", file, "a,b\n1\n1,2,3\n1,2\n")
        assert told(found) == [(2, "ragged_row"), (3, "ragged_row"), (4, {"a": "1", "b": "2"})]
        assert found[0].fault is not None
        assert found[0].fault.params == {"expected": 2, "found": 1}

    def test_an_open_quote_costs_its_own_line_only(self, file: Path) -> None:
        found = rows("csv", file, 'a,b\n1,x\n2,"open\n3,y\n4,z\n')
        assert told(found) == [
            (2, {"a": "1", "b": "x"}),
            (3, "open_quote"),
            (4, {"a": "3", "b": "y"}),
            (5, {"a": "4", "b": "z"}),
        ]
        assert found[1].raw == '2,"open'

    def test_an_open_quote_is_not_searched_for_to_the_end(self, file: Path) -> None:
        found = rows("csv", file, 'a,b\n1,"open\n' + "2,y\n" * 1000)
        assert told(found)[:2] == [(2, "open_quote"), (3, {"a": "2", "b": "y"})]
        assert len(found) == 1001

    def test_it_reports_a_line_it_cannot_decode(self, file: Path) -> None:
        found = rows("csv", file, b"a,b\n1,\xff\n2,x\n")
        assert told(found) == [(2, "bad_encoding"), (3, {"a": "2", "b": "x"})]

    def test_it_reads_gb18030(self, file: Path) -> None:
        found = rows("csv", file, "a,b\n茶,水\n".encode("gb18030"), encoding="gb18030")
        assert told(found) == [(2, {"a": "茶", "b": "水"})]

    def test_a_lone_carriage_return_is_told(self, file: Path) -> None:
        assert told(rows("csv", file, "a,b\n1,x\ry,z\n2,x\n"))[-1] == (3, {"a": "2", "b": "x"})

    def test_it_wants_the_columns_of_the_recipe(self, file: Path) -> None:
        file.write_text("a,b\n", "utf-8")
        reader_of("csv").check(file, "utf-8", ("a", "b"))
        with pytest.raises(CqiaError, match="The header has no column “c”"):
            reader_of("csv").check(file, "utf-8", ("a", "c"))


class TestJsonArray:
    def test_it_numbers_the_items(self, file: Path) -> None:
        data = '\ufeff [{"a": "{[\\"]"}, {"b": {"c": []}} , "x", 1, null]'
        assert told(rows("json", file, data)) == [
            (1, {"a": '{["]'}),
            (2, {"b": {"c": []}}),
            (3, "not_object"),
            (4, "not_object"),
            (5, "not_object"),
        ]

    def test_a_comma_after_the_last_item_does_no_harm(self, file: Path) -> None:
        assert told(rows("json", file, '[{"a": 1},\n]')) == [(1, {"a": 1})]

    def test_a_wrong_item_costs_no_other(self, file: Path) -> None:
        assert told(rows("json", file, '[{"a": 1}, {"a": }, {"a": 3}]')) == [
            (1, {"a": 1}),
            (2, "not_json"),
            (3, {"a": 3}),
        ]

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            ('[{"a": 1},\n{"a": 2},\n{"a": "open', 3),
            ('[{"a": 1},\n{"a": 2},\n\n{"a": {"b": 2}', 4),
            ('[{"a": 1},\n{"a": 2},\n{"a": [3}', 3),
        ],
    )
    def test_it_keeps_what_stands_before_a_break(self, file: Path, data: str, line: int) -> None:
        *good, last = rows("json", file, data)
        assert told(good) == [(1, {"a": 1}), (2, {"a": 2})]
        assert last.fault is not None
        assert (last.fault.code, last.fault.params["line"]) == ("broken_json_array", line)

    def test_it_tells_that_the_array_is_not_closed(self, file: Path) -> None:
        assert told(rows("json", file, '[{"a": 1},\n{"a": 2}\n')) == [
            (1, {"a": 1}),
            (2, {"a": 2}),
            (3, "open_json_array"),
        ]

    def test_a_stray_bracket_costs_its_item_only(self, file: Path) -> None:
        assert told(rows("json", file, '[{"a": 1}}, {"a": 2}]')) == [(1, "not_json"), (2, {"a": 2})]

    def test_it_takes_a_single_object(self, file: Path) -> None:
        assert told(rows("json", file, '{\n "a": [1,\n 2]\n}\n')) == [(1, {"a": [1, 2]})]

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le"])
    def test_it_reads_other_encodings_and_goes_on(self, file: Path, encoding: Encoding) -> None:
        data = '[{"a": "茶"}, {"a": "水"}]'.encode(encoding)
        found = rows("json", file, data, encoding=encoding)
        assert told(found) == [(1, {"a": "茶"}), (2, {"a": "水"})]
        assert rows("json", file, data, found[0].after, encoding) == found[1:]

    def test_it_names_the_item_it_cannot_decode(self, file: Path) -> None:
        assert told(rows("json", file, b'[{"a": "\xff"}, {"a": 2}]')) == [
            (1, "bad_encoding"),
            (2, {"a": 2}),
        ]

    def test_it_holds_little_of_a_long_array(self, file: Path) -> None:
        file.write_bytes(b"[" + b",\n".join([b'{"a": "' + b"x" * 500 + b'"}'] * 20_000) + b"]")
        tracemalloc.start()
        count = sum(1 for _ in reader_of("json").rows(file, "utf-8", Place(), LIMIT))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 20_000
        assert peak < 5_000_000
