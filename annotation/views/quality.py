from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import quality, quality_page, queue_order
from annotation.access import project_for
from annotation.models import Job, Project
from annotation.quality_training import LEAST
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError


class OrderForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ["queue_order"]


@login_required
@require_GET
def learned(request: Request, slug: str) -> HttpResponse:
    """What is learned from people's decisions, and how far it can be believed."""
    project = project_for(request, slug, Role.LEAD)
    model, decisions = quality_page.latest(project), quality.decisions_of(project)
    context = {
        "room": "prefilter",
        "model": model,
        "decisions": decisions,
        "since": quality.decisions_of(project, after=model.last_annotation) if model else decisions,
        "least": LEAST,
        "chances": quality_page.chances_of(model) if model else [],
        "versions": quality_page.versions(project),
        "form": OrderForm(instance=project),
        "jobs": Job.objects.live().filter(
            project=project, task__in=(quality.TASK, queue_order.TASK)
        ),
    }
    return render(request, "annotation/quality.html", context)


@login_required
@require_POST
def train(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    try:
        quality.start(project, request.user)
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:quality", slug)


@login_required
@require_POST
def set_order(request: Request, slug: str) -> HttpResponse:
    """In which order annotators get the waiting pairs."""
    project = project_for(request, slug, Role.LEAD)
    form = OrderForm(request.POST, instance=project)
    if form.is_valid():
        queue_order.set_order(project, request.user, form.cleaned_data["queue_order"])
        messages.success(request, _("Saved; the waiting pairs are being put in order."))
    else:
        messages.error(request, _("Choose one of the orders."))
    return redirect("annotation:quality", slug)


@login_required
@require_GET
def chart(request: Request, slug: str, number: int, name: str, form: str) -> HttpResponse:
    """A plot of one version, named as accept_chance-curve or rewrite_chance-calibration."""
    project = project_for(request, slug, Role.LEAD)
    return respond(request, quality_page.chart(project, number, name), form)
