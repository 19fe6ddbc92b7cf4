"""Checking a copy of a release without its database: a file by its SHA-256, a row by its proof."""

import hashlib
from pathlib import Path
from typing import Any

import orjson

from cqia.lib.errors import CqiaError
from review import manifest, proofs

_BLOCK = 1 << 20


def manifest_beside(file: Path) -> Path:
    """The release.json of the folder that the file lies in, or of one above it."""
    for place in file.resolve().parents:
        if (place / manifest.NAME).is_file():
            return place / manifest.NAME
    raise CqiaError("no_manifest", {"file": file.name})


def read(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises CqiaError("no_such_json") where it holds none."""
    try:
        told = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CqiaError("no_such_json", {"file": path.name}) from error
    if not isinstance(told, dict):
        raise CqiaError("no_such_json", {"file": path.name})
    return told


def file_in(file: Path, told: dict[str, Any]) -> str:
    """The name under which a release holds these bytes.

    Raises CqiaError("file_changed") where it holds others under that name, else "file_unknown".
    """
    found = sha256_of(file)
    files: dict[str, Any] = told.get("files", {})
    for name, listed in files.items():
        if listed["sha256"] == found:
            return name
    if any(Path(name).name == file.name for name in files):
        raise CqiaError("file_changed", {"file": file.name})
    raise CqiaError("file_unknown", {"file": file.name})


def row_in(file: Path, proof_file: Path, told: dict[str, Any] | None = None) -> proofs.Proof:
    """The proof, if it holds for the row in `file`, and for the release of the manifest if given.

    Raises CqiaError("row_not_proven") otherwise, or "no_such_json" where the proof cannot be read.
    """
    try:
        proof = proofs.read(read(proof_file))
    except (KeyError, TypeError, ValueError) as error:
        raise CqiaError("no_such_json", {"file": proof_file.name}) from error
    row = file.read_bytes().strip(b"\r\n")
    of_release = told is None or (told.get("root"), told.get("rows")) == (proof.root, proof.rows)
    if not of_release or not proof.holds(row):
        raise CqiaError("row_not_proven", {"file": file.name})
    return proof


def sha256_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
