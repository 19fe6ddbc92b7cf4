"""The bundle of a ranking, and `cqia rank`, which computes it again from nothing else."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import bundle, bundling, campaigns, counting
from evaluation.models import Campaign
from evaluation.standings import standings
from tests.poll import MakePoll
from tests.test_standings import prefer

Repack = Callable[..., Path]


@pytest.fixture
def closed(make_poll: MakePoll, evaluator: User, second_evaluator: User, lead: User) -> Campaign:
    campaign = make_poll(prompts=6, votes=2, names=("甲-tuned", "乙", "base"), baseline="base")
    prefer(evaluator, campaign, "甲-tuned")
    prefer(second_evaluator, campaign, "乙")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    return campaign


@pytest.fixture
def repack(closed: Campaign, tmp_path: Path) -> Repack:
    """repack(name=content, …): the campaign's bundle on disk, with files changed, or left out by None."""

    def repack(**changed: str | None) -> Path:
        path = tmp_path / "bundle.zip"
        with zipfile.ZipFile(io.BytesIO(bundling.bundle_of(closed))) as whole:
            files = {name: whole.read(name).decode() for name in whole.namelist()}
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in files.items():
                kept = changed.get(name.split(".")[0], content)
                if kept is not None:
                    packed.writestr(name, kept)
        return path

    return repack


def test_it_gives_the_same_table_as_the_database(closed: Campaign, repack: Repack) -> None:
    there, here = bundle.unpack(repack()).table, counting.table_of(closed)
    assert (there.models, there.prompts, there.evaluators) == (
        here.models,
        here.prompts,
        here.evaluators,
    )
    for name in ("left", "right", "outcome", "prompt", "evaluator", "category", "features"):
        assert (getattr(there, name) == getattr(here, name)).all(), name


def test_it_prints_the_published_table_without_a_database(closed: Campaign, repack: Repack) -> None:
    file, said = repack(), io.StringIO()
    call_command("rank", str(file), stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[1] == "24 votes of 2 evaluators"
    assert lines[3].split()[:3] == ["rank", "model", "rating"]
    shown = [row.rating for row in standings(closed).rows]
    assert [f"{rating.rating:.0f}" in line for rating, line in zip(shown, lines[4:], strict=False)]
    assert lines[-1] == "The same as published."


def test_it_needs_no_database_at_all(repack: Repack) -> None:
    nowhere = {**os.environ, "CQIA_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"}
    command = [sys.executable, "-m", "cqia", "rank", str(repack())]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("The same as published.\n")


def test_it_says_when_the_published_board_is_another(repack: Repack) -> None:
    board = json.loads(zipfile.ZipFile(repack()).read("board.json"))
    board["board"][0]["rating"] += 1
    with pytest.raises(CommandError, match="not the ranking"):
        call_command("rank", str(repack(board=json.dumps(board))), stdout=io.StringIO())


def test_it_names_no_voter(closed: Campaign, evaluator: User) -> None:
    with zipfile.ZipFile(io.BytesIO(bundling.bundle_of(closed))) as packed:
        everything = b"".join(packed.read(name) for name in packed.namelist()).decode()
    assert evaluator.username not in everything
    assert evaluator.display_name not in everything.replace("evaluators", "")
    assert '"V1"' in everything


def test_it_has_the_same_bytes_each_time(closed: Campaign) -> None:
    assert bundling.bundle_of(closed) == bundling.bundle_of(closed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"votes": None}, "bundle_lacks"),
        ({"campaign": "{}"}, "bundle_shape"),
        ({"board": "[]"}, "bundle_shape"),
        ({"board": "{"}, "bundle_shape"),
        ({"votes": "a,b\n1,2\n"}, "bundle_shape"),
        ({"votes": ""}, "bundle_shape"),
    ],
)
def test_it_refuses_what_is_no_bundle(
    repack: Repack, changed: dict[str, str | None], code: str
) -> None:
    with pytest.raises(CqiaError) as caught:
        bundle.unpack(repack(**changed))
    assert caught.value.code == code


def test_it_names_the_line_of_a_vote_it_cannot_read(repack: Repack) -> None:
    votes = zipfile.ZipFile(repack()).read("votes.csv").decode().splitlines()
    outcome = votes[3].split(",")[4]
    votes[3] = votes[3].replace(outcome, '"draw"')
    with pytest.raises(CqiaError) as caught:
        bundle.unpack(repack(votes="\n".join(votes)))
    assert caught.value.params == {"line": 4, "value": "draw", "column": "outcome"}


def test_it_refuses_a_file_that_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no")
    with pytest.raises(CommandError, match=r"x\.zip is no bundle"):
        call_command("rank", str(tmp_path / "x.zip"))
