"""Handing out the files of a release: streamed, whole or in part, and not once it is withdrawn."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from rest_framework import request as rest

from annotation.access import roles_in
from cqia.accounts.http import Request, person
from cqia.accounts.models import User, record
from cqia.accounts.roles import Role
from cqia.lib import ranges
from cqia.lib.errors import CqiaError
from review import releases, retractions
from review.models import Release, ReleaseFile

_BLOCK = 256 * 1024


class Gone(CqiaError):
    """A release that was withdrawn."""

    status: ClassVar[int] = 410


def served(request: Request | rest.Request, release: Release, filename: str) -> HttpResponseBase:
    """One file for download. Only names that the release lists exist; others are 404.

    Answers conditions (If-Match, If-None-Match) by the file's SHA-256, and a Range with 206 or 416;
    of several ranges at once the whole file is sent. Raises Gone where the release is withdrawn,
    unless a lead says in `why` what they need it for; that is recorded.
    """
    file = get_object_or_404(release.files, filename=filename)
    path = releases.folder(release) / file.filename
    if not path.is_file() or path.stat().st_size != file.size:
        raise Http404
    if release.withdrawals.exists():
        _let_only_leads(request, release, file)
    etag, built_at = f'"{file.sha256}"', int(file.built_at.timestamp())
    response: HttpResponseBase | None = get_conditional_response(request, etag, built_at)
    if response is None:
        response = _answer(request, path, file, etag)
    if response.status_code in (200, 206):
        _describe(response, release, file)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(built_at)
    response["Accept-Ranges"] = "bytes"
    return response


def _answer(
    request: Request | rest.Request, path: Path, file: ReleaseFile, etag: str
) -> HttpResponseBase:
    if request.method == "HEAD":  # of which a range has no meaning
        return HttpResponse(headers={"Content-Length": str(file.size)})
    try:
        part = ranges.asked(_range_of(request, etag), file.size)
    except ranges.Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    if part is None:
        whole = FileResponse(path.open("rb"))
        whole.block_size = _BLOCK
        return whole
    response = StreamingHttpResponse(_blocks(path, part), status=206)
    response["Content-Length"] = str(len(part))
    response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    return response


def _range_of(request: Request | rest.Request, etag: str) -> str:
    """The Range header, unless another file is meant (If-Range; a date is no proof)."""
    condition = request.headers.get("If-Range", etag)
    return request.headers.get("Range", "") if condition.strip() == etag else ""


def _blocks(path: Path, part: range) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = len(part)
        while left and (block := file.read(min(left, _BLOCK))):
            left -= len(block)
            yield block


def _describe(response: HttpResponseBase, release: Release, file: ReleaseFile) -> None:
    name = f"{release.project.slug}-{release.version}-{file.filename.replace('/', '-')}"
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response["Content-Type"] = "application/octet-stream"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Encoding"] = "identity"  # sent as it lies there, with its true length
    response["Repr-Digest"] = f"sha-256=:{digest}:"


def _let_only_leads(request: Request | rest.Request, release: Release, file: ReleaseFile) -> None:
    user = person(request) if isinstance(request, rest.Request) else request.user
    why = request.GET.get("why", "").strip()[:400]
    if not why or not _leads(user, release):
        raise gone(release)
    record(
        user,
        "withdrawn file fetched",
        release.project_id,
        number=release.number,
        file=file.filename,
        reason=why,
    )


def _leads(user: User, release: Release) -> bool:
    try:
        _project, roles = roles_in(user, release.project.slug)
    except Http404:
        return False
    return Role.LEAD in roles


def gone(release: Release) -> Gone:
    """Why it is handed out no more, and what to take instead where that is there already."""
    patch = retractions.latest_patch(release)
    if patch == release or patch.withdrawals.exists():
        return Gone("release_withdrawn", {"version": release.version})
    return Gone("release_superseded", {"version": release.version, "patch": patch.version})


def sums(release: Release) -> str:
    """What `sha256sum --check` reads, beside the files in their folders."""
    return "".join(
        f"{file.sha256}  {file.filename}\n" for file in release.files.order_by("filename")
    )
