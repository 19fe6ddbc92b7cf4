"""The files of a release: the list with sizes and hashes, the download, and who may have them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from review import package, retractions, serving
from review.access import led_release, open_to, release_for
from review.models import Release, ReleaseAccess
from review.retraction_forms import AccessForm


@login_required
@require_safe
def files(request: Request, slug: str, number: int) -> HttpResponse:
    """Every file with its size and SHA-256, of one format where `format` names it."""
    release = release_for(request, slug, number)
    listed = release.files.order_by("filename")
    formats = package.formats(release)
    asked = request.GET.get("format", "")
    wanted = asked if asked in {one.id for one in formats} else ""
    context = {
        "room": "releases",
        "release": release,
        "files": listed.filter(format=wanted) if wanted else listed,
        "formats": formats,
        "format": wanted,
        "count": listed.count(),
        "total": sum(listed.values_list("size", flat=True)),
        "why": request.GET.get("why", "").strip()[:400],
        "leads": Role.LEAD in request.roles,
        **withdrawn(release),
    }
    return render(request, "review/files.html", context)


def withdrawn(release: Release) -> dict[str, Any]:
    """For review/_withdrawn.html: what was withdrawn of a release, and what stands in for it."""
    withdrawals = list(release.withdrawals.select_related("retraction"))
    patch = retractions.latest_patch(release) if withdrawals else release
    return {
        "withdrawals": withdrawals,
        "withdrawn_rows": sum(one.rows for one in withdrawals),
        "patch": None if patch == release else patch,
    }


@login_required
@require_safe
def download(request: Request, slug: str, number: int, filename: str) -> HttpResponseBase:
    return serving.served(request, release_for(request, slug, number), filename)


@login_required
@require_safe
def sums(request: Request, slug: str, number: int) -> HttpResponse:
    """SHA256SUMS: the hashes of all files, for `sha256sum --check`."""
    release = release_for(request, slug, number)
    response = HttpResponse(serving.sums(release), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="SHA256SUMS"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def access(request: Request, slug: str, number: int) -> HttpResponse:
    """Who may see the release and fetch its files; its leads may in any case."""
    release = led_release(request, slug, number)
    form = AccessForm(request.POST if request.method == "POST" else None, initial=_now(release))
    if form.is_valid():
        open_to(release, form.cleaned_data["who"], form.cleaned_data["people"], request.user)
        messages.success(request, _("Saved."))
        return redirect("review:access", slug, number)
    context = {"room": "releases", "release": release, "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "review/access.html", context, status=status)


def _now(release: Release) -> dict[str, str]:
    current = getattr(release, "access", None)
    if current is None:
        return {"who": ReleaseAccess.Who.LEADS}
    names = current.people.order_by("username").values_list("username", flat=True)
    return {"who": current.who, "people": "\n".join(names)}
