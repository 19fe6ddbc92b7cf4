from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from annotation.models import Job, Pair, Project, State
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import package
from review import releases as freezing
from review.access import release_for, releases_for
from review.forms import FreezeForm
from review.statistics import counting
from review.views.files import withdrawn


@login_required
@require_GET
def releases(request: Request, slug: str) -> HttpResponse:
    """Of leads, with the form that freezes one; of others, those that they were let in to."""
    project, found = releases_for(request, slug)
    if Role.LEAD in request.roles:
        return _list(request, project, FreezeForm())
    context = {"room": "releases", "releases": package.listed(found.select_related("created_by"))}
    return render(request, "review/releases.html", context)


@login_required
@require_POST
def freeze(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = FreezeForm(request.POST)
    if form.is_valid():
        try:
            freezing.ask_for(project, request.user, form.cleaned_data["summary"])
            return redirect("review:releases", slug)
        except CqiaError as error:
            form.add_error(None, str(error))
    return _list(request, project, form, status=400)


def _list(request: Request, project: Project, form: FreezeForm, status: int = 200) -> HttpResponse:
    context = {
        "room": "releases",
        "leads": True,
        "form": form,
        "releases": package.listed(project.releases.select_related("created_by")),
        "approved": Pair.objects.filter(project=project, state=State.APPROVED).count(),
        "jobs": _shown_jobs(project),
    }
    return render(request, "review/releases.html", context, status=status)


def _shown_jobs(project: Project) -> list[Job]:
    """Those under way, and the last one where it failed: why is to be seen until another is asked for."""
    every = project.jobs.filter(task=freezing.TASK)
    last = every.order_by("-pk").first()
    failed = [last] if last and last.state == Job.State.FAILED else []
    return [*failed, *every.live()]


@login_required
@require_GET
def release(request: Request, slug: str, number: int) -> HttpResponse:
    shown = release_for(request, slug, number)
    context = {
        "room": "releases",
        "release": shown,
        "figures": counting.of(shown),
        "formats": package.formats(shown),
        "files": shown.files.order_by("filename"),
        "example": shown.files.exclude(split="").order_by("filename").first(),
        "changelog": package.changelog(shown),
        "card": package.document(shown, "README.md"),
        "job": shown.job,
        "leads": Role.LEAD in request.roles,
        **package.gate(shown),
        **withdrawn(shown),
    }
    return render(request, "review/release.html", context)
