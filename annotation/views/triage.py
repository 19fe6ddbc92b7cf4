"""Triage: a source, or one of its tasks, seen in a sample and decided on as a whole."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import desk_forms, triage
from annotation.access import project_for
from annotation.drafts import typed
from annotation.models import Project, Source, Triage
from annotation.triage import Ruling, Verdict
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

_LISTED = 30
_ROLES = (Role.LEAD, Role.REVIEWER)


class RulingForm(forms.Form):
    verdict = forms.ChoiceField(choices=Verdict.choices)
    reason = forms.CharField(required=False, max_length=40)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sample = forms.RegexField(r"\A\d{1,18}(,\d{1,18}){0,99}\Z")

    def ruling(self, source: Source, task: str) -> Ruling:
        data = self.cleaned_data
        seen = [int(pk) for pk in data["sample"].split(",")]
        verdict = Verdict(data["verdict"])
        return Ruling(source, task, seen, verdict, data["reason"], data["note"])


@login_required
@require_GET
def triages(request: Request, slug: str) -> HttpResponse:
    """What waits, by source and task, and what was decided of it as a whole."""
    project = project_for(request, slug, *_ROLES)
    done = project.triages.select_related("source", "by", "undone_by", "job").order_by("-id")
    context = {"room": _room(request), "parts": triage.parts(project), "triages": done[:_LISTED]}
    return render(request, "annotation/triages.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def triage_source(request: Request, slug: str, pk: int) -> HttpResponse:
    """A sample on one page, and the decision on all of it."""
    project = project_for(request, slug, *_ROLES)
    source = get_object_or_404(Source, project=project, pk=pk)
    task = typed(request.GET.get("task", ""))
    if request.method == "GET":
        return _page(request, project, source, task)
    form = RulingForm(request.POST)
    if not form.is_valid():
        return _page(request, project, source, task, form=form)
    try:
        triage.decide(project, request.user, form.ruling(source, task))
    except CqiaError as error:
        return _page(request, project, source, task, form=form, said=str(error))
    messages.success(request, _("Decided. The pairs are moved in the background."))
    return redirect("annotation:triages", slug)


def _room(request: Request) -> str:
    """From where they come."""
    return "sources" if Role.LEAD in request.roles else "review"


def _page(
    request: Request, project: Project, source: Source, task: str, **bad: object
) -> HttpResponse:
    context = {
        "room": _room(request),
        "source": source,
        "task": task,
        "count": triage.waiting(source, task).count(),
        "sample": triage.sample(source, task),
        "reasons": desk_forms.in_force(project).reasons,
        **bad,
    }
    return render(request, "annotation/triage.html", context, status=400 if bad else 200)


@login_required
@require_POST
def undo_triage(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, *_ROLES)
    decided = get_object_or_404(Triage.objects.select_related("source"), project=project, pk=pk)
    try:
        triage.undo(decided, request.user)
    except CqiaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The pairs are put back in the background."))
    return redirect("annotation:triages", slug)
