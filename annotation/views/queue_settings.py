"""The room “Queue” of the settings: who gets which pairs, in which order, and what becomes of skips."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation import golden, lanes, pauses, queue_order, skips
from annotation.access import project_for
from annotation.models import Annotation, GoldItem, Job, Lane, Pair, Project
from annotation.queue_forms import LaneForm, PauseForm, PrioritiesForm, QueueForm, names_in
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

_LISTED = 50  # known pairs


@login_required
@require_http_methods(["GET", "POST"])
def queue_settings(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return _page(request, project)
    form = QueueForm(request.POST, instance=project)
    if not form.is_valid():
        return _page(request, Project.objects.get(pk=project.pk), form=form)
    form.keep(request.user)
    return _saved(request, slug)


@login_required
@require_POST
def set_priorities(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = PrioritiesForm(list(project.sources.order_by("name")), request.POST)
    if not form.is_valid():
        return _page(request, project, priorities=form)
    queue_order.set_priorities(project, request.user, form.priorities)
    return _saved(request, slug)


@login_required
@require_POST
def pause(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, project, pause=form)
    pauses.pause(project, request.user, form.cleaned_data["note"])
    return _saved(request, slug)


@login_required
@require_POST
def resume(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    pauses.resume(project, request.user)
    return _saved(request, slug)


@login_required
@require_POST
def save_lane(request: Request, slug: str, pk: int | None = None) -> HttpResponse:
    """Make a lane, or change the one of this id."""
    project = project_for(request, slug, Role.LEAD)
    lane = get_object_or_404(Lane.objects.open_in(project), pk=pk) if pk else None
    form = LaneForm(project, request.POST, lane)
    if not form.is_valid():
        return _page(request, project, lane=(lane, form))
    try:
        lanes.save(project, request.user, form.course, lane)
    except CqiaError as error:
        form.add_error(None, str(error))
        return _page(request, project, lane=(lane, form))
    return _saved(request, slug)


@login_required
@require_POST
def close_lane(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    lanes.close(project, request.user, get_object_or_404(Lane.objects.open_in(project), pk=pk))
    return _saved(request, slug)


@login_required
@require_POST
def mark_gold(request: Request, slug: str, pk: int) -> HttpResponse:
    """Mix a decided pair in among new ones."""
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    try:
        golden.mark(pair, request.user, request.POST.get("decision", ""))
    except CqiaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Pair %(id)s is mixed in among new ones.") % {"id": pk})
    return redirect("annotation:pair", slug, pk)


@login_required
@require_POST
def retire_gold(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    golden.retire(get_object_or_404(GoldItem, project=project, pk=pk), request.user)
    return _saved(request, slug)


def _saved(request: Request, slug: str) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("annotation:queue-settings", slug)


def _page(request: Request, project: Project, **bad: Any) -> HttpResponse:
    """The room, with the form that was filled in wrongly, if one was."""
    sources = list(project.sources.order_by("name"))
    task_types, domains = names_in(project)
    context = {
        "room": "settings",
        "form": QueueForm(instance=project),
        "pause": PauseForm(initial={"note": project.pause_note}, auto_id="pause_%s"),
        "priorities": PrioritiesForm(sources),
        "task_types": task_types,
        "domains": domains,
        "jobs": Job.objects.live().filter(project=project, task=queue_order.TASK),
        "reasons": skips.by_reason(project),
        "parked": skips.parked(project).count(),
        **_lanes(project, *bad.pop("lane", (None, None))),
        **_gold(project),
        **bad,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "annotation/queue_settings.html", context, status=status)


def _lanes(project: Project, wrong: Lane | None, form: LaneForm | None) -> dict[str, Any]:
    """Each open lane with its form and what waits in it; the form of a new one."""
    waiting = lanes.waiting(project)
    rows = [
        (lane, form if lane == wrong and form else LaneForm(project, lane=lane), waiting[lane.pk])
        for lane in Lane.objects.open_in(project).prefetch_related("members")
    ]
    new = form if form and wrong is None else LaneForm(project)
    return {"lanes": rows, "new_lane": new, "in_no_lane": waiting[None]}


def _gold(project: Project) -> dict[str, Any]:
    in_use = GoldItem.objects.filter(project=project, retired_at=None)
    counts = golden.by_pair(project)
    listed = in_use.select_related("pair").order_by("-pk")[:_LISTED]
    items = [
        (item, Annotation.Verb(item.verb).label, *counts.get(item.pk, (0, 0))) for item in listed
    ]
    return {"gold": items, "gold_count": in_use.count(), "people": golden.by_person(project)}
