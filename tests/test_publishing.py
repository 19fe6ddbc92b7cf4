"""Publishing a release on a Hugging Face endpoint: tests.fake_hub answers the hub's requests."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from review import publishing
from review.models import HubAccount, Push, Release
from review.releases import folder
from tests.cast import ClientOf
from tests.fake_hub import FakeHub

pytestmark = [
    pytest.mark.django_db,
    # huggingface_hub sends files by an argument whose name httpx2 has changed.
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]
REPO = "tea-house/tea"
DATA = "data/alpaca/default/train-00000-of-00001.jsonl"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub(token="hf_secret")
    yield hub
    hub.stop()


@pytest.fixture
def release(make_release: Any, settings: Any, tmp_path: Path, hub: FakeHub) -> Release:
    """A release whose folder holds three files; the site publishes on the fake hub."""
    settings.MEDIA_ROOT = tmp_path
    settings.HUB_ENDPOINT, settings.HUB_TOKEN = hub.url, "hf_secret"
    made: Release = make_release()
    place = folder(made)
    for path in [*place.rglob("*")]:
        if path.is_file():
            path.unlink()
    written(place / "README.md", b"---\nlanguage: zh\n---\n")
    written(place / DATA, '{"instruction": "泡茶"}\n'.encode())
    written(place / "data/alpaca/default/train-00000-of-00001.parquet", b"PAR1")
    return made


def written(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def pushed(release: Release, user: User, private: bool = True) -> Push:
    push = publishing.ask_for(release, user, REPO, private)
    jobs.run(push.job.pk, publishing.push)
    return Push.objects.get(pk=push.pk)


def test_it_publishes_each_file_and_a_tag(release: Release, lead: User, hub: FakeHub) -> None:
    push = pushed(release, lead)
    place = folder(release)
    assert hub.files[REPO] == {
        name: (place / name).read_bytes() for name in publishing.files(release)
    }
    assert set(hub.files[REPO]) >= {"README.md", DATA}
    assert hub.tags == [(REPO, release.version)]
    assert hub.messages == [f"{release.version}: {release.summary}"]
    assert push.commit_url.startswith(f"{hub.url}/datasets/{REPO}/commit/")
    assert hub.private == {REPO: True}


def test_its_progress_is_in_bytes(release: Release, lead: User) -> None:
    job = pushed(release, lead).job
    sizes = [path.stat().st_size for path in publishing.files(release).values()]
    assert (job.state, job.done, job.total) == (Job.State.DONE, sum(sizes), sum(sizes))


def test_it_goes_on_where_it_was_killed(release: Release, lead: User, hub: FakeHub) -> None:
    content = (folder(release) / DATA).read_bytes()
    hub.stored[hashlib.sha256(content).hexdigest()] = content
    pushed(release, lead)
    assert hub.put == 1
    assert hub.files[REPO][DATA] == content


def test_a_push_that_is_there_is_not_made_again(release: Release, lead: User, hub: FakeHub) -> None:
    push = pushed(release, lead)
    publishing.push(push.job)
    assert len(hub.messages) == 1


def test_files_of_an_earlier_release_go(release: Release, lead: User, hub: FakeHub) -> None:
    hub.files[REPO] = {"data/old/default/train-00000-of-00001.jsonl": b"", ".gitattributes": b""}
    pushed(release, lead)
    assert ".gitattributes" in hub.files[REPO]
    assert not [name for name in hub.files[REPO] if name.startswith("data/old/")]


def test_a_half_written_file_is_not_published(release: Release) -> None:
    written(folder(release) / "data/alpaca/default/x.jsonl.partial", b"{")
    assert not [name for name in publishing.files(release) if name.endswith(".partial")]


def test_a_token_that_is_refused_is_told(
    release: Release, lead: User, settings: Any, hub: FakeHub
) -> None:
    settings.HUB_TOKEN = "hf_wrong"
    job = pushed(release, lead).job
    assert (job.state, job.code) == (Job.State.FAILED, "hub_refused")
    assert job.code_params == {"endpoint": hub.url}


def test_what_the_endpoint_says_is_told(release: Release, lead: User, hub: FakeHub) -> None:
    hub.refuse = lambda method, path: (
        (422, {"error": "storage quota exceeded"}) if path.endswith("/commit/main") else None
    )
    push = pushed(release, lead)
    assert (push.job.code, push.commit_url) == ("hub_answer", "")
    assert push.job.code_params == {"status": 422, "reason": "storage quota exceeded"}


def test_a_file_that_is_refused_is_told(release: Release, lead: User, hub: FakeHub) -> None:
    hub.refuse = lambda method, path: (
        (413, {"error": "too large"}) if path.startswith("/lfs/") else None
    )
    job = pushed(release, lead).job
    assert (job.state, job.code) == (Job.State.FAILED, "hub_answer")
    assert job.code_params["status"] == 413


def test_it_waits_for_an_endpoint_out_of_reach(release: Release, lead: User, settings: Any) -> None:
    settings.HUB_ENDPOINT = "http://127.0.0.1:9"
    job = pushed(release, lead).job
    assert (job.state, job.code) == (Job.State.PAUSED, "hub_out_of_reach")


def test_the_sites_token_goes_to_no_other_address(
    release: Release, lead: User, hub: FakeHub
) -> None:
    other = FakeHub(token="hf_own")
    HubAccount.objects.create(project=release.project, endpoint=other.url, token="hf_own")
    push = pushed(release, lead)
    other.stop()
    assert push.endpoint == other.url
    assert REPO in other.files
    assert hub.files == {}


def test_a_token_does_not_outlive_its_address(release: Release, lead: User, hub: FakeHub) -> None:
    push = publishing.ask_for(release, lead, REPO, private=True)
    HubAccount.objects.create(project=release.project, endpoint="http://127.0.0.1:9", token="hf_x")
    jobs.run(push.job.pk, publishing.push)
    push.job.refresh_from_db()
    assert push.job.code == "hub_refused"


def test_a_release_without_its_files_is_not_published(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    (folder(release) / "README.md").unlink()
    page = client_of(lead).post(url(release, "push"), {"repo": REPO})
    assert page.status_code == 400
    assert "The files of this release are not all built yet." in page.content.decode()
    assert not Push.objects.exists()


def test_the_page_starts_it_and_lists_it(release: Release, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    assert client.post(url(release, "push"), {"repo": REPO, "private": "on"}).status_code == 302
    push = Push.objects.get()
    assert (push.repo, push.private, push.created_by) == (REPO, True, lead)
    assert REPO in client.get(url(release, "")).content.decode()


@pytest.mark.parametrize("repo", ["tea", "a/b/c", "../etc", "a b/c", ""])
def test_a_repository_has_an_owner_and_a_name(
    release: Release, lead: User, client_of: ClientOf, repo: str
) -> None:
    assert client_of(lead).post(url(release, "push"), {"repo": repo}).status_code == 400


def test_the_token_is_kept_and_never_shown(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    client = client_of(lead)
    given = {"endpoint": "https://hub.example.org", "token": "hf_hidden"}
    assert client.post(url(release, "hub"), given).status_code == 302
    assert client.post(url(release, "hub"), {**given, "token": ""}).status_code == 302
    assert HubAccount.objects.get().token == "hf_hidden"
    assert "hf_hidden" not in client.get(url(release, "")).content.decode()


def test_a_new_address_does_not_get_the_old_token(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    HubAccount.objects.create(project=release.project, endpoint="https://a.org", token="hf_a")
    client_of(lead).post(url(release, "hub"), {"endpoint": "https://b.org", "token": ""})
    assert HubAccount.objects.get().token == ""


def test_the_api_publishes_too(release: Release, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    address = f"/api/projects/{release.project.slug}/releases/{release.number}/pushes"
    made = client.post(address, {"repo": REPO, "private": False}, "application/json")
    assert made.status_code == 202
    jobs.run(made.json()["job"], publishing.push)
    (listed,) = client.get(address).json()
    assert (listed["repo"], listed["private"]) == (REPO, False)
    assert listed["commit_url"] == Push.objects.get().commit_url != ""
    assert client.post(address, {"repo": "../etc"}, "application/json").status_code == 400


def url(release: Release, verb: str) -> str:
    return f"/p/{release.project.slug}/releases/{release.number}/publish/{verb}"
