"""Pages that belong to no app: home, health, language and theme."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.http import require_GET, require_POST

from annotation import members
from annotation.access import roles_in
from annotation.models import Project
from annotation.settings_forms import NewProjectForm
from cqia.accounts.http import Request
from cqia.context import THEMES, rooms_of
from cqia.lib import broker
from cqia.lib.errors import CqiaError


@login_required
@require_GET
def home(request: Request) -> HttpResponse:
    """One's only project, or the choice of several; a site admin can make another."""
    projects = list(Project.objects.visible_to(request.user).order_by("name"))
    if len(projects) == 1 and not request.user.is_superuser:
        return redirect("enter", projects[0].slug)
    return _projects_page(request, projects, NewProjectForm())


@login_required
@require_POST
def new_project(request: Request) -> HttpResponse:
    if not request.user.is_superuser:
        raise PermissionDenied
    form = NewProjectForm(request.POST)
    if not form.is_valid():
        return _projects_page(request, list(Project.objects.order_by("name")), form)
    project = form.save(commit=False)
    members.create_project(project, request.user)
    return redirect("annotation:settings", project.slug)


def _projects_page(request: Request, projects: list[Project], form: NewProjectForm) -> HttpResponse:
    context = {"projects": projects, "form": form if request.user.is_superuser else None}
    return render(request, "home.html", context, status=400 if form.errors else 200)


@login_required
@require_GET
def enter(request: Request, slug: str) -> HttpResponse:
    """A project's door: to the first room that one's roles open."""
    _project, roles = roles_in(request.user, slug)
    return redirect(rooms_of(slug, roles)[0].url)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before a view sees it; of a body that is too big it is said how big it may be."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    error = CqiaError("request_too_big", {"limit": megabytes})
    return render(request, "400.html", {"error": error}, status=413)


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """200 while Postgres answers, else 503. A broker that is down is told but takes no page down."""
    broker_is = "ok" if broker.answers(settings.REDIS_URL) else "down"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"database": "down", "broker": broker_is}, status=503)
    return JsonResponse({"database": "ok", "broker": broker_is})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie and go back to where one was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    theme = request.POST.get("theme", "auto")
    if theme in THEMES:
        response.set_cookie("cqia_theme", theme, max_age=31_536_000, samesite="Lax")
    return response
