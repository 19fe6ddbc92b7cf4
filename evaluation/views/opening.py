"""A new campaign: what it takes is shown while the form is filled in, and it opens only as it was seen."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import project_for
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation import campaigns, planning
from evaluation.campaign_forms import CampaignForm
from evaluation.models import Campaign


@login_required
@require_http_methods(["GET", "POST"])
def new_campaign(request: Request, slug: str) -> HttpResponse:
    """Opened only once the lead has seen how many votes it needs: `seen` carries that number back."""
    project = project_for(request, slug, Role.LEAD)
    form = CampaignForm(project, request.POST or None)
    context: dict[str, Any] = {"room": "evaluate", "form": form}
    if request.method == "POST" and (form.can_be_counted() if request.htmx else form.is_valid()):
        try:
            plan = campaigns.plan(form.design())
            context |= {"plan": plan, "estimate": planning.estimate(plan, form.wish())}
            if request.POST.get("seen") == str(plan.votes) and not request.htmx:
                return redirect("evaluation:campaign", slug, _open(request, form, context).pk)
        except CqiaError as error:
            form.add_error(None, str(error))
    if request.htmx:  # asked while the form is being filled in: not complete is no fault
        return render(request, "evaluation/_plan.html", context)
    status = 400 if form.errors else 200
    return render(request, "evaluation/new_campaign.html", context, status=status)


def _open(request: Request, form: CampaignForm, context: dict[str, Any]) -> Campaign:
    fields = {**form.rules(), "planned": context["estimate"].stored()}
    return campaigns.open_campaign(
        context["plan"], form.cleaned_data["name"], request.user, **fields
    )
