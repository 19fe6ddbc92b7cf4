"""Pairs that annotators skipped: a lead sends them back into the queue, or rejects them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from annotation import skips
from annotation.access import project_for
from annotation.models import Skip
from annotation.paging import page_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role


@login_required
@require_GET
def skipped(request: Request, slug: str) -> HttpResponse:
    """Those that wait for the lead, with the reasons given; with `?all` those in the queue, too."""
    project = project_for(request, slug, Role.LEAD)
    every = "all" in request.GET
    pairs = skips.passed_on(project) if every else skips.parked(project)
    told = Prefetch("skips", Skip.objects.select_related("user").order_by("pk"), to_attr="told")
    shown = pairs.select_related("source").prefetch_related(told)
    page = page_of(shown, request.GET.get("before"))
    listed = skips.parked(project).filter(pk__in=[pair.pk for pair in page.rows])
    context = {
        "room": "settings",
        "page": page,
        "every": every,
        "parked": set(listed.values_list("pk", flat=True)),
        "reasons": skips.by_reason(project),
    }
    return render(request, "annotation/skipped.html", context)


@login_required
@require_POST
def send_back(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    count = skips.send_back(project, request.user, _ticked(request))
    text = ngettext("%(count)s pair sent back.", "%(count)s pairs sent back.", count)
    messages.success(request, text % {"count": count})
    return redirect("annotation:skipped", slug)


@login_required
@require_POST
def drop_skipped(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    note = request.POST.get("note", "")[:2000]
    count = skips.drop(project, request.user, _ticked(request), note)
    text = ngettext("%(count)s pair rejected.", "%(count)s pairs rejected.", count)
    messages.success(request, text % {"count": count})
    return redirect("annotation:skipped", slug)


def _ticked(request: Request) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("pair") if pk.isdecimal() and len(pk) < 19]
