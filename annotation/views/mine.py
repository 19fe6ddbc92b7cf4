"""The pages of one's own work: submitted, sent back, skipped, and how far one has come."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation import comments
from annotation import mine as own
from annotation import progress as steps
from annotation.access import project_for
from annotation.models import Project
from annotation.paging import page_of
from cqia.accounts.http import Request
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond

TABS: dict[str, Callable[[User, Project], QuerySet[Any]]] = {
    "submitted": own.submitted,
    "returned": own.sent_back,
    "skipped": own.skipped,
}


@login_required
@require_GET
def mine(request: Request, slug: str) -> HttpResponse:
    """One's decisions; with ?tab= those that were sent back, or the pairs that one skipped."""
    project = project_for(request, slug, Role.ANNOTATOR)
    tab = request.GET.get("tab", "submitted")
    tab = tab if tab in TABS else "submitted"
    page = page_of(TABS[tab](request.user, project), request.GET.get("before"))
    now = timezone.now()
    context = {
        "room": "annotate",
        "tab": tab,
        "page": page,
        "mentions": comments.unread(request.user, project),
    }
    if tab == "submitted":
        context["rows"] = [(row, own.stand(row)) for row in page.rows]
    elif tab == "skipped":
        context["rows"] = [(row, own.is_put_off(row, now)) for row in page.rows]
        context["put_off"] = own.waiting_skips(request.user, project, now)
    else:
        context["to_mend"] = own.to_mend(request.user, project)
    return render(request, f"annotation/mine_{tab}.html", context)


@login_required
@require_GET
def progress(request: Request, slug: str) -> HttpResponse:
    """Decisions a day, time at work, and what reviewers made of them: for the person alone."""
    project = project_for(request, slug, Role.ANNOTATOR)
    days = steps.days(request.user, project)
    context = {
        "room": "annotate",
        "days": days,
        "today": days[-1],
        "decisions": sum(day.decisions for day in days),
        "minutes": sum(day.minutes for day in days),
        "reviewed": steps.reviewed(request.user, project),
        "reasons": steps.reasons(request.user, project),
        "remarks": steps.remarks(request.user, project),
        "reviewed_days": steps.REVIEWED_DAYS,
        "tab": "progress",
        "mentions": comments.unread(request.user, project),
    }
    return render(request, "annotation/progress.html", context)


@login_required
@require_GET
def days_chart(request: Request, slug: str, form: str) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    return respond(request, steps.chart(steps.days(request.user, project)), form)
