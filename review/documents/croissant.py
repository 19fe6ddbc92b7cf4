"""croissant.json: the release as Croissant 1.1 metadata, which `mlcroissant validate` accepts."""

from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa

from review.documents.configs import Config, DataFile
from review.documents.facts import Facts
from review.documents.features import croissant_fields

_PREFIXED = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet "
    "references regex repeated replace samplingRate separator source subField transform"
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{word: f"cr:{word}" for word in _PREFIXED.split()},
}
_MIME = {
    ".parquet": "application/x-parquet",
    ".jsonl": "application/jsonlines",
    ".jsonl.zst": "application/zstd",
}


def croissant(facts: Facts, schemas: Mapping[str, pa.Schema]) -> bytes:
    """The metadata of all files with rows; `schemas` are the columns of each format.

    Each file is listed with its SHA-256. Record sets are described where Croissant can read the
    files: it knows no zstd.
    """
    described = [config for config in facts.configs if config.ending != ".jsonl.zst"]
    metadata = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": facts.name,
        "description": facts.description or facts.summary,
        "alternateName": facts.slug,
        "license": facts.licence.address,
        "url": facts.address,
        "version": facts.version,
        "datePublished": facts.dated.isoformat(),
        "creator": {"@type": "Organization", "name": facts.name},
        "citeAs": facts.citation,
        "inLanguage": "zh",
        "isLiveDataset": False,
        "distribution": [
            *(_file(file) for file in facts.files),
            *(_file_set(config) for config in described),
        ],
        "recordSet": [_record_set(config, schemas[config.format]) for config in described],
    }
    return orjson.dumps(metadata, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _file(file: DataFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": _MIME.get(file.ending, "text/csv"),
        "sha256": file.sha256,
    }


def _file_set(config: Config) -> dict[str, Any]:
    patterns = [pattern for split in config.splits for pattern in config.patterns(split)]
    return {
        "@type": "cr:FileSet",
        "@id": f"files-{config.name}",
        "name": f"files-{config.name}",
        "encodingFormat": _MIME[config.ending],
        "includes": patterns,
    }


def _record_set(config: Config, schema: pa.Schema) -> dict[str, Any]:
    rows = ", ".join(f"{config.rows(split)} {split}" for split in config.splits)
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": f"{config.name}: rows by split: {rows}.",
        "field": croissant_fields(schema, config.name, f"files-{config.name}"),
    }
