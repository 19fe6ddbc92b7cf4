"""Ranges byte by byte, conditions, streaming, and files of a release that was withdrawn."""

import hashlib
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from annotation import jobs
from annotation.models import Project
from cqia.accounts.models import AuditEntry, User, issue_token
from review import freezing, releases, serving
from review.access import open_to
from review.models import Release, ReleaseFile, Retraction, Withdrawal
from tests.cast import ClientOf, MakeAnnotated

DATA = bytes(range(256)) * 4099  # more than four blocks, and no whole number of them
LAST = len(DATA) - 1
NAME = "data/测试/default/part 1.bin"
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'

Fetch = Callable[..., HttpResponseBase]


def place(release: Release, data: bytes = DATA) -> ReleaseFile:
    """One more file of a release, as a builder would leave it."""
    path = releases.folder(release) / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return ReleaseFile.objects.create(
        release=release, format="test", filename=NAME, sha256=digest, size=len(data), rows=1
    )


@pytest.fixture
def bare(
    make_approved: MakeAnnotated, project: Project, lead: User, settings: Any, tmp_path: Path
) -> Release:
    """A frozen release whose files are not built."""
    settings.MEDIA_ROOT = tmp_path
    make_approved()
    return freezing.freeze(releases.ask_for(project, lead, "茶"))


@pytest.fixture
def release(bare: Release) -> Release:
    place(bare)
    return bare


def url(release: Release, name: str = NAME) -> str:
    return f"/p/tea/releases/{release.number}/files/{quote(name)}"


@pytest.fixture
def fetch(client_of: ClientOf, lead: User, release: Release) -> Fetch:
    client = client_of(lead)

    def fetch(method: str = "get", **headers: str) -> HttpResponseBase:
        return getattr(client, method)(url(release), headers=headers)  # type: ignore[no-any-return]

    return fetch


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer)


def test_it_serves_the_whole_with_size_and_hash(fetch: Fetch) -> None:
    answer = fetch()
    assert (answer.status_code, body(answer)) == (200, DATA)
    assert answer["Content-Length"] == str(len(DATA))
    assert (answer["ETag"], answer["Accept-Ranges"]) == (ETAG, "bytes")
    name = quote(f"tea-1.0.0-{NAME.replace('/', '-')}")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-0", 0, 0),
        ("0-1023", 0, 1023),
        ("262143-262144", 262143, 262144),  # over the border of two blocks
        ("1000-700000", 1000, 700000),
        (f"{LAST}-", LAST, LAST),
        ("500000-", 500000, LAST),
        ("-1", LAST, LAST),
        ("-300000", LAST - 299_999, LAST),
        ("-99999999", 0, LAST),
        ("5-99999999", 5, LAST),
    ],
)
def test_it_serves_a_range_byte_by_byte(fetch: Fetch, asked: str, first: int, last: int) -> None:
    answer = fetch(Range=f"bytes={asked}")
    assert (answer.status_code, body(answer)) == (206, DATA[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(DATA)}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["ETag"] == ETAG


def test_the_parts_make_the_whole(fetch: Fetch) -> None:
    parts = [body(fetch(Range=f"bytes={at}-{at + 99_999}")) for at in range(0, len(DATA), 100_000)]
    assert hashlib.sha256(b"".join(parts)).hexdigest() == ETAG.strip('"')


@pytest.mark.parametrize("asked", [f"{len(DATA)}-", "-0", "99999999-"])
def test_it_refuses_a_range_behind_the_end(fetch: Fetch, asked: str) -> None:
    answer = fetch(Range=f"bytes={asked}")
    assert (answer.status_code, body(answer)) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "rows=0-1", "bytes=9-3", "bytes=x-"])
def test_it_serves_the_whole_for_several_ranges_and_for_none_it_knows(
    fetch: Fetch, asked: str
) -> None:
    answer = fetch(Range=asked)
    assert (answer.status_code, body(answer)) == (200, DATA)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"other"', 200), (f"W/{ETAG}", 200), ("Sun, 22 Nov 2026 00:00:00 GMT", 200)],
)
def test_it_goes_on_only_with_the_same_file(fetch: Fetch, condition: str, status: int) -> None:
    answer = fetch(**{"Range": "bytes=3-5", "If-Range": condition})
    assert (answer.status_code, body(answer)) == (status, DATA[3:6] if status == 206 else DATA)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", ETAG, 304),
        ("If-None-Match", '"other"', 200),
        ("If-Match", ETAG, 200),
        ("If-Match", '"other"', 412),
        ("If-Unmodified-Since", "Sun, 22 Nov 2099 00:00:00 GMT", 200),
    ],
)
def test_it_heeds_conditions(fetch: Fetch, header: str, value: str, status: int) -> None:
    answer = fetch(**{header: value})
    assert (answer.status_code, answer["ETag"]) == (status, ETAG)
    assert body(answer) == (DATA if status == 200 else b"")


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}])
def test_head_tells_the_size_and_sends_nothing(fetch: Fetch, headers: dict[str, str]) -> None:
    answer = fetch("head", **headers)
    assert (answer.status_code, body(answer)) == (200, b"")
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(DATA)), "bytes")


def test_an_empty_file_is_served_and_has_no_range(
    bare: Release, client_of: ClientOf, lead: User
) -> None:
    place(bare, b"")
    client = client_of(lead)
    assert body(client.get(url(bare))) == b""
    assert client.get(url(bare), headers={"Range": "bytes=0-"}).status_code == 416


@pytest.mark.parametrize("asked", ["", "bytes=5-"])
def test_it_never_holds_the_file_in_memory(
    release: Release, lead: User, rf: RequestFactory, asked: str
) -> None:
    path = releases.folder(release) / "large"
    size = 64 * 1024 * 1024
    with path.open("wb") as file:
        file.truncate(size)
    ReleaseFile.objects.create(
        release=release, format="test", filename="large", sha256="0" * 64, size=size, rows=1
    )
    request = rf.get("/", headers={"Range": asked})
    request.user = lead
    tracemalloc.start()
    answer = serving.served(request, release, "large")  # type: ignore[arg-type]
    assert isinstance(answer, StreamingHttpResponse)
    sent = sum(len(block) for block in answer)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert sent == size - (5 if asked else 0)
    assert peak < 2 * 1024 * 1024


def test_the_api_serves_the_same_range(release: Release, lead: User) -> None:
    key = issue_token(lead, "fetch")
    answer = Client().get(
        f"/api/projects/tea/releases/{release.number}/files/{NAME}",
        headers={"Authorization": f"Bearer {key}", "Range": "bytes=7-11"},
    )
    assert (answer.status_code, body(answer)) == (206, DATA[7:12])


def test_the_api_tells_the_size(release: Release, lead: User, client_of: ClientOf) -> None:
    answer = client_of(lead).head(f"/api/projects/tea/releases/{release.number}/files/{NAME}")
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(DATA)))


@pytest.mark.parametrize("name", ["cqia", "../1.0.0/x", "/etc/passwd", NAME + "/"])
def test_a_name_that_is_not_listed_does_not_exist(
    release: Release, client_of: ClientOf, lead: User, name: str
) -> None:
    assert client_of(lead).get(url(release, name)).status_code == 404


def test_a_damaged_file_is_not_served(release: Release, fetch: Fetch) -> None:
    (releases.folder(release) / NAME).write_bytes(DATA[:-1])
    assert fetch().status_code == 404


@pytest.fixture
def withdrawn(release: Release, lead: User) -> Release:
    retraction = Retraction.objects.create(
        project=release.project,
        what="row",
        pair_ids=[release.items.get().pair_id],
        kind="consent",
        reason="x",
        by=lead,
        job=jobs.start("review.withdraw", release.project, lead),
    )
    Withdrawal.objects.create(retraction=retraction, release=release, rows=1)
    return release


def test_a_withdrawn_file_is_gone_for_its_readers(
    withdrawn: Release, client_of: ClientOf, outsider: User, lead: User
) -> None:
    open_to(withdrawn, "everyone", [], lead)
    answer = client_of(outsider).get(url(withdrawn), {"why": "curious"})
    assert answer.status_code == 410
    assert "1.0.0" in answer.content.decode()


def test_a_lead_says_why_they_need_a_withdrawn_file(
    withdrawn: Release, client_of: ClientOf, lead: User
) -> None:
    client = client_of(lead)
    assert client.get(url(withdrawn)).status_code == 410
    assert body(client.get(url(withdrawn), {"why": "court order"})) == DATA
    entry = AuditEntry.objects.get(action="withdrawn file fetched")
    assert (entry.actor, entry.details["reason"], entry.details["file"]) == (
        lead,
        "court order",
        NAME,
    )


def test_the_sums_are_those_of_the_files(release: Release, client_of: ClientOf, lead: User) -> None:
    answer = client_of(lead).get(f"/p/tea/releases/{release.number}/SHA256SUMS")
    lines = [line.split("  ", 1) for line in answer.content.decode().splitlines()]
    names = list(release.files.order_by("filename").values_list("filename", flat=True))
    assert [name for _digest, name in lines] == names
    for digest, name in lines:
        content = (releases.folder(release) / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
