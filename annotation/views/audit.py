"""The rescue audit: how often the pre-filter errs, as people's decisions tell."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from annotation import audit as auditing
from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond

SIDES = ("dropped", "passed")


class SharesForm(forms.Form):
    dropped = forms.FloatField(
        label=gettext_lazy("Of the dropped pairs, %"), min_value=0, max_value=100
    )
    kept = forms.FloatField(
        label=gettext_lazy("Of the pairs that passed, %"), min_value=0, max_value=100
    )


@login_required
@require_GET
def audit(request: Request, slug: str) -> HttpResponse:
    """The estimates so far, and the shares that are drawn."""
    project = project_for(request, slug, Role.LEAD)
    return _page(request, project, SharesForm(_shares(project)))


@login_required
@require_POST
def set_shares(request: Request, slug: str) -> HttpResponse:
    """Set the shares, and draw from everything that is decided."""
    project = project_for(request, slug, Role.LEAD)
    form = SharesForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form)
    drawn = auditing.set_shares(project, request.user, **form.cleaned_data)
    text = ngettext("Saved; %(count)s pair drawn.", "Saved; %(count)s pairs drawn.", drawn)
    messages.success(request, text % {"count": drawn})
    return redirect("annotation:audit", slug)


@login_required
@require_GET
def chart(request: Request, slug: str, side: str, form: str) -> HttpResponse:
    """Errors week by week of one side, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    if side not in SIDES:
        raise Http404
    return respond(request, auditing.weekly(project, dropped=side == "dropped"), form)


def _shares(project: Project) -> dict[str, str]:
    shares = {"dropped": project.audit_dropped_share, "kept": project.audit_kept_share}
    return {side: f"{share:g}" for side, share in shares.items()}


def _page(request: Request, project: Project, form: SharesForm) -> HttpResponse:
    report = auditing.report(project)
    context = {
        "room": "prefilter",
        "form": form,
        "report": report,
        "few": auditing.FEW,
        "is_off": not (project.audit_dropped_share or project.audit_kept_share),
    }
    status = 400 if form.errors else 200
    return render(request, "annotation/audit.html", context, status=status)
