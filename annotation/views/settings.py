from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotation import changes, members
from annotation.access import project_for
from annotation.models import Endpoint, Project
from annotation.settings_forms import EndpointForm, GuidelineForm, MemberForm, ProjectForm
from cqia.accounts.http import Request
from cqia.accounts.models import Membership, record
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: Request, slug: str) -> HttpResponse:
    """The project's own settings, its people, guideline and model servers, on one page."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return _page(request, project)
    form = ProjectForm(request.POST, instance=project)
    if not form.is_valid():
        return _page(request, Project.objects.get(pk=project.pk), project_form=form)
    project.save(update_fields=list(form.fields))  # another lead may change the rest meanwhile
    record(request.user, "settings changed", project.pk, fields=form.changed_data)
    messages.success(request, _("Saved."))
    return redirect("annotation:settings", slug)


@login_required
@require_POST
def add_member(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _page(request, project, member_form=form)
    username, role = form.cleaned_data["username"], Role(form.cleaned_data["role"])
    password = members.add_member(project, request.user, username, role)
    if password is not None:
        text = _("Account %(name)s made. Its password, shown only now: %(password)s")
        messages.success(request, text % {"name": username, "password": password})
    return redirect("annotation:settings", slug)


@login_required
@require_POST
def remove_member(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    membership = get_object_or_404(
        Membership.objects.select_related("user"), project=project, pk=pk
    )
    try:
        members.remove_member(project, request.user, membership)
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:settings", slug)


@login_required
@require_POST
def save_guideline(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = GuidelineForm(request.POST)
    if not form.is_valid():
        return _page(request, project, guideline_form=form)
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    guideline = members.publish_guideline(project, request.user, text)
    messages.success(
        request, _("Version %(version)s is in force.") % {"version": guideline.version}
    )
    return redirect("annotation:settings", slug)


@login_required
@require_POST
def save_endpoint(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = EndpointForm(request.POST, instance=Endpoint(project=project))
    if not form.is_valid():
        return _page(request, project, endpoint_form=form)
    members.save_endpoint(form.save(commit=False), request.user)
    messages.success(request, _("Saved."))
    return redirect("annotation:settings", slug)


@login_required
@require_POST
def remove_endpoint(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    endpoint = get_object_or_404(Endpoint, project=project, pk=pk)
    record(request.user, "endpoint removed", project.pk, name=endpoint.name)
    endpoint.delete()
    return redirect("annotation:settings", slug)


def _page(request: Request, project: Project, **bad: forms.BaseForm) -> HttpResponse:
    """The page with empty forms, or with the one that was filled in wrongly."""
    guideline = project.guidelines.order_by("-version").first()
    forms_shown = {
        "project_form": ProjectForm(instance=project),
        "member_form": MemberForm(),
        "guideline_form": GuidelineForm(instance=guideline),
        "endpoint_form": EndpointForm(),
        **bad,
    }
    for name, form in forms_shown.items():
        form.auto_id = f"{name}_%s"  # several on one page may have fields of the same name
    context = {
        "room": "settings",
        "guideline": guideline,
        "memberships": project.memberships.select_related("user").order_by(
            "role", "user__username"
        ),
        "endpoints": project.endpoints.order_by("name"),
        "audit": [
            (entry, changes.sentence(entry)) for entry in project.audit.select_related("actor")[:20]
        ],
        **forms_shown,
    }
    return render(request, "annotation/settings.html", context, status=400 if bad else 200)
