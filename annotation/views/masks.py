"""Masking personal data, instead of dropping what holds it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from annotation import masking
from annotation.access import project_for
from annotation.models import Pair
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@login_required
@require_POST
def mask_pair(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    if masking.mask_chosen(project, [pair.pk], request.user):
        messages.success(request, _("Masked, and measured anew."))
    else:
        messages.info(request, _("Nothing was masked: no personal data, or somebody is at work."))
    return redirect("annotation:pair", slug, pk)


@login_required
@require_POST
def unmask_pair(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    try:
        masking.undo(pair, request.user)
        messages.success(request, _("The texts are as they were, and measured anew."))
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:pair", slug, pk)


@login_required
@require_POST
def mask_pairs(request: Request, slug: str) -> HttpResponse:
    """Mask what personal data the ticked pairs hold."""
    project = project_for(request, slug, Role.LEAD)
    ticked = [int(pk) for pk in request.POST.getlist("pair") if pk.isdecimal() and len(pk) < 19]
    done = masking.mask_chosen(project, ticked, request.user)
    passed = Pair.objects.filter(pk__in=done).exclude(state="dropped").count()
    text = ngettext(
        "Personal data masked in %(count)s pair; now passing: %(passed)s.",
        "Personal data masked in %(count)s pairs; now passing: %(passed)s.",
        len(done),
    )
    shown = {"count": number_format(len(done), force_grouping=True), "passed": passed}
    messages.success(request, text % shown)
    return redirect("annotation:dropped", slug)


@login_required
@require_POST
def mask_all(request: Request, slug: str) -> HttpResponse:
    """Start the job that masks every pair beyond the line."""
    project = project_for(request, slug, Role.LEAD)
    try:
        job = masking.start(project, request.user)
    except CqiaError as error:
        messages.error(request, str(error))
        return redirect("annotation:dropped", slug)
    return redirect("annotation:job", slug, job.pk)
