"""The demo project, loaded once for all tests of this file; each of them only looks."""

import json
import stat
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from annotation.models import Annotation, Pair, Project
from cqia.accounts.models import AuditEntry, User
from evaluation.demo import accounts, loader, polls, script
from evaluation.models import Campaign
from evaluation.standings import standings
from review.models import Release, Review


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # ten accounts
    return tmp_path


@pytest.mark.django_db
def test_it_loads_a_living_project(home: Path) -> None:
    assert loader.load() is True
    project = Project.objects.get(slug="demo")
    states = Counter(Pair.objects.filter(project=project).values_list("state", flat=True))
    assert states.total() == 345
    assert states["imported"] == 0
    for state, least in {
        "queued": 100,
        "dropped": 15,
        "approved": 60,
        "annotated": 8,
        "returned": 3,
        "rejected": 2,
    }.items():
        assert states[state] >= least, (state, states)
    assert set(Annotation.objects.values_list("verb", flat=True)) == {
        "accept",
        "rewrite",
        "reject",
        "rank",
    }
    assert set(Annotation.objects.values_list("author__username", flat=True)) == {
        "annotator1",
        "annotator2",
    }
    assert set(Review.objects.values_list("verb", flat=True)) == set(Review.Verb.values)
    release = Release.objects.get()
    assert release.items.count() == states["approved"]
    assert release.files.exists()
    assert_rankings_of_the_file()
    assert_votes_of_the_file(project)
    assert_accounts(home)
    assert loader.load() is False


def assert_rankings_of_the_file() -> None:
    orders = script.read("rankings.json")["safety.jsonl"]
    ranked = Annotation.objects.filter(verb="rank").select_related("pair", "author")
    assert len(ranked) >= 15
    for annotation in ranked:
        place = dict(annotation.pair.responses.values_list("pk", "position"))
        who = "annotator" if annotation.author.username == "annotator1" else "second_annotator"
        wanted = orders[str(annotation.pair.line)][who]
        assert [[place[pk] for pk in tier] for tier in annotation.tiers] == [
            [one] for one in wanted
        ]


def assert_votes_of_the_file(project: Project) -> None:
    closed = Campaign.objects.get(project=project, name=polls.CLOSED)
    assert (closed.state, closed.demo) == ("closed", True)
    found = standings(closed)
    assert (found.votes, found.evaluators) == (150, 5)
    best = found.rows[0]
    assert best.rating.model == "demo-tuned"
    assert best.tally is not None
    assert (best.tally.win, best.tally.tie, best.tally.lose, best.tally.both_bad) == (86, 31, 25, 8)
    still_open = Campaign.objects.get(project=project, name=polls.OPEN)
    assert (still_open.state, still_open.demo) == ("open", False)
    assert not still_open.ballots.done().exists()


def assert_accounts(home: Path) -> None:
    file = home / "demo-accounts.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = json.loads(file.read_text())
    assert set(known) == {person.username for person in accounts.PEOPLE}
    assert User.objects.get(username="lead").check_password(known["lead"])
    said = StringIO()
    call_command("load_demo", "--accounts", stdout=said)
    assert f"evaluator5  {known['evaluator5']}" in said.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["_review", "_release"])
def test_it_finishes_what_was_killed_half_way(
    home: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def dies(*args: object) -> None:
        raise Killed

    monkeypatch.setattr(script, "ACCEPTED", 2)
    with monkeypatch.context() as once:
        once.setattr(loader, step, dies)
        with pytest.raises(Killed):
            loader.load()
    assert not AuditEntry.objects.filter(action=loader.LOADED).exists()
    assert loader.load() is True
    assert Pair.objects.count() == 345
    assert Release.objects.count() == 1
    assert Campaign.objects.count() == 2
    assert Annotation.objects.count() == Annotation.objects.values("pair").distinct().count()


def test_it_says_where_no_demo_is(home: Path) -> None:
    said = StringIO()
    call_command("load_demo", "--accounts", stdout=said)
    assert said.getvalue() == "No demo has been loaded here.\n"


def test_every_place_of_the_script_is_decided_once() -> None:
    places = [decided.place for decided in script.decisions()]
    assert len(places) == len(set(places))
    assert set(script.reviews()) <= set(places)
    assert {place[0] for place in places} == set(script.SOURCES)
