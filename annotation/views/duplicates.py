"""Pairs that are alike, side by side."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import clusters, rulings
from annotation.access import project_for
from annotation.checks import CHECK_OF
from annotation.models import Ruling
from annotation.newcomers import SCOPES
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

PAGE = 5  # clusters
_RECENT = 10  # decisions listed


@login_required
@require_GET
def duplicates(request: Request, slug: str) -> HttpResponse:
    """Clusters of pairs alike as a whole, in the question, or in the answer (?scope=near_prompt)."""
    project = project_for(request, slug, Role.LEAD)
    scope = _scope(request.GET.get("scope", ""))
    edges = clusters.undecided(project, scope)
    page = Paginator(clusters.components(edges), PAGE).get_page(request.GET.get("page"))
    shown = clusters.clusters(project, list(page), edges)
    decided = Ruling.objects.filter(project=project, check_id=scope).order_by("-id")
    context = {
        "room": "prefilter",
        "scopes": [CHECK_OF[one] for one in SCOPES],
        "check": CHECK_OF[scope],
        "line": clusters.line_of(project, scope),
        "page": page,
        "clusters": shown,
        "ids": [pk for cluster in shown for pk in cluster.ids],
        "rulings": decided.select_related("user", "undone_by")[:_RECENT],
    }
    return render(request, "annotation/duplicates.html", context)


@login_required
@require_POST
def decide(request: Request, slug: str) -> HttpResponse:
    """Keep the proposed pair, keep those ticked, or part all that were shown."""
    project = project_for(request, slug, Role.LEAD)
    scope = _scope(request.POST.get("scope", ""))
    shown = _numbers(request, "pair")
    verb = request.POST.get("verb", "")
    kept = _numbers(request, "best" if verb == "proposed" else "keep")
    try:
        if verb == "apart":
            rulings.part(project, scope, shown, request.user)
            messages.success(request, _("Noted: no duplicates. They are not asked about again."))
        elif not set(kept) & set(shown):
            messages.error(request, _("Tick at least one pair to keep."))
        else:
            others = [pk for pk in shown if pk not in kept]
            ruling = rulings.keep(project, scope, kept, others, request.user)
            messages.success(request, _said(ruling, others))
    except CqiaError as error:
        messages.error(request, str(error))
    return _back(slug, scope)


@login_required
@require_POST
def undo(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    ruling = get_object_or_404(Ruling, project=project, pk=pk)
    try:
        rulings.undo(ruling, request.user)
        messages.success(request, _("Undone; the pairs are asked about again."))
    except CqiaError as error:
        messages.error(request, str(error))
    return _back(slug, ruling.check_id)


def _scope(name: str) -> str:
    return name if name in SCOPES else SCOPES[0]


def _numbers(request: Request, field: str) -> list[int]:
    return [int(pk) for pk in request.POST.getlist(field) if pk.isdecimal() and len(pk) < 19]


def _said(ruling: Ruling, others: list[int]) -> str:
    counts = {"kept": len(ruling.kept), "discarded": len(ruling.discarded)}
    if len(ruling.discarded) < len(others):
        sentence = _(
            "%(kept)s kept, %(discarded)s discarded; people are on the others, which stay."
        )
    else:
        sentence = _("%(kept)s kept, %(discarded)s discarded.")
    return sentence % counts


def _back(slug: str, scope: str) -> HttpResponse:
    answer = redirect("annotation:duplicates", slug)
    answer["Location"] += f"?scope={scope}"
    return answer
