from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from annotation import jobs
from annotation.access import project_for
from annotation.models import Job
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import explain


def job_for(request: Request, slug: str, pk: int) -> Job:
    """A job of a project that the signed-in person leads."""
    project = project_for(request, slug, Role.LEAD)
    return get_object_or_404(Job.objects.select_related("project"), project=project, pk=pk)


@login_required
@require_GET
def job(request: Request, slug: str, pk: int) -> HttpResponse:
    """A page of its own, or the piece that pages poll; they hear `job-moved` with each answer."""
    shown = job_for(request, slug, pk)
    template = "_job.html" if request.htmx else "annotation/job.html"
    response = render(request, template, {"job": shown})
    return trigger_client_event(response, "job-moved") if request.htmx else response


@login_required
@require_POST
def cancel_job(request: Request, slug: str, pk: int) -> HttpResponse:
    shown = job_for(request, slug, pk)
    if shown.is_live:
        jobs.cancel(shown)
    else:
        messages.info(request, explain("job_ended", {}))
    back = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    return redirect("annotation:job", slug, pk)
