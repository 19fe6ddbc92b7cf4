"""The bundle of a ranking: a zip with all that is needed to compute it again, anywhere.

It names no voter. Pure: no database, so that `cqia rank BUNDLE` needs none.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from django.utils.functional import Promise
from pyarrow import csv

from cqia.lib.errors import CqiaError
from evaluation.statistics.table import Table

FORMAT = "cqia-ranking-1"
OUTCOMES = ("left", "right", "tie", "both_bad")
LARGEST = 2 * 1024**3  # bytes of one file, unpacked; a default of this project

_TEXTS = ("prompt", "category", "left", "right", "outcome", "voter")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same votes give the same bytes
_README = """\
This bundle holds the votes of a closed blind evaluation and the ranking they give.

  votes.csv      one vote a row; voters are pseudonyms, texts are left out
  votes-*.csv    the same for each criterion besides the overall choice, if any was asked
  campaign.json  who was compared and how, the seeds, and the version of the code
  board.json     the ranking as it was published

To compute it again, without network or database:  cqia rank THIS_FILE.zip
"""


@dataclass(frozen=True)
class Bundle:
    table: Table
    criteria: dict[str, Table]
    campaign: dict[str, Any]
    board: dict[str, Any]


def pack(
    tables: Mapping[str, Table], campaign: Mapping[str, Any], board: Mapping[str, Any]
) -> bytes:
    """The bytes of the zip; the same for the same votes, campaign and board.

    `tables` holds all votes under "", and what was said of each criterion under its name.
    """
    files = {
        "README.txt": _README.encode(),
        "campaign.json": _json({"format": FORMAT, **campaign}),
        "board.json": _json(board),
        **{_named_file(name): _votes(table) for name, table in tables.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(file: Path) -> Bundle:
    """Read a bundle. Raises CqiaError, naming the file in it and the line, where it is none."""
    try:
        with zipfile.ZipFile(file) as packed:
            read = partial(_file, packed)
            campaign, board = (
                _object(name, read(name)) for name in ("campaign.json", "board.json")
            )
            if campaign.get("format") != FORMAT:
                raise CqiaError("bundle_shape", {"file": "campaign.json"})
            asked = _criteria(campaign, packed)
            criteria = {name: _table(read(_named_file(name))) for name in asked}
            return Bundle(_table(read("votes.csv")), criteria, campaign, board)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise CqiaError("bundle_unreadable", {"file": file.name}) from error


def _named_file(criterion: str) -> str:
    return f"votes-{criterion}.csv" if criterion else "votes.csv"


def _criteria(campaign: Mapping[str, Any], packed: zipfile.ZipFile) -> list[str]:
    """Criteria of the campaign that have votes, in its order."""
    asked = campaign.get("criteria", [])
    if not isinstance(asked, list):
        raise CqiaError("bundle_shape", {"file": "campaign.json"})
    return [str(name) for name in asked if _named_file(str(name)) in packed.namelist()]


def _votes(table: Table) -> bytes:
    def named(names: tuple[str, ...], column: Any) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(column, pa.array(names, pa.string()))

    columns = {
        "prompt": named(table.prompts, table.prompt),
        "category": named(table.categories, table.category),
        "left": named(table.models, table.left),
        "right": named(table.models, table.right),
        "outcome": named(OUTCOMES, table.outcome),
        "voter": named(table.evaluators, table.evaluator),
        "count": pa.array(table.count),
        **{name: table.features[:, at] for at, name in enumerate(table.feature_names)},
    }
    plain = {
        name: column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
        for name, column in columns.items()
    }
    out = io.BytesIO()
    csv.write_csv(pa.table(plain), out)
    return out.getvalue()


def _table(content: bytes) -> Table:
    found = _read_csv(content)
    features = tuple(found.column_names[len(_TEXTS) + 1 :])
    columns = {
        name: _named(found, name) for name in _TEXTS if name not in ("left", "right", "outcome")
    }
    models = sorted({*found["left"].unique().to_pylist(), *found["right"].unique().to_pylist()})
    return Table(
        models=tuple(models),
        left=_places(found, "left", models),
        right=_places(found, "right", models),
        outcome=_places(found, "outcome", OUTCOMES).astype(np.int8),
        count=found["count"].to_numpy(),
        prompt=columns["prompt"][0],
        evaluator=columns["voter"][0],
        category=columns["category"][0],
        prompts=columns["prompt"][1],
        evaluators=columns["voter"][1],
        categories=columns["category"][1],
        features=np.column_stack([found[name].to_numpy() for name in features])
        if features
        else np.zeros((len(found), 0)),
        feature_names=features,
    )


def _read_csv(content: bytes) -> pa.Table:
    texts: Any = dict.fromkeys(_TEXTS, pa.string())
    names = (
        content.split(b"\n", 1)[0].decode("utf-8", "replace").replace('"', "").strip().split(",")
    )
    numbers: Any = dict.fromkeys([name for name in names if name not in _TEXTS], pa.float64())
    if tuple(names[: len(_TEXTS) + 1]) != (*_TEXTS, "count") or len(set(names)) != len(names):
        raise CqiaError("bundle_shape", {"file": "votes.csv"})
    try:
        found = csv.read_csv(
            io.BytesIO(content),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=texts | numbers, null_values=[]),
        )
    except pa.ArrowException as error:
        raise CqiaError("bundle_shape", {"file": "votes.csv"}) from error
    for name in numbers:
        if not np.isfinite(found[name].to_numpy()).all() or (found["count"].to_numpy() <= 0).any():
            raise CqiaError("bundle_shape", {"file": "votes.csv"})
    return found


def _named(found: pa.Table, name: str) -> tuple[Any, tuple[str, ...]]:
    names = tuple(sorted(found[name].unique().to_pylist()))
    return _places(found, name, names), names


def _places(found: pa.Table, name: str, names: Any) -> Any:
    """Where each value of a column stands among the names; an unknown one is named with its line."""
    import pyarrow.compute as pc

    places = pc.index_in(found[name], pa.array(names, pa.string()))
    if places.null_count:
        line = pc.index(places.is_null(), True).as_py()
        details = {"line": line + 2, "value": found[name][line].as_py(), "column": name}
        raise CqiaError("bundle_value", details)
    return places.to_numpy().astype(np.int32)


def _file(packed: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = packed.getinfo(name)
    except KeyError as error:
        raise CqiaError("bundle_lacks", {"file": name}) from error
    if info.file_size > LARGEST:
        raise CqiaError("bundle_too_large", {"file": name})
    with packed.open(info) as opened:
        return _limited(opened, name)


def _limited(opened: IO[bytes], name: str) -> bytes:
    content = opened.read(LARGEST + 1)  # what the zip says of its size need not be true
    if len(content) > LARGEST:
        raise CqiaError("bundle_too_large", {"file": name})
    return content


def _object(name: str, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise CqiaError("bundle_shape", {"file": name}) from error
    if not isinstance(found, dict):
        raise CqiaError("bundle_shape", {"file": name})
    return found


def _json(value: Mapping[str, Any]) -> bytes:
    def plain(item: Any) -> str:
        if isinstance(item, Promise):
            return str(item)
        raise TypeError(type(item))

    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=plain).encode()
