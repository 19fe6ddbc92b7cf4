"""What changed between two releases, and the proof that a row is in one."""

from dataclasses import asdict

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from review import changes as comparing
from review import proofs
from review.access import readable, release_for


@login_required
@require_safe
def changes(request: Request, slug: str, number: int) -> HttpResponse:
    """From the release whose number `from` gives, else from the one before."""
    shown = release_for(request, slug, number)
    others = list(
        readable(request.user, shown.project, request.roles)
        .exclude(pk=shown.pk)
        .order_by("-number")
    )
    wanted = request.GET.get("from", "")
    before = shown.previous if shown.previous in others else None
    if wanted.isdecimal():
        before = get_object_or_404(shown.project.releases, number=int(wanted[:9]))
        before = before if before in others else None
    context = {
        "room": "releases",
        "release": shown,
        "before": before,
        "others": others,
        "found": comparing.changes(before, shown) if before else None,
        "most": comparing.SHOWN,
        "leads": Role.LEAD in request.roles,
    }
    return render(request, "review/changes.html", context)


@login_required
@require_safe
def proof(request: Request, slug: str, number: int, position: int) -> HttpResponse:
    """What `cqia verify --proof` takes."""
    release = release_for(request, slug, number)
    return JsonResponse(asdict(proofs.proof_of(release, position)))
