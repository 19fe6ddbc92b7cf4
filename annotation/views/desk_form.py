"""The room “Form” of the settings: what annotators may say of a pair."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotation import desk_forms
from annotation.access import project_for
from annotation.desk_form_rows import Editing
from annotation.models import Mode, Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role

_LISTED = 10  # earlier versions


@login_required
@require_http_methods(["GET", "POST"])
def desk_form(request: Request, slug: str) -> HttpResponse:
    """The form in force, to be changed; every save is a new version."""
    project = project_for(request, slug, Role.LEAD)
    form = desk_forms.in_force(project)
    if request.method == "GET":
        return _page(request, project, Editing(form))
    editing = Editing(form, request.POST)
    if not editing.is_valid():
        return _page(request, project, editing, 400)
    mode = Mode(editing.mode.cleaned_data["mode"])
    saved = desk_forms.publish(project, request.user, mode, editing.parts())
    messages.success(request, _("Version %(version)s is in force.") % {"version": saved.version})
    return redirect("annotation:desk-form", slug)


def _page(request: Request, project: Project, editing: Editing, status: int = 200) -> HttpResponse:
    versions = project.desk_forms.select_related("author").order_by("-version")
    context = {"room": "settings", "editing": editing, "versions": versions[:_LISTED]}
    return render(request, "annotation/desk_form.html", context, status=status)
