"""Rehearsals as jobs and on their page; the programs themselves are stood in for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import rehearsing
from review.models import Rehearsal, Release
from review.rehearsal import Consumer, Outcome
from tests.cast import ClientOf

pytestmark = pytest.mark.django_db
OPTIONS: dict[str, Any] = {
    "consumers": ["datasets", "trl"],
    "tokenizer": "",
    "cut_off": 2048,
    "rows": 2000,
}
Tried = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def release(make_release: Any, settings: Any, tmp_path: Path) -> Release:
    settings.MEDIA_ROOT = tmp_path / "files"
    made: Release = make_release()
    return made


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Tried:
    """What was tried with which options; TRL is not installed."""
    seen: Tried = []

    def try_on(
        self: Consumer, folder: Path, options: dict[str, Any], go_on: Callable[[], None]
    ) -> Outcome:
        go_on()
        seen.append((self.id, options))
        results = [{"name": "cqia/train", "rows": 1234}] if self.id == "datasets" else []
        there = self.id != "trl"
        version = "5.2.0" if there else ""
        return Outcome(id=self.id, version=version, installed=there, error="", results=results)

    monkeypatch.setattr(Consumer, "try_on", try_on)
    return seen


def rehearsed(release: Release, user: User, **options: Any) -> Rehearsal:
    rehearsal = rehearsing.ask_for(release, user, {**OPTIONS, **options})
    jobs.run(rehearsal.job.pk, rehearsing.rehearse)
    return Rehearsal.objects.get(pk=rehearsal.pk)


def test_it_keeps_what_came_of_each(release: Release, lead: User, tried: Tried) -> None:
    rehearsal = rehearsed(release, lead)
    assert [each for each, _ in tried] == ["datasets", "trl"]
    assert [each["id"] for each in rehearsal.results] == ["datasets", "trl"]
    assert rehearsal.results[1]["installed"] is False
    assert (rehearsal.job.state, rehearsal.job.done) == (Job.State.DONE, 2)


def test_a_killed_rehearsal_goes_on_with_the_next(
    release: Release, lead: User, tried: Tried
) -> None:
    rehearsal = rehearsing.ask_for(release, lead, OPTIONS)
    Rehearsal.objects.update(results=[{"id": "datasets", "results": []}])
    jobs.run(rehearsal.job.pk, rehearsing.rehearse)
    assert [each for each, _ in tried] == ["trl"]


def test_a_person_can_stop_it(release: Release, lead: User, tried: Tried) -> None:
    rehearsal = rehearsing.ask_for(release, lead, OPTIONS)
    Job.objects.update(cancel_asked=True)
    jobs.run(rehearsal.job.pk, rehearsing.rehearse)
    assert Job.objects.get(pk=rehearsal.job.pk).state == Job.State.CANCELLED
    assert tried == []


def test_tokens_are_counted_where_a_tokenizer_is_named(
    release: Release, lead: User, tried: Tried, settings: Any, tmp_path: Path
) -> None:
    settings.TOKENIZERS = str(tmp_path)
    (tmp_path / "qwen").mkdir()
    (tmp_path / "qwen" / "tokenizer.json").write_text("{}")
    rehearsed(release, lead, consumers=["tokenizer"])
    assert tried == []
    rehearsed(release, lead, consumers=["tokenizer"], tokenizer="qwen")
    assert [(each, options["tokenizer"]) for each, options in tried] == [
        ("tokenizer", str(tmp_path / "qwen"))
    ]


@pytest.mark.parametrize("name", ["../../etc", "/etc", "none"])
def test_a_tokenizer_is_one_of_the_folders(release: Release, lead: User, name: str) -> None:
    with pytest.raises(CqiaError, match="There is no tokenizer"):
        rehearsing.ask_for(release, lead, {**OPTIONS, "tokenizer": name})
    assert not Rehearsal.objects.exists()


def test_the_page_starts_it_and_shows_it(
    release: Release, lead: User, client_of: ClientOf, tried: Tried
) -> None:
    client = client_of(lead)
    page = f"/p/tea/releases/{release.number}/rehearsal/"
    given = {"consumers": ["datasets", "trl"], "tokenizer": "", "cut_off": 512, "rows": 0}
    assert client.post(f"{page}start", given).status_code == 302
    rehearsal = Rehearsal.objects.get()
    assert rehearsal.options["cut_off"] == 512
    jobs.run(rehearsal.job.pk, rehearsing.rehearse)
    shown = client.get(page).content.decode()
    for text in ("not installed here", "all read", "5.2.0", "cqia/train", "1,234"):
        assert text in shown


def test_the_page_says_what_failed(release: Release, lead: User, client_of: ClientOf) -> None:
    rehearsal = rehearsing.ask_for(release, lead, OPTIONS)
    results = [
        {"name": "text/train", "error": "DatasetGenerationError: <b>no</b>"},
        {"name": "tea_messages", "rows": 5, "empty": 2},
        {"name": "kto/train", "rows": 5, "prepared": 3},
    ]
    rehearsal.results = [
        {"id": "trl", "version": "1", "installed": True, "error": "", "results": results},
        {"id": "datasets", "version": "", "installed": True, "error": "Killed", "results": []},
    ]
    rehearsal.save()
    shown = client_of(lead).get(f"/p/tea/releases/{release.number}/rehearsal/").content.decode()
    for text in (
        "2 failed", "DatasetGenerationError: &lt;b&gt;no", "2 rows not understood", "Killed",
        "3 prepared; of the others the prompt alone is longer than 2,048 tokens",
    ):  # fmt: skip
        assert text in shown


@pytest.mark.parametrize(
    "given",
    [
        {"consumers": ["axolotl"], "cut_off": 512, "rows": 0},
        {"consumers": ["datasets"], "cut_off": 1, "rows": 0},
        {"consumers": ["datasets"], "cut_off": 512, "rows": -1},
        {"consumers": [], "cut_off": 512, "rows": 0},
        {"consumers": ["datasets"], "cut_off": 512, "rows": 0, "tokenizer": "../x"},
    ],
)
def test_what_makes_no_sense_is_refused(
    release: Release, lead: User, client_of: ClientOf, given: dict[str, Any]
) -> None:
    page = f"/p/tea/releases/{release.number}/rehearsal/start"
    assert client_of(lead).post(page, given).status_code == 400
    assert not Rehearsal.objects.exists()


def test_the_api_rehearses_too(
    release: Release, lead: User, client_of: ClientOf, tried: Tried
) -> None:
    client = client_of(lead)
    address = f"/api/projects/tea/releases/{release.number}/rehearsals"
    made = client.post(address, {"consumers": ["datasets"]}, "application/json")
    assert made.status_code == 202
    jobs.run(made.json()["job"], rehearsing.rehearse)
    (listed,) = client.get(address).json()
    assert listed["options"] == {**OPTIONS, "consumers": ["datasets"]}
    assert listed["results"][0]["results"] == [{"name": "cqia/train", "rows": 1234}]
    assert client.post(address, {"consumers": []}, "application/json").status_code == 400
