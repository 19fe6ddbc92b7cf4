"""Dropped pairs: looked through, and restored one by one or all that a list holds."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from annotation import drops
from annotation import prefilter as filtering
from annotation.access import project_for
from annotation.checks import CHECK_OF
from annotation.models import Pair, Project
from annotation.models.pair import words_in
from annotation.paging import page_of, search
from annotation.prefilter_forms import DropFilter
from cqia.accounts.http import Request
from cqia.accounts.roles import Role

RESTORED = 20_000  # pairs that one click on “all” restores at the most


@login_required
@require_GET
def dropped(request: Request, slug: str) -> HttpResponse:
    """Dropped pairs with their reasons, each of which a lead may restore."""
    project = project_for(request, slug, Role.LEAD)
    form = DropFilter(project, request.GET)
    pairs, words = _listed(project, form)
    before = request.GET.get("before")
    shown = pairs.select_related("source").prefetch_related("responses")
    page = search(shown, words_in(words), before) if words else page_of(shown, before)
    context = {
        "room": "prefilter",
        "form": form,
        "page": page,
        "check": CHECK_OF.get(form.cleaned_data.get("check", "")),
        "drops": drops.explained(project, page.rows),
        "selected": "select" in request.GET,
    }
    return render(request, "annotation/dropped.html", context)


@login_required
@require_POST
def restore_pairs(request: Request, slug: str) -> HttpResponse:
    """Restore the pairs that were ticked."""
    project = project_for(request, slug, Role.LEAD)
    ticked = [int(pk) for pk in request.POST.getlist("pair") if pk.isdecimal() and len(pk) < 19]
    _restore(request, project, ticked)
    return redirect("annotation:dropped", slug)


@login_required
@require_POST
def restore_list(request: Request, slug: str) -> HttpResponse:
    """Restore every pair of the list as it was filtered, RESTORED at a time."""
    project = project_for(request, slug, Role.LEAD)
    pairs, words = _listed(project, DropFilter(project, request.POST))
    chosen = pairs.filter(words_in(words)) if words else pairs
    found = list(chosen.order_by("-pk").values_list("pk", flat=True)[: RESTORED + 1])
    _restore(request, project, found[:RESTORED])
    if len(found) > RESTORED:
        messages.info(request, _("There are more; restore the list again to go on."))
    return redirect("annotation:dropped", slug)


def _listed(project: Project, form: DropFilter) -> tuple[QuerySet[Pair], str]:
    """The dropped pairs by check and source, and the words to look for; nothing of a wrong form."""
    if not form.is_valid():
        return Pair.objects.none(), ""
    chosen = form.cleaned_data
    return drops.dropped_pairs(project, chosen["check"], chosen["source"]), chosen["q"]


def _restore(request: Request, project: Project, ids: list[int]) -> None:
    count = len(filtering.restore(project, ids, request.user))
    text = ngettext("%(count)s pair restored.", "%(count)s pairs restored.", count)
    messages.success(request, text % {"count": number_format(count, force_grouping=True)})
