"""The published files of COIG-CQIA, released on two fresh installations, and read by other programs."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from cqia.embedded import home
from review.rehearsal import CONSUMERS, Outcome
from tests.test_real_data import DATA

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
ROOT = Path(__file__).parents[1]
DATASETS, CROISSANT, TRL, LLAMAFACTORY, _ = CONSUMERS
OPTIONS = {"cut_off": 2048, "rows": 200, "tokenizer": ""}


def installed(place: Path, name: str) -> dict[str, Any]:
    """Everything from an empty database to the files of a release; what it printed."""
    server = urlsplit(home.database_url())
    with psycopg.connect(server.geturl(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cqia.settings",
        "CQIA_DATABASE_URL": server._replace(path=f"/{name}").geturl(),
        "CQIA_REDIS_URL": home.redis_url(),
        "CQIA_HOME": str(place / name),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.installation", DATA],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    place = tmp_path_factory.mktemp("installations")
    return installed(place, "first"), installed(place, "second")


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_installations_release_the_same_bytes(
    two: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    first, second = two
    print("\n", first, "\n", second)
    assert first["first_pair"] != second["first_pair"]
    assert (first["rows"], first["root"]) == (second["rows"], second["root"])
    files = sums(Path(first["folder"]))
    assert files == sums(Path(second["folder"]))
    assert {"README.md", "croissant.json", "dataset_info.json", "release.json"} <= set(files)
    print(f"{first['rows']} rows, {len(files)} files, the same")


def every_row_read(outcome: Outcome) -> dict[str, Any]:
    assert outcome["error"] == ""
    assert [result for result in outcome["results"] if "error" in result] == []
    print(f"\n{outcome['id']} {outcome['version']}: {len(outcome['results'])} read")
    return {result["name"]: result for result in outcome["results"]}


def test_datasets_loads_all_of_it(two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found = every_row_read(DATASETS.try_on(Path(two[0]["folder"]), OPTIONS))
    rows = {
        name.removeprefix("cqia/"): result["rows"]
        for name, result in found.items()
        if name.startswith("cqia/")
    }
    labels = {name: result["rows"] for name, result in found.items() if name.startswith("kto/")}
    print(rows, labels)
    assert set(rows) == {"train", "validation", "test"}
    # Rejected rows are in the release, and in the files that learn from them alone.
    assert sum(rows.values()) < sum(labels.values()) == two[0]["rows"]


def test_mlcroissant_finds_it_clean(two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found = every_row_read(CROISSANT.try_on(Path(two[0]["folder"]), {**OPTIONS, "rows": 5}))
    assert "croissant.json" in found
    assert found["cqia"]["rows"] == 5


@pytest.fixture
def consumers(settings: Any) -> None:
    settings.CONSUMERS_PYTHON = os.environ.get("CQIA_CONSUMERS_PYTHON", "")
    if not settings.CONSUMERS_PYTHON:
        pytest.skip("CQIA_CONSUMERS_PYTHON names no Python with TRL and LLaMA-Factory")


@pytest.mark.usefixtures("consumers")
def test_trl_prepares_it(two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found = every_row_read(TRL.try_on(Path(two[0]["folder"]), OPTIONS))
    kinds = {result["as"] for result in found.values()}
    assert kinds == {"SFT", "DPO", "KTO"}


@pytest.mark.usefixtures("consumers")
def test_llamafactory_converts_it(two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found = every_row_read(LLAMAFACTORY.try_on(Path(two[0]["folder"]), OPTIONS))
    assert {result["empty"] for result in found.values()} == {0}
    assert {"tea_alpaca", "tea_sharegpt", "tea_messages", "tea_ruozhiba"} <= set(found)
