"""Publishing: a release's folder becomes one commit and one tag of a data set repository, as a job."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path

import httpx2
from django.conf import settings
from django.db import transaction
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.models import HubAccount, Push, Release
from review.releases import folder
from review.serving import gone

TASK = "review.push"


def account_of(project: Project) -> HubAccount:
    """The project's own account, else the site's (not saved)."""
    own = HubAccount.objects.filter(project=project).first()
    site = HubAccount(project=project, endpoint=settings.HUB_ENDPOINT, token=settings.HUB_TOKEN)
    return own or site


def ask_for(release: Release, user: User, repo: str, private: bool) -> Push:
    """Start the job that publishes a release whose files are all there, and that is not withdrawn."""
    if not (folder(release) / "README.md").exists():
        raise CqiaError("release_not_built")
    if release.withdrawals.exists():
        raise gone(release)
    with transaction.atomic():
        return Push.objects.create(
            release=release,
            endpoint=account_of(release.project).endpoint,
            repo=repo,
            private=private,
            job=jobs.start(TASK, release.project, user),
            created_by=user,
        )


def push(job: Job) -> None:
    """Upload each file, then commit and tag; progress is in bytes.

    What the endpoint already has it does not ask for again, so a killed job goes on where it was;
    a push that has its commit does nothing. Files of an earlier release that this one lacks are
    deleted in the same commit.
    """
    pushed = job.push
    if pushed.commit_url:
        return
    api = _api(pushed)
    release = pushed.release
    if release.withdrawals.exists():  # since it was asked for
        raise gone(release)
    with _told(pushed.endpoint), ExitStack() as opened:
        api.create_repo(pushed.repo, repo_type="dataset", private=pushed.private, exist_ok=True)
        paths = files(release)
        additions = [
            CommitOperationAdd(name, opened.enter_context(path.open("rb")))
            for name, path in paths.items()
        ]
        _upload(api, pushed.repo, additions, lambda done, total: jobs.report(job, done, total))
        committed = api.create_commit(
            pushed.repo,
            [*additions, *_left_over(api, pushed.repo, set(paths))],
            commit_message=f"{release.version}: {release.summary}",
            repo_type="dataset",
        )
        api.create_tag(pushed.repo, tag=release.version, repo_type="dataset", exist_ok=True)
    pushed.commit_url = committed.commit_url
    pushed.save(update_fields=["commit_url"])


def files(release: Release) -> dict[str, Path]:
    """What is published, by its path in the repository."""
    place = folder(release)
    found = sorted(path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path for path in found if path.suffix != ".partial"}


def _api(pushed: Push) -> HfApi:
    """The token of the account that the address belongs to; none if that has changed since."""
    account = account_of(pushed.release.project)
    token = account.token if account.endpoint == pushed.endpoint else ""
    return HfApi(endpoint=pushed.endpoint.rstrip("/"), token=token or False)


def _upload(
    api: HfApi, repo: str, additions: list[CommitOperationAdd], report: Callable[[int, int], None]
) -> None:
    """One file at a time, so that a job can be stopped between two. Open files go by LFS, which every
    endpoint speaks, and not by Xet, which only the Hub does."""
    sizes = [addition.upload_info.size for addition in additions]
    for addition, done in zip(additions, accumulate(sizes, initial=0), strict=False):
        report(done, sum(sizes))
        api.preupload_lfs_files(repo, [addition], repo_type="dataset", free_memory=False)
    report(sum(sizes), sum(sizes))


def _left_over(api: HfApi, repo: str, published: set[str]) -> list[CommitOperationDelete]:
    there = api.list_repo_files(repo, repo_type="dataset")
    return [
        CommitOperationDelete(name)
        for name in there
        if name.startswith("data/") and name not in published
    ]


@contextmanager
def _told(endpoint: str) -> Iterator[None]:
    """What an endpoint answers, in words; one that is out of reach is waited for."""
    try:
        yield
    except (HFValidationError, HfHubHTTPError, httpx2.TransportError) as error:
        raise _in_words(error, endpoint) from error
    except RuntimeError as error:  # what went wrong with a file comes wrapped
        if not isinstance(error.__cause__, HfHubHTTPError | httpx2.TransportError):
            raise
        raise _in_words(error.__cause__, endpoint) from error


def _in_words(error: Exception, endpoint: str) -> CqiaError | jobs.Paused:
    if isinstance(error, HFValidationError):
        return CqiaError("hub_name", {"reason": str(error)})
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    if not status or status >= 500:
        return jobs.Paused(CqiaError("hub_out_of_reach", {"endpoint": endpoint}))
    if status in (401, 403):
        return CqiaError("hub_refused", {"endpoint": endpoint})
    reason = getattr(error, "server_message", "") or str(error)
    return CqiaError("hub_answer", {"status": status, "reason": reason})
